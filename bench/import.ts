/**
 * An import of so many rows into a running shop, while people buy, search and browse: rows a second,
 * how late the shop's event loop was, its memory over time, and what the others waited.
 * `npm run bench:import -- --rows 100000`.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { Product } from "../contracts/catalog";
import type { Job } from "../contracts/reports";
import { AdminClient, Client } from "../test/support/client";
import { InventedCatalogue } from "./support/invented-catalogue";
import type { LoopSample } from "./support/report-loop-delay";
import { runShop, type RunningShop } from "./support/running-shop";
import { percentile } from "./support/statistics";

const { values: options } = parseArgs({
  options: {
    rows: { type: "string", default: "100000" },
    variants: { type: "string", default: "2" },
    /** How often the file is imported: from the second time on the catalogue stays as it is. */
    times: { type: "string", default: "2" },
    "pause-ms": { type: "string", default: "100" },
  },
});
const ROWS = Number(options.rows);
const VARIANTS = Number(options.variants);
const PAUSE_MS = Number(options["pause-ms"]);
const SKUS = 20;
const HEADER =
  "product,name,description,brand,categories,attribute:colour,attribute:material,sku,option:size,price,quantity,image";

const invented = new InventedCatalogue();
const waits = { orders: [] as number[], searches: [] as number[], lists: [] as number[] };

async function main(): Promise<void> {
  const shop = await runShop();
  try {
    const anyone = new Client(shop.url);
    const admin = await AdminClient.signIn(shop.url);
    for (let i = 0; i < SKUS; i++) await admin.sell(`BENCH-${i}`, 2_500, 1_000_000);
    await quietBaseline(shop);
    const file = [HEADER, ...rows()].join("\n");
    const buyer = await anyone.register();
    for (let n = 0; n < Number(options.times); n++) await measure(shop, admin, buyer, file);
  } finally {
    await shop.stop();
  }
}

async function quietBaseline(shop: RunningShop): Promise<void> {
  await sleep(5_000);
  console.log(`before the import   ${describe(shop.samples.slice(-4))}`);
}

async function measure(
  shop: RunningShop,
  admin: AdminClient,
  buyer: Client,
  file: string,
): Promise<void> {
  for (const sample of Object.values(waits)) sample.length = 0;
  shop.restartDelay();
  const id = await startImport(admin, file);
  const began = performance.now();
  const first = shop.samples.length;
  let isOver = false;
  const over = (): boolean => isOver;
  const others = Promise.all([buying(buyer, over), searching(buyer, over), browsing(buyer, over)]);
  const job = await untilEnded(shop, admin, id);
  const seconds = (performance.now() - began) / 1_000;
  isOver = true;
  await others;
  const { body: result } = await admin.get(`/admin/jobs/${id}/result`);
  console.log(`${job.status} ${JSON.stringify(result)}`);
  for (const { row, message } of job.errors.slice(0, 3)) console.log(`  row ${row}: ${message}`);
  console.log(`${ROWS} rows in ${seconds.toFixed(0)} s, ${(ROWS / seconds).toFixed(0)} a second`);
  const during = shop.samples.slice(first);
  console.log(`during the import   ${describe(during)}`);
  console.log(`all of it           event loop p99 ${during.at(-1)?.p99SinceRestart.toFixed(1)} ms`);
  for (const [name, sample] of Object.entries(waits)) console.log(latency(name, sample));
  await sleep(10_000);
  console.log(`10 s after          ${describe(shop.samples.slice(-4))}`);
}

async function startImport(admin: AdminClient, file: string): Promise<string> {
  const response = await fetch(`${admin.base}/api/v1/admin/products/import`, {
    method: "POST",
    headers: { authorization: `Bearer ${admin.token}`, "content-type": "text/csv" },
    body: file,
  });
  if (response.status !== 202) throw new Error(`import: ${response.status}`);
  // The contract's shape.
  return ((await response.json()) as { jobId: string }).jobId;
}

