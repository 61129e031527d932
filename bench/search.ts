/**
 * Latency of each kind of search on 10,000, 100,000 and, with `--million`, 1,000,000 invented products,
 * in one PostgreSQL of its own, and how it grows from the smallest shop to the largest. The same search
 * goes to all sizes in turn, so that what else the machine does falls on all alike. The index is loaded
 * as a rebuild loads it; `--data <folder>` keeps it for the next run. `--kinds word,price` takes some.
 * `npm run bench:search -- --sizes 10000,100000 --million`.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startEmbeddedPostgres } from "../lib/embedded/postgres";
import { toEntry } from "../services/search/domain/entry";
import { openInventedShop, type InventedShop } from "./support/invented-shop";
import { searchKinds } from "./support/search-kinds";
import { percentile } from "./support/statistics";

const { values: options } = parseArgs({
  options: {
    sizes: { type: "string", default: "10000,100000" },
    million: { type: "boolean", default: false },
    searches: { type: "string", default: "400" },
    kinds: { type: "string", default: "" },
    data: { type: "string" },
  },
});
const sizes = [...options.sizes.split(",").map(Number), ...(options.million ? [1_000_000] : [])];
const searches = Number(options.searches);
/** Those whose name has one of these in it. */
const isWanted = (kind: string): boolean =>
  options.kinds.split(",").some((part) => kind.includes(part));

const WARMUP = 60;
const EVENT = "a product's event";

async function main(): Promise<void> {
  const dataDir = options.data ?? (await mkdtemp(join(tmpdir(), "souk-bench-search-")));
  const postgres = await startEmbeddedPostgres({ dataDir });
  try {
    const shops: InventedShop[] = [];
    for (const size of sizes) shops.push(await openInventedShop(postgres.url, size));
    console.log(`\np50 / p99 in ms${" ".repeat(13)}${sizes.map(column).join("")}${cell("growth")}`);
    for (const [kind, search] of Object.entries(searchKinds)) {
      if (isWanted(kind))
        report(kind, await measure(shops, ({ index, catalogue }) => search(index, catalogue)));
    }
    if (isWanted(EVENT)) report(EVENT, await measure(shops, writeProduct));
    for (const shop of shops) await shop.close();
  } finally {
    await postgres.stop();
    if (!options.data) await rm(dataDir, { recursive: true, force: true });
  }
}

let version = 1;

/** As an event is applied: one product, one transaction. */
function writeProduct({ index, db, catalogue, size }: InventedShop): Promise<unknown> {
  const product = catalogue.product(size + ++version);
  return db.transaction((tx) => index.put(tx, toEntry(product, version)));
}

/** Latencies by shop, in ms. */
async function measure(
  shops: readonly InventedShop[],
  run: (shop: InventedShop) => Promise<unknown>,
): Promise<number[][]> {
  const latencies = shops.map((): number[] => []);
  for (let turn = 0; turn < searches + WARMUP; turn++) {
    for (const [i, shop] of shops.entries()) {
      const began = performance.now();
      await run(shop);
      if (turn >= WARMUP) latencies[i]?.push(performance.now() - began);
    }
  }
  return latencies;
}

const cell = (text: string): string => text.padStart(16);
const column = (size: number): string => cell(size.toLocaleString("en"));

function report(kind: string, latencies: readonly number[][]): void {
  const p50 = latencies.map((sample) => percentile(sample, 0.5));
  const p99 = latencies.map((sample) => percentile(sample, 0.99));
  const cells = p50.map((middle, i) => cell(`${middle.toFixed(1)} / ${p99[i]?.toFixed(1) ?? ""}`));
  const growth = (of: readonly number[]): string => ((of.at(-1) ?? 0) / (of[0] ?? 1)).toFixed(1);
  console.log(`${kind.padEnd(28)}${cells.join("")}${cell(`${growth(p50)} / ${growth(p99)}`)}`);
}

void main();
