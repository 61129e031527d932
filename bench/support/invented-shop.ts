import { Sequelize } from "sequelize";
import { Database } from "../../lib/store/database";
import { migrate } from "../../lib/store/migrate";
import { databaseUrl, ensureDatabase, sequelizeOptions } from "../../lib/store/postgres";
import { toEntry } from "../../services/search/domain/entry";
import { searchMigrations } from "../../services/search/store/postgres/migrations";
import { PostgresIndex } from "../../services/search/store/postgres/postgres-index";
import { InventedCatalogue } from "./invented-catalogue";

/** An index of `size` invented products in a database of its own. */
export interface InventedShop {
  readonly size: number;
  readonly index: PostgresIndex;
  readonly db: Database;
  /** Makes up searches, the same ones whatever the size, and products that are not there yet. */
  readonly catalogue: InventedCatalogue;
  close(): Promise<void>;
}

const BATCH = 500;

/** Loads the index as a rebuild does, unless the database has it from a run before. */
export async function openInventedShop(serverUrl: string, size: number): Promise<InventedShop> {
  const url = databaseUrl(serverUrl, `bench${size}`, "search");
  await ensureDatabase(url);
  await migrate(url, searchMigrations);
  const sequelize = new Sequelize(sequelizeOptions(url, { service: "search" }));
  const db = new Database(sequelize);
  const index = new PostgresIndex(() => db);
  const products = new InventedCatalogue();
  if ((await index.search({ text: "", sort: "newest", limit: 1 })).total < size) {
    await load(index, db, products, size);
  }
  const ids = await db.query<{ id: string }>(
    "SELECT id FROM index_live.doc ORDER BY created LIMIT 5000",
  );
  const catalogue = new InventedCatalogue(ids.map(({ id }) => id));
  return { size, index, db, catalogue, close: () => sequelize.close() };
}

async function load(
  index: PostgresIndex,
  db: Database,
  catalogue: InventedCatalogue,
  size: number,
): Promise<void> {
  const began = performance.now();
  const rebuild = await index.startRebuild();
  if (!rebuild) throw new Error("nobody else can be rebuilding here");
  for (let start = 0; start < size; start += BATCH) {
    const products = Array.from({ length: Math.min(BATCH, size - start) }, (_, i) =>
      catalogue.product(start + i),
    );
    const stock = products.map(({ variants }) => ({
      sku: variants[0]?.sku ?? "",
      available: catalogue.chance(0.85) ? 5 : 0,
    }));
    await db.transaction((tx) => index.assumeStock(tx, stock));
    await rebuild.add(products.map((product) => toEntry(product, 1)));
  }
  const loaded = performance.now();
  await rebuild.finish();
  const [disk] = await db.query<{ size: string }>(
    "SELECT pg_size_pretty(pg_database_size(current_database())) AS size",
  );
  const seconds = (from: number, to: number): string => ((to - from) / 1000).toFixed(0);
  console.log(
    `${size} products: loaded in ${seconds(began, loaded)} s, indexed in ${seconds(loaded, performance.now())} s, ${disk?.size ?? "?"}`,
  );
}
