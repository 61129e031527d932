import type { Queryable } from "../../../../lib/store/database";
import { analyse } from "../../domain/analyse";
import type { Entry } from "../../domain/entry";
import { facetIds } from "./facet-dictionary";
import { ALL_PRODUCTS, type Generation } from "./tables";
import { packIds, toTerms } from "./terms";
import { countWords, NO_WORDS, wordChanges, type ProductWords } from "./write-words";

interface ProductRow extends ProductWords {
  readonly version: number;
  readonly active: boolean;
  readonly facets: number[];
}

const UNKNOWN: ProductRow = { ...NO_WORDS, version: 0, active: false, facets: [] };

async function findProduct(tx: Queryable, schema: Generation, id: string): Promise<ProductRow> {
  const [row] = await tx.query<ProductRow>(
    `SELECT version, active, title_words, other_words, facets FROM ${schema}.product WHERE id = $1`,
    [id],
  );
  return row ?? UNKNOWN;
}

/** Indexes a product, unless this version or a newer one is known. Needs the writer's lock. */
export async function putProduct(tx: Queryable, schema: Generation, entry: Entry): Promise<void> {
  const before = await findProduct(tx, schema, entry.id);
  if (before.version >= entry.version) return;
  const analysis = analyse(entry.texts);
  const facets = await facetIds(tx, entry.facets);
  const { titleWords: title_words, otherWords: other_words } = analysis;
  await countWords(tx, schema, wordChanges(before, { title_words, other_words }));
  await countFacets(tx, schema, before, { active: true, facets });
  await tx.query(
    `WITH kept AS (
       INSERT INTO ${schema}.product (id, version, active, card, title_words, other_words, facets)
       VALUES ($1, $2, true, $3, $4, $5, $6)
       ON CONFLICT (id) DO UPDATE SET version = EXCLUDED.version, active = true, card = EXCLUDED.card,
         title_words = EXCLUDED.title_words, other_words = EXCLUDED.other_words, facets = EXCLUDED.facets
     ),
     gone AS (DELETE FROM ${schema}.sku WHERE product_id = $1 AND sku <> ALL($7::text[])),
     sold AS (
       INSERT INTO ${schema}.sku (sku, product_id) SELECT unnest($7::text[]), $1 ON CONFLICT DO NOTHING
     )
     INSERT INTO ${schema}.doc (id, created, price, in_stock, name_length, terms, facets)
     VALUES ($1, $8, $9, EXISTS (SELECT FROM stock WHERE sku = ANY($7::text[]) AND available > 0),
       $10, $11::tsvector, $12)
     ON CONFLICT (id) DO UPDATE SET created = EXCLUDED.created, price = EXCLUDED.price,
       in_stock = EXCLUDED.in_stock, name_length = EXCLUDED.name_length, terms = EXCLUDED.terms,
       facets = EXCLUDED.facets`,
    [
      ...[entry.id, entry.version, JSON.stringify(entry.card), title_words, other_words, facets],
      ...[entry.skus, entry.created, entry.price.amount, analysis.nameLength],
      ...[toTerms(entry, analysis, facets), packIds(facets)],
    ],
  );
}

/** Takes a product out, and remembers the version, for events that come late. Needs the writer's lock. */
export async function removeProduct(
  tx: Queryable,
  schema: Generation,
  id: string,
  version: number,
): Promise<void> {
  const before = await findProduct(tx, schema, id);
  if (before.version >= version) return;
  await countWords(tx, schema, wordChanges(before, NO_WORDS));
  await countFacets(tx, schema, before, { active: false, facets: [] });
  await tx.query(
    `WITH unlisted AS (DELETE FROM ${schema}.doc WHERE id = $1),
     gone AS (DELETE FROM ${schema}.sku WHERE product_id = $1)
     INSERT INTO ${schema}.product (id, version, active) VALUES ($1, $2, false)
     ON CONFLICT (id) DO UPDATE SET version = EXCLUDED.version, active = false, card = NULL,
       title_words = '{}', other_words = '{}', facets = '{}'`,
    [id, version],
  );
}

type Counted = Pick<ProductRow, "active" | "facets">;

const countedIds = ({ active, facets }: Counted): number[] =>
  active ? [ALL_PRODUCTS, ...facets] : [];

async function countFacets(
  tx: Queryable,
  schema: Generation,
  before: Counted,
  after: Counted,
): Promise<void> {
  const changes = new Map<number, number>();
  for (const id of countedIds(before)) changes.set(id, (changes.get(id) ?? 0) - 1);
  for (const id of countedIds(after)) changes.set(id, (changes.get(id) ?? 0) + 1);
  const changed = [...changes].filter(([, by]) => by !== 0);
  if (changed.length === 0) return;
  await tx.query(
    `INSERT INTO ${schema}.facet_count AS known (facet_id, products)
     SELECT * FROM unnest($1::int[], $2::int[])
     ON CONFLICT (facet_id) DO UPDATE SET products = known.products + EXCLUDED.products`,
    [changed.map(([id]) => id), changed.map(([, by]) => by)],
  );
}

/**
 * After the stock of SKUs was written: whether their products can be bought. A sale that leaves others
 * of a product in stock changes nothing here. Needs the writer's lock.
 */
export async function restock(
  tx: Queryable,
  schema: Generation,
  skus: readonly string[],
): Promise<void> {
  await tx.query(
    `UPDATE ${schema}.doc d SET in_stock = NOT d.in_stock
     WHERE d.id IN (SELECT product_id FROM ${schema}.sku WHERE sku = ANY($1))
       AND d.in_stock <> EXISTS (
         SELECT FROM ${schema}.sku s JOIN stock USING (sku)
         WHERE s.product_id = d.id AND stock.available > 0)`,
    [skus],
  );
}
