import type { Queryable } from "../../../../lib/store/database";
import { groupOf, type Counts, type GroupedFacet } from "../../domain/count-facets";
import { spoken, type Facet } from "../../domain/entry";
import { fold } from "../../domain/words";

const REMEMBERED = 100_000;

interface FacetRow extends Facet {
  readonly id: number;
}

const keyOf = (facet: Facet): string => `${groupOf(facet)}\n${facet.value}`;

/** Ids of facets, in the order given; new ones are added. */
export async function facetIds(tx: Queryable, facets: readonly Facet[]): Promise<number[]> {
  const known = new Map((await findFacets(tx, facets)).map((row) => [keyOf(row), row.id]));
  const missing = facets.filter((facet) => !known.has(keyOf(facet)));
  if (missing.length > 0) {
    for (const row of await addFacets(tx, missing)) known.set(keyOf(row), row.id);
  }
  return facets.map((facet) => {
    const id = known.get(keyOf(facet));
    if (id === undefined) throw new Error(`facet ${keyOf(facet)} was added and is not there`);
    return id;
  });
}

const WANTED = `json_to_recordset($1::json) AS wanted(kind text, name text, value text, spoken text)`;

const findFacets = (db: Queryable, facets: readonly Facet[]): Promise<FacetRow[]> =>
  db.query(
    `SELECT f.id, f.kind, f.name, f.value FROM ${WANTED} JOIN facet f USING (kind, name, value)`,
    [JSON.stringify(facets)],
  );

/** One that a parallel transaction added a moment ago is updated to itself, to be returned. */
const addFacets = (tx: Queryable, facets: readonly Facet[]): Promise<FacetRow[]> =>
  tx.query(
    `INSERT INTO facet (kind, name, value, spoken)
     SELECT DISTINCT kind, name, value, spoken FROM ${WANTED} ORDER BY kind, name, value
     ON CONFLICT (kind, name, value) DO UPDATE SET value = facet.value
     RETURNING id, kind, name, value`,
    [JSON.stringify(facets.map((facet) => ({ ...facet, spoken: spokenForm(facet) })))],
  );

const spokenForm = ({ kind, value }: Facet): string =>
  fold(kind === "category" ? spoken(value) : value);

/** What ids mean. That never changes, so what was looked up once is remembered, until it is too much. */
export class FacetNames {
  #known = new Map<number, GroupedFacet>();

  async of(
    db: Queryable,
    counts: Iterable<Counts>,
  ): Promise<(id: number) => GroupedFacet | undefined> {
    if (this.#known.size > REMEMBERED) this.#known = new Map();
    const known = this.#known;
    const missing = new Set<number>();
    for (const each of counts) {
      for (const id of each.keys()) if (!known.has(id)) missing.add(id);
    }
    for (const row of missing.size > 0 ? await namesOf(db, [...missing]) : []) {
      known.set(row.id, { ...row, group: groupOf(row) });
    }
    return (id) => known.get(id);
  }
}

const namesOf = (db: Queryable, ids: readonly number[]): Promise<FacetRow[]> =>
  db.query("SELECT id, kind, name, value FROM facet WHERE id = ANY($1)", [ids]);
