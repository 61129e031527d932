/**
 * Orders a second from POST to confirmed, every step durable, with the commit rate of the same
 * PostgreSQL measured before and after in the same run. `npm run bench:checkout -- --buyers 32`.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Client as Postgres } from "pg";
import { databaseUrl } from "../lib/store/postgres";
import { AdminClient, Client } from "../test/support/client";
import { commitRate } from "./support/commit-rate";
import { runShop, type RunningShop } from "./support/running-shop";
import { inParallel, percentile } from "./support/statistics";

const { values: options } = parseArgs({
  options: {
    buyers: { type: "string", default: "32" },
    seconds: { type: "string", default: "10" },
    warmup: { type: "string", default: "3" },
  },
});
const buyers = Number(options.buyers);
const SKUS = 100;

async function main(): Promise<void> {
  const shop = await runShop();
  try {
    const before = await commitRate(shop.postgresUrl, 16, 4);
    const run = await measure(shop);
    const after = await commitRate(shop.postgresUrl, 16, 4);
    report(run, (before + after) / 2);
  } finally {
    await shop.stop();
  }
}

async function measure(shop: RunningShop) {
  const anyone = new Client(shop.url);
  const admin = await AdminClient.signIn(shop.url);
  for (let i = 0; i < SKUS; i++) await admin.sell(`BENCH-${i}`, 2500, 1_000_000);
  const buyer = await anyone.register();
  const confirmations = await Confirmations.watch(shop);
  await buy(buyer, confirmations, Number(options.warmup) * 1000);

  const began = await commitsOf(shop);
  const start = performance.now();
  const bought = await buy(buyer, confirmations, Number(options.seconds) * 1000);
  const wall = (performance.now() - start) / 1000;
  const commits = (await commitsOf(shop)) - began;
  await confirmations.close();
  return {
    orders: bought.length,
    perSecond: bought.length / wall,
    commitsPerOrder: commits / bought.length,
    post: bought.map((order) => order.answered - order.sent),
    confirmed: bought.map((order) => order.confirmed - order.sent),
  };
}

/** Buyers who order, wait until the order is confirmed, and order again; times in ms. */
async function buy(buyer: Client, confirmations: Confirmations, ms: number) {
  const bought: { sent: number; answered: number; confirmed: number }[] = [];
  await inParallel(buyers, performance.now() + ms, async () => {
    const sku = `BENCH-${Math.floor(Math.random() * SKUS)}`;
    const sent = performance.now();
    const { status, body } = await buyer.order(
      [{ sku, quantity: 1 }],
      "pm_card_visa",
      randomUUID(),
    );
    const answered = performance.now();
    if (status !== 202) throw new Error(`order: ${status} ${JSON.stringify(body)}`);
    await confirmations.of(body.id);
    bought.push({ sent, answered, confirmed: performance.now() });
  });
  return bought;
}

/** Tells when orders are confirmed, from their table, at the cost of one small query each 5 ms. */
class Confirmations {
  readonly #waiting = new Map<string, () => void>();
  #closed = false;

  private constructor(readonly client: Postgres) {}

  static async watch(shop: RunningShop): Promise<Confirmations> {
    const connectionString = databaseUrl(shop.postgresUrl, "souk", "orders");
    const client = new Postgres({ connectionString });
    await client.connect();
    const confirmations = new Confirmations(client);
    void confirmations.#poll();
    return confirmations;
  }

  of(id: string): Promise<void> {
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.client.end();
  }

  async #poll(): Promise<void> {
    while (!this.#closed) {
      if (this.#waiting.size > 0) {
        const { rows } = await this.client.query<{ id: string; status: string }>({
          name: "settled",
          text: "SELECT id, status FROM orders WHERE id = ANY($1) AND status <> 'pending'",
          values: [[...this.#waiting.keys()]],
        });
        for (const { id, status } of rows) {
          if (status !== "confirmed") throw new Error(`order ${id} ended as ${status}`);
          this.#waiting.get(id)?.();
          this.#waiting.delete(id);
        }
      }
      await sleep(5);
    }
  }
}

/** Committed transactions of all databases of the server. */
async function commitsOf(shop: RunningShop): Promise<number> {
  const client = new Postgres({ connectionString: shop.postgresUrl });
  await client.connect();
  await sleep(1_100); // statistics are reported at most once a second
  const { rows } = await client.query<{ n: string }>(
    "SELECT sum(xact_commit) AS n FROM pg_stat_database",
  );
  await client.end();
  return Number(rows[0]?.n);
}

function report(run: Awaited<ReturnType<typeof measure>>, commits: number): void {
  const ms = (sample: number[], share: number): string =>
    `${percentile(sample, share).toFixed(0)} ms`;
  console.log(`
${run.orders} orders, ${buyers} buyers at once
orders to confirmed      ${run.perSecond.toFixed(0)} a second
POST to answer           p50 ${ms(run.post, 0.5)}  p99 ${ms(run.post, 0.99)}
POST to confirmed        p50 ${ms(run.confirmed, 0.5)}  p99 ${ms(run.confirmed, 0.99)}
transactions an order    ${run.commitsPerOrder.toFixed(1)} (reads and unlogged ones included)
same PostgreSQL          ${commits.toFixed(0)} commits a second
orders / commits         ${(run.perSecond / commits).toFixed(2)}
orders × transactions / commits  ${((run.perSecond * run.commitsPerOrder) / commits).toFixed(2)}`);
}

void main();
