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
import { ADMIN, runShop, type RunningShop } from "./support/running-shop";
import { inParallel, percentile } from "./support/statistics";

const { values: options } = parseArgs({
  options: {
    buyers: { type: "string", default: "32" },
    seconds: { type: "string", default: "10" },
    warmup: { type: "string", default: "3" },
  },
});
const [buyers, seconds, warmup] = [options.buyers, options.seconds, options.warmup].map(Number);

async function main(): Promise<void> {
  const step = (s: string) => console.error(new Date().toISOString(), s);
  const shop = await runShop();
  try {
    step("started " + shop.url);
    const before = await commitRate(shop.postgresUrl, 16, 4);
    step("commit rate " + before);
    const run = await measure(shop);
    const after = await commitRate(shop.postgresUrl, 16, 4);
    report(run, (before + after) / 2);
  } finally {
    await shop.stop();
  }
}

async function measure(shop: RunningShop) {
  const anyone = new Client(shop.url);
  const { token } = await anyone.login(ADMIN.email, ADMIN.password);
  const admin = new AdminClient(shop.url, token);
  for (let i = 0; i < 100; i++) await admin.sell(`BENCH-${i}`, 2500, 1_000_000);
  const buyer = await anyone.register();

  await buy(buyer, (warmup ?? 3) * 1000);
  const began = await commitsOf(shop);
  const start = performance.now();
  const posted = await buy(buyer, (seconds ?? 10) * 1000);
  const confirmed = await confirmedAt(shop, posted.size);
  const lastConfirmed = Math.max(...confirmed.values());
  const wall = (lastConfirmed - performance.timeOrigin - start) / 1000;
  const commits = (await commitsOf(shop)) - began;
  const latencies = [...posted].map(([id, at]) => (confirmed.get(id) ?? Infinity) - at.sent);
  return {
    orders: posted.size,
    perSecond: posted.size / wall,
    commitsPerOrder: commits / posted.size,
    post: [...posted.values()].map((at) => at.answered - at.sent),
    latencies,
  };
}

/** Places orders for `ms`; when each POST was sent and answered, in ms of the machine's clock. */
async function buy(buyer: Client, ms: number) {
  const posted = new Map<string, { sent: number; answered: number }>();
  const now = (): number => performance.timeOrigin + performance.now();
  await inParallel(buyers ?? 32, performance.now() + ms, async () => {
    const sent = now();
    const sku = `BENCH-${Math.floor(Math.random() * 100)}`;
    const { status, body } = await buyer.order(
      [{ sku, quantity: 1 }],
      "pm_card_visa",
      randomUUID(),
    );
    if (status !== 202) throw new Error(`order: ${status} ${JSON.stringify(body)}`);
    posted.set(body.id, { sent, answered: now() });
  });
  return posted;
}

/** When each order was confirmed, by PostgreSQL's clock, which is this machine's. */
async function confirmedAt(shop: RunningShop, orders: number): Promise<Map<string, number>> {
  const client = new Postgres({
    connectionString: databaseUrl(shop.postgresUrl, "souk", "orders"),
  });
  await client.connect();
  try {
    for (;;) {
      const { rows: open } = await client.query(
        "SELECT 1 FROM orders WHERE status = 'pending' LIMIT 1",
      );
      if (open.length === 0) break;
      await sleep(20);
    }
    const { rows } = await client.query<{ id: string; at: Date; late: string }>(
      `SELECT order_id AS id, at FROM order_history WHERE status = 'confirmed'
       ORDER BY at DESC LIMIT $1`,
      [orders],
    );
    return new Map(rows.map((row) => [row.id, row.at.getTime()]));
  } finally {
    await client.end();
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
POST to confirmed        p50 ${ms(run.latencies, 0.5)}  p99 ${ms(run.latencies, 0.99)}
transactions an order    ${run.commitsPerOrder.toFixed(1)} (reads and unlogged ones included)
same PostgreSQL          ${commits.toFixed(0)} commits a second
orders / commits         ${(run.perSecond / commits).toFixed(2)}
orders × transactions / commits  ${((run.perSecond * run.commitsPerOrder) / commits).toFixed(2)}`);
}

void main();
