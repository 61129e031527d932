import type { Migration } from "../../../../lib/store/migrate";
import {
  ALL_PRODUCTS,
  createIndexes,
  createSampleIndexes,
  createTables,
  createWordIndexes,
  LIVE,
} from "./tables";

/**
 * What outlives each generation of the index stands in `public`: facet ids, so that one means the
 * same for ever, and stock, which the catalogue cannot tell again.
 */
export const searchMigrations: readonly Migration[] = [
  {
    name: "0001_search",
    sql: `
      CREATE TABLE facet (
        id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('category', 'brand', 'attribute', 'price')),
        name text COLLATE "C" NOT NULL,
        value text COLLATE "C" NOT NULL,
        -- As it is typed: folded, with spaces.
        spoken text COLLATE "C" NOT NULL,
        UNIQUE (kind, name, value)
      );
      CREATE INDEX facet_spoken ON facet (spoken) WHERE kind IN ('category', 'brand');

      CREATE TABLE stock (
        sku text COLLATE "C" PRIMARY KEY,
        available int NOT NULL,
        seq bigint NOT NULL
      );

      -- One row: whoever writes to the index locks it, so that writers of all nodes take turns.
      CREATE TABLE index_state (
        one_row boolean PRIMARY KEY DEFAULT true CHECK (one_row),
        rebuild_id uuid,
        rebuild_seen_at timestamptz
      );
      INSERT INTO index_state DEFAULT VALUES;

      CREATE SCHEMA ${LIVE};
      ${[...createTables(LIVE), ...createIndexes(LIVE), ...createWordIndexes(LIVE)].join(";\n")};
      INSERT INTO ${LIVE}.facet_count VALUES (${ALL_PRODUCTS}, 0);
    `,
  },
  {
    name: "0002_sample_indexes",
    sql: createSampleIndexes(LIVE).join(";\n"),
  },
  {
    name: "0003_more_sample_indexes",
    sql: createSampleIndexes(LIVE).join(";\n"),
  },
];
