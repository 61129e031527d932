import { randomBytes } from "node:crypto";
import { Sequelize } from "sequelize";
import { inject } from "vitest";
import { Database } from "../../lib/store/database";
import { migrate } from "../../lib/store/migrate";
import { databaseUrl, ensureDatabase, sequelizeOptions } from "../../lib/store/postgres";
import { toEntry } from "../../services/search/domain/entry";
import { searchMigrations } from "../../services/search/store/postgres/migrations";
import { PostgresIndex } from "../../services/search/store/postgres/postgres-index";
import { LIMITS } from "../../services/search/store/postgres/read-view";
import type { Criteria, SearchIndex } from "../../services/search/store/search-index";
import type { Stocked } from "./real-catalogue";

/** An empty index of its own database. */
export interface OpenIndex {
  readonly index: SearchIndex;
  readonly db: Database;
  close(): Promise<void>;
}

/** `large`: one that thinks of a few dozen matches as too many to read them all. */
type Open = (size?: "large") => Promise<OpenIndex>;

/** Every adapter of the port, by name. */
export const searchIndexes: readonly { name: string; open: Open }[] = [
  { name: "PostgreSQL", open: openPostgresIndex },
];

async function openPostgresIndex(size?: "large"): Promise<OpenIndex> {
  const namespace = `i${randomBytes(5).toString("hex")}`;
  const url = databaseUrl(inject("postgresUrl"), namespace, "search");
  await ensureDatabase(url);
  await migrate(url, searchMigrations);
  const sequelize = new Sequelize(sequelizeOptions(url, { service: "search" }));
  const db = new Database(sequelize);
  const limits = size === "large" ? { worthCounting: 30, sample: 10 } : LIMITS;
  return { db, index: new PostgresIndex(() => db, limits), close: () => sequelize.close() };
}

/** Indexes products as their events do, in one transaction. */
export async function putAll({ index, db }: OpenIndex, products: readonly Stocked[]) {
  await db.transaction(async (tx) => {
    for (const { product, firstStock } of products) {
      const stock = firstStock.map(({ sku, onHand }) => ({ sku, available: onHand }));
      await index.assumeStock(tx, stock);
      await index.put(tx, toEntry(product, 1));
    }
  });
}

/** Searches for everything, the newest first, but for what is given. */
export const look = ({ index }: OpenIndex, criteria: Partial<Criteria> = {}) =>
  index.search({ text: "", sort: "relevance", limit: 20, ...criteria });
