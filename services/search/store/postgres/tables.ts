import { INDEXED_SAMPLES, isInSample } from "./terms";

/**
 * The index is a schema of its own. A rebuild fills `NEXT` and then renames both, in one transaction:
 * statements name `LIVE` and mean whichever it is.
 */
export const LIVE = "index_live";
export const NEXT = "index_next";
export const OLD = "index_old";

/** The facet that every product has. */
export const ALL_PRODUCTS = 0;

export type Generation = typeof LIVE | typeof NEXT;

/**
 * `doc` has what a search reads of each match, and only of products on sale; `product` has the rest,
 * and stays as a tombstone with the version. `terms` holds, beside the stems with their places:
 * `=stem` for those of the title, `/id` for facets, `@SKU`, and `#1` … `#k`, which each half as many
 * products have as the one before: `& '#6'` is a random sample of one in 64 (ADR 0008).
 */
export const createTables = (schema: Generation): string[] => [
  `CREATE TABLE ${schema}.product (
    id uuid CONSTRAINT product_pkey PRIMARY KEY,
    version bigint NOT NULL,
    active boolean NOT NULL,
    card json,
    title_words text[] NOT NULL DEFAULT '{}',
    other_words text[] NOT NULL DEFAULT '{}',
    facets int[] NOT NULL DEFAULT '{}'
  )`,
  `CREATE TABLE ${schema}.doc (
    id uuid NOT NULL,
    created bigint NOT NULL,
    price bigint NOT NULL,
    in_stock boolean NOT NULL,
    name_length smallint NOT NULL,
    terms tsvector NOT NULL,
    facets bytea NOT NULL
  ) WITH (fillfactor = 90)`,
  `CREATE TABLE ${schema}.sku (sku text COLLATE "C" NOT NULL, product_id uuid NOT NULL)`,
  `CREATE TABLE ${schema}.word (
    word text COLLATE "C" NOT NULL,
    stem text COLLATE "C" NOT NULL,
    products int NOT NULL,
    titles int NOT NULL,
    spellings int[] NOT NULL
  ) WITH (fillfactor = 70)`,
  `CREATE TABLE ${schema}.facet_count (
    facet_id int CONSTRAINT facet_count_pkey PRIMARY KEY,
    products int NOT NULL
  ) WITH (fillfactor = 50)`,
];

/** Made after a bulk load, which would pay for them row by row. Counts are in none: they change often. */
export const createIndexes = (schema: Generation): string[] => [
  `ALTER TABLE ${schema}.doc ADD CONSTRAINT doc_pkey PRIMARY KEY (id)`,
  `CREATE INDEX doc_created ON ${schema}.doc (created, id)`,
  `CREATE INDEX doc_price ON ${schema}.doc (price, id)`,
  // A list of pending entries would be read by every search.
  `CREATE INDEX doc_terms ON ${schema}.doc USING gin (terms) WITH (fastupdate = off)`,
  ...createSampleIndexes(schema),
  `ALTER TABLE ${schema}.sku ADD CONSTRAINT sku_pkey PRIMARY KEY (sku, product_id)`,
  `CREATE INDEX sku_product ON ${schema}.sku (product_id)`,
];

export const createSampleIndexes = (schema: Generation): string[] =>
  INDEXED_SAMPLES.map(
    (level) => `CREATE INDEX IF NOT EXISTS doc_sample_${level} ON ${schema}.doc
      USING gin (terms) WITH (fastupdate = off) WHERE ${isInSample(level)}`,
  );

export const createWordIndexes = (schema: Generation): string[] => [
  `ALTER TABLE ${schema}.word ADD CONSTRAINT word_pkey PRIMARY KEY (word)`,
  `CREATE INDEX word_stem ON ${schema}.word (stem)`,
  `CREATE INDEX word_spellings ON ${schema}.word USING gin (spellings) WITH (fastupdate = off)`,
];

/** What is written while a rebuild runs, to be written again into what it built. */
export const CREATE_CHANGES = `CREATE TABLE ${NEXT}.change (
  position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  change json NOT NULL
)`;