function* rows(): Generator<string> {
  for (let n = 0; n * VARIANTS < ROWS; n++) {
    const product = invented.product(n);
    const left = Math.min(VARIANTS, ROWS - n * VARIANTS);
    for (let v = 0; v < left; v++) yield rowOf(product, v);
  }
}

function rowOf(product: Product, variant: number): string {
  const { slug, name, description, brand, categories, attributes, variants, images } = product;
  const own =
    variant > 0
      ? ["", "", "", "", "", ""]
      : [
          name,
          description,
          brand,
          categories.join(";"),
          attributes["colour"],
          attributes["material"],
        ];
  const price = ((variants[0]?.price.amount ?? 0) / 100).toFixed(2);
  const image = variant > 0 ? "" : images[0]?.url;
  return [slug, ...own, `${slug}-${variant}`, `size ${variant}`, price, 10, image].join(",");
}

async function buying(buyer: Client, over: () => boolean): Promise<void> {
  while (!over()) {
    const sku = `BENCH-${Math.floor(Math.random() * SKUS)}`;
    const order = await timed(waits.orders, () =>
      buyer.order([{ sku, quantity: 1 }], "pm_card_visa", randomUUID()),
    );
    if (order.status !== 202) throw new Error(`order: ${order.status}`);
    await sleep(PAUSE_MS);
  }
}

async function searching(client: Client, over: () => boolean): Promise<void> {
  while (!over()) {
    const path = `/search?q=${encodeURIComponent(invented.titleWord())}`;
    expectOk(await timed(waits.searches, () => client.get(path)));
    await sleep(PAUSE_MS);
  }
}

async function browsing(client: Client, over: () => boolean): Promise<void> {
  while (!over()) {
    const path = `/products?category=${invented.category()}&sort=price_asc`;
    expectOk(await timed(waits.lists, () => client.get(path)));
    await sleep(10 * PAUSE_MS);
  }
}

async function timed<T>(sample: number[], run: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await run();
  sample.push(performance.now() - began);
  return result;
}

function expectOk({ status }: { status: number }): void {
  if (status !== 200) throw new Error(`read: ${status}`);
}

async function untilEnded(shop: RunningShop, admin: AdminClient, id: string): Promise<Job> {
  for (let second = 1; ; second++) {
    await sleep(1_000);
    const { body: job } = await admin.get<Job>(`/admin/jobs/${id}`);
    if (second % 10 === 0) {
      console.log(
        `${String(job.progress.done).padStart(8)} rows       ${describe(shop.samples.slice(-10))}`,
      );
    }
    if (job.status === "completed" || job.status === "failed") return job;
  }
}

function describe(samples: readonly LoopSample[]): string {
  const of = (pick: (sample: LoopSample) => number): number[] => samples.map(pick);
  const ms = (value: number): string => `${value.toFixed(0)} ms`;
  const mb = (value: number): string => `${(value / 2 ** 20).toFixed(0)} MB`;
  const last = samples.at(-1);
  return [
    `event loop p50 ${ms(
      percentile(
        of(({ p50 }) => p50),
        0.5,
      ),
    )}`,
    `p99 of a second: median ${ms(
      percentile(
        of(({ p99 }) => p99),
        0.5,
      ),
    )}, worst ${ms(Math.max(...of(({ p99 }) => p99)))}`,
    `longest ${ms(Math.max(...of(({ max }) => max)))}`,
    `RSS ${mb(last?.rss ?? 0)} (most ${mb(Math.max(...of(({ rss }) => rss)))})`,
    `heap ${mb(last?.heap ?? 0)}`,
  ].join("  ");
}

const latency = (name: string, sample: readonly number[]): string =>
  `${name.padEnd(10)} ${String(sample.length).padStart(6)}  p50 ${percentile(sample, 0.5).toFixed(0)} ms  p99 ${percentile(sample, 0.99).toFixed(0)} ms`;

void main();
