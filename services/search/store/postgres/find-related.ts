import type { Queryable } from "../../../../lib/store/database";
import { levelOf } from "./read-view";
import { foundInSample, Statement } from "./statement";
import { LIVE } from "./tables";
import { facetTerm, titleStem } from "./terms";

/** From each thing that products can have in common, so many are looked at. */
const CANDIDATES = 500;

interface Traits {
  readonly stems: { stem: string; products: number }[];
  readonly facets: { id: number; products: number }[];
}

/** Products that share words of the title, brand or categories with this one; most shared first. */
export async function findRelated(db: Queryable, id: string, limit: number): Promise<string[]> {
  const traits = await traitsOf(db, id);
  if (!traits) return [];
  const candidates = [...rareStems(traits), ...traits.facets.map(someOf)];
  if (candidates.length === 0) return [];
  const shared = [
    ...traits.stems.map(({ stem }) => titleStem(stem)),
    ...traits.facets.map((facet) => facetTerm(facet.id)),
  ];
  const s = new Statement();
  const rank = `ts_rank(terms, ${s.bind(shared.join(" | "), "tsquery")})`;
  const found = candidates.map(
    ({ term, level }) =>
      `SELECT id, ${rank} AS rank, in_stock, created FROM ${LIVE}.doc
       WHERE ${foundInSample(s, [term], level)}`,
  );
  const rows = await db.query<{ id: string }>(
    `SELECT id FROM (${found.join(" UNION ")}) candidate WHERE id <> ${s.bind(id, "uuid")}
     ORDER BY rank DESC, in_stock DESC, created DESC, id DESC LIMIT ${s.bind(limit, "int")}`,
    s.values,
  );
  return rows.map((row) => row.id);
}

async function traitsOf(db: Queryable, id: string): Promise<Traits | undefined> {
  const [row] = await db.query<Traits>(
    `SELECT (SELECT coalesce(json_agg(w), '[]') FROM (
         SELECT stem, sum(products)::int AS products FROM ${LIVE}.word
         WHERE word = ANY(p.title_words) GROUP BY stem ORDER BY stem) w) AS stems,
       (SELECT coalesce(json_agg(f), '[]') FROM (
         SELECT facet.id, c.products FROM facet JOIN ${LIVE}.facet_count c ON c.facet_id = facet.id
         WHERE facet.id = ANY(p.facets) AND kind IN ('category', 'brand') ORDER BY facet.id) f) AS facets
     FROM ${LIVE}.product p WHERE p.id = $1 AND p.active`,
    [id],
  );
  return row;
}

/** Some products that have a trait: all, or a sample. */
interface Candidates {
  readonly term: string;
  readonly level: number;
}

/** The words that say most: the rarest, as many as there is time for. */
function rareStems({ stems }: Traits): Candidates[] {
  let products = 0;
  return [...stems]
    .sort((a, b) => a.products - b.products)
    .filter((stem) => (products += stem.products) <= CANDIDATES)
    .map(({ stem }) => ({ term: titleStem(stem), level: 0 }));
}

const someOf = ({ id, products }: { id: number; products: number }): Candidates => ({
  term: facetTerm(id),
  level: levelOf(products, CANDIDATES),
});
