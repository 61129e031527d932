/**
 * Latency of each kind of search on 10,000, 100,000 and, with `--million`, 1,000,000 invented products,
 * in one PostgreSQL of its own, and how it grows from the smallest shop to the largest. The index is
 * loaded as a rebuild loads it. `npm run bench:search -- --sizes 10000,100000 --million`.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Sequelize } from "sequelize";
import { startEmbeddedPostgres } from "../lib/embedded/postgres";
import { Database } from "../lib/store/database";
import { migrate } from "../lib/store/migrate";
import { databaseUrl, ensureDatabase, sequelizeOptions } from "../lib/store/postgres";
import { toEntry } from "../services/search/domain/entry";
import { searchMigrations } from "../services/search/store/postgres/migrations";
import { PostgresIndex } from "../services/search/store/postgres/postgres-index";
import type { Criteria } from "../services/search/store/search-index";
import { InventedCatalogue } from "./support/invented-catalogue";
import { percentile } from "./support/statistics";

const { values: options } = parseArgs({
  options: {
    sizes: { type: "string", default: "10000,100000" },
    million: { type: "boolean", default: false },
    searches: { type: "string", default: "300" },
  },
});
const sizes = [...options.sizes.split(",").map(Number), ...(options.million ? [1_000_000] : [])];
const searches = Number(options.searches);

const BATCH = 500;
const WARMUP = 60;

interface Shop {
  readonly index: PostgresIndex;
  readonly db: Database;
  readonly catalogue: InventedCatalogue;
}

/** One search of each kind; what it is about differs from call to call. */
const kinds: Readonly<Record<string, (shop: Shop) => Promise<unknown>>> = {
  "one word": (shop) => find(shop, { text: shop.catalogue.titleWord() }),
  "two words": ({ catalogue, index }) =>
    find({ index }, { text: `${catalogue.titleWord()} ${catalogue.titleWord()}` }),
  "slip of the pen": (shop) => find(shop, { text: misspelt(shop.catalogue) }),
  "beginning of a word": (shop) =>
    find(shop, { text: shop.catalogue.titleWord().slice(0, 3 + shop.catalogue.below(3)) }),
  "a category": (shop) => find(shop, { category: shop.catalogue.category() }),
  "a word and two filters": ({ catalogue, index }) =>
    find(
      { index },
      {
        text: catalogue.titleWord(),
        category: catalogue.category(),
        attributes: Object.fromEntries([catalogue.attribute()]),
      },
    ),
  "filters only, by price": ({ catalogue, index }) =>
    find(
      { index },
      {
        attributes: Object.fromEntries([catalogue.attribute()]),
        inStock: true,
        minPrice: 1_000,
        maxPrice: 20_000,
        sort: "price_asc",
      },
    ),
  everything: (shop) => find(shop, {}),
  suggestions: ({ catalogue, index }) =>
    index.suggest(catalogue.titleWord().slice(0, 2 + catalogue.below(5)), 10),
};

const find = ({ index }: Pick<Shop, "index">, criteria: Partial<Criteria>) =>
  index.search({ text: "", sort: "relevance", limit: 20, ...criteria });

/** Two neighbours of a long word swapped. */
function misspelt(catalogue: InventedCatalogue): string {
  const word = catalogue.titleWord();
  if (word.length < 6) return misspelt(catalogue);
  const at = 1 + catalogue.below(word.length - 3);
  return word.slice(0, at) + word.charAt(at + 1) + word.charAt(at) + word.slice(at + 2);
}

async function main(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), "souk-bench-search-"));
  const postgres = await startEmbeddedPostgres({ dataDir });
  try {
    const results = new Map<string, Sample[]>();
    for (const size of sizes) {
      for (const [kind, sample] of await measure(postgres.url, size)) {
        results.set(kind, [...(results.get(kind) ?? []), sample]);
      }
    }
    report(results);
  } finally {
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

interface Sample {
  readonly p50: number;
  readonly p99: number;
}

async function measure(serverUrl: string, size: number): Promise<Map<string, Sample>> {
  const url = databaseUrl(serverUrl, `bench${size}`, "search");
  await ensureDatabase(url);
  await migrate(url, searchMigrations);
  const sequelize = new Sequelize(sequelizeOptions(url, { service: "search" }));
  const db = new Database(sequelize);
  const shop: Shop = { db, index: new PostgresIndex(() => db), catalogue: new InventedCatalogue() };
  await load(shop, size);
  const samples = new Map<string, Sample>();
  for (const [kind, search] of Object.entries(kinds)) samples.set(kind, await time(shop, search));
  samples.set("a product's event", await time(shop, writer(size)));
  await sequelize.close();
  return samples;
}

async function load({ index, db, catalogue }: Shop, size: number): Promise<void> {
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
  const seconds = (from: number): string => ((performance.now() - from) / 1000).toFixed(0);
  const [disk] = await db.query<{ size: string }>(
    "SELECT pg_size_pretty(pg_database_size(current_database())) AS size",
  );
  console.log(
    `${size} products: loaded in ${((loaded - began) / 1000).toFixed(0)} s, indexed in ${seconds(loaded)} s, ${disk?.size ?? "?"}`,
  );
}

/** Writes as events do, one product a transaction: a change of price and of a word. */
function writer(size: number): (shop: Shop) => Promise<unknown> {
  let version = 1;
  return ({ index, db, catalogue }) => {
    const product = catalogue.product(size + version);
    return db.transaction((tx) => index.put(tx, toEntry(product, ++version)));
  };
}

async function time(shop: Shop, run: (shop: Shop) => Promise<unknown>): Promise<Sample> {
  const latencies: number[] = [];
  for (let i = 0; i < searches + WARMUP; i++) {
    const began = performance.now();
    await run(shop);
    if (i >= WARMUP) latencies.push(performance.now() - began);
  }
  return { p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) };
}

function report(results: ReadonlyMap<string, readonly Sample[]>): void {
  const cell = (text: string): string => text.padStart(16);
  const columns = sizes.map((size) => cell(size.toLocaleString("en")));
  console.log(`\np50 / p99 in ms${" ".repeat(11)}${columns.join("")}${cell("growth")}`);
  for (const [kind, samples] of results) {
    const cells = samples.map(({ p50, p99 }) => cell(`${p50.toFixed(1)} / ${p99.toFixed(1)}`));
    const [first, last] = [samples[0], samples.at(-1)];
    const ratio = (of: keyof Sample): string => ((last?.[of] ?? 0) / (first?.[of] ?? 1)).toFixed(1);
    console.log(`${kind.padEnd(26)}${cells.join("")}${cell(`${ratio("p50")} / ${ratio("p99")}`)}`);
  }
}

void main();
