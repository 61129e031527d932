import type { Database, Queryable } from "../../../../lib/store/database";
import { analyse } from "../../domain/analyse";
import { groupOf } from "../../domain/count-facets";
import type { Entry, Facet } from "../../domain/entry";
import { spellingKeys } from "../../domain/spelling";
import { stemOf } from "../../domain/words";
import type { Removed } from "../search-index";
import { facetIds } from "./facet-dictionary";
import { ALL_PRODUCTS, createIndexes, createWordIndexes, NEXT } from "./tables";
import { packIds, toTerms } from "./terms";

const WORDS_A_STATEMENT = 2_000;

/** Facet ids of one load, looked up once. */
export class KnownFacets {
  readonly #ids = new Map<string, number>();

  async add(db: Queryable, facets: readonly Facet[]): Promise<void> {
    const fresh = new Map(facets.map((facet) => [keyOf(facet), facet]));
    for (const key of fresh.keys()) if (this.#ids.has(key)) fresh.delete(key);
    if (fresh.size === 0) return;
    const ids = await facetIds(db, [...fresh.values()]);
    [...fresh.keys()].forEach((key, i) => this.#ids.set(key, ids[i] ?? 0));
  }

  of(facets: readonly Facet[]): number[] {
    return facets.map((facet) => this.#ids.get(keyOf(facet)) ?? 0);
  }
}

const keyOf = (facet: Facet): string => `${groupOf(facet)}\n${facet.value}`;

/** Writes products into the empty tables of the next generation; counts and indexes come after all. */
export async function loadProducts(
  db: Queryable,
  known: KnownFacets,
  products: readonly (Entry | Removed)[],
): Promise<void> {
  const entries = products.filter((product) => isEntry(product));
  await known.add(
    db,
    entries.flatMap(({ facets }) => facets),
  );
  const rows = products.map((product) =>
    isEntry(product)
      ? toRow(product, known.of(product.facets))
      : { id: product.id, version: product.version, active: false },
  );
  await db.query(
    `WITH loaded AS MATERIALIZED (
       SELECT * FROM json_to_recordset($1::json) AS r(id uuid, version bigint, active boolean, card json,
         title_words text[], other_words text[], facets int[], skus text[], created bigint,
         price bigint, name_length smallint, terms text, packed text)
     ),
     kept AS (
       INSERT INTO ${NEXT}.product (id, version, active, card, title_words, other_words, facets)
       SELECT id, version, active, card, coalesce(title_words, '{}'), coalesce(other_words, '{}'),
         coalesce(facets, '{}') FROM loaded
     ),
     sold AS (
       INSERT INTO ${NEXT}.sku (sku, product_id) SELECT unnest(skus), id FROM loaded WHERE active
     )
     INSERT INTO ${NEXT}.doc (id, created, price, in_stock, name_length, terms, facets)
     SELECT id, created, price,
       EXISTS (SELECT FROM stock WHERE sku = ANY(loaded.skus) AND available > 0),
       name_length, terms::tsvector, decode(packed, 'hex') FROM loaded WHERE active`,
    [JSON.stringify(rows)],
  );
}

const isEntry = (product: Entry | Removed): product is Entry => !("removed" in product);

function toRow(entry: Entry, facets: number[]) {
  const analysis = analyse(entry.texts);
  const { id, version, card, skus, created, price } = entry;
  return {
    ...{ id, version, active: true, card, skus, created, price: price.amount, facets },
    title_words: analysis.titleWords,
    other_words: analysis.otherWords,
    name_length: analysis.nameLength,
    terms: toTerms(entry, analysis, facets),
    packed: packIds(facets).toString("hex"),
  };
}

/** Counts facets and words of all that was loaded, and builds the indexes. Takes minutes for millions. */
export async function finishLoad(db: Database): Promise<void> {
  for (const statement of createIndexes(NEXT)) await db.unhurried(statement);
  await db.unhurried(`INSERT INTO ${NEXT}.facet_count (facet_id, products)
     SELECT facet_id, count(*) FROM ${NEXT}.product, unnest(facets) AS facet_id GROUP BY 1
     UNION ALL SELECT ${ALL_PRODUCTS}, count(*) FROM ${NEXT}.doc`);
  await db.unhurried(`CREATE TABLE ${NEXT}.word_use AS
     SELECT word COLLATE "C" AS word, count(*)::int AS products, sum(title)::int AS titles FROM (
       SELECT unnest(title_words) AS word, 1 AS title FROM ${NEXT}.product
       UNION ALL SELECT unnest(other_words), 0 FROM ${NEXT}.product) used
     GROUP BY 1`);
  await db.unhurried(`ALTER TABLE ${NEXT}.word_use ADD PRIMARY KEY (word)`);
  await loadWords(db);
  for (const statement of createWordIndexes(NEXT)) await db.unhurried(statement);
  for (const table of ["doc", "product", "sku", "word", "facet_count"]) {
    await db.unhurried(`ANALYZE ${NEXT}.${table}`);
  }
}

async function loadWords(db: Database): Promise<void> {
  for (let after = ""; ;) {
    const used = await db.query<{ word: string; products: number; titles: number }>(
      `SELECT word, products, titles FROM ${NEXT}.word_use WHERE word > $1 ORDER BY word LIMIT $2`,
      [after, WORDS_A_STATEMENT],
    );
    const last = used.at(-1);
    if (!last) break;
    const rows = used.map((use) => ({
      ...use,
      stem: stemOf(use.word),
      spellings: spellingKeys(use.word),
    }));
    await db.query(
      `INSERT INTO ${NEXT}.word (word, stem, products, titles, spellings)
       SELECT * FROM json_to_recordset($1::json)
         AS used(word text, stem text, products int, titles int, spellings int[])`,
      [JSON.stringify(rows)],
    );
    after = last.word;
  }
  await db.query(`DROP TABLE ${NEXT}.word_use`);
}
