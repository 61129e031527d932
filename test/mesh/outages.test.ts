import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Order } from "../../contracts/orders";
import { Client } from "../support/client";
import { clusterServersAreThere } from "../support/cluster-servers";
import { eventually } from "../support/eventually";
import { acceptedOf, orderOnce, OrderLoad, type Told } from "../support/order-load";
import { OutageShop } from "../support/outage-shop";

/** What `orders.place` may take, and a little for the way. */
const DEADLINE_MS = 12_000;

describe.skipIf(!clusterServersAreThere())("a cluster whose servers go away", () => {
  let shop: OutageShop;
  /** Shown when FIGURES is set. */
  const figures: string[] = [];

  beforeAll(async () => {
    shop = await OutageShop.start();
    await shop.admin.sell("WELL-KNOWN", 1000, 1);
  }, 120_000);
  afterAll(async () => {
    if (process.env.FIGURES) console.log(figures.join("\n"));
    await shop?.remove();
  });

  /** A SKU of its own for each test. */
  async function aSku(): Promise<string> {
    const sku = `T-${randomBytes(4).toString("hex").toUpperCase()}`;
    await shop.admin.sell(sku, 2500, 10_000);
    return sku;
  }

  /** Each was accepted or refused as one that may try again, and none waited beyond its deadline. */
  function expectAnswered(told: readonly Told[]): void {
    const others = told.filter(({ status }) => status !== 202 && status !== 503);
    expect(others).toEqual([]);
    expect(Math.max(...told.map(({ from, to }) => to - from))).toBeLessThan(DEADLINE_MS);
    const counts = [202, 503].map((s) => told.filter(({ status }) => status === s).length);
    const slowest = Math.max(...told.map(({ from, to }) => to - from));
    figures.push(`  202: ${counts[0]}, 503: ${counts[1]}, slowest ${Math.round(slowest)} ms`);
  }

  /** Every order that was accepted is confirmed, and the books agree. */
  async function expectSettled(told: readonly Told[], settleMs: number): Promise<void> {
    const began = performance.now();
    expect(await shop.violations(settleMs)).toEqual([]);
    figures.push(`  at rest after ${Math.round(performance.now() - began)} ms`);
    for (const id of acceptedOf(told)) {
      const { body } = await shop.buyer.get<Order>(`/orders/${id}`);
      expect(body.status).toBe("confirmed");
    }
  }

  /** How long until it is so, from now, in ms. */
  async function timeUntil(
    what: string,
    probe: () => Promise<unknown>,
    timeoutMs = 30_000,
  ): Promise<number> {
    const began = performance.now();
    await eventually(async () => Boolean(await probe()), { timeoutMs, what });
    const ms = Math.round(performance.now() - began);
    figures.push(`  ${what}: ${ms} ms`);
    return ms;
  }

  /** A call that crosses the mesh and that nobody has kept. */
  const rpcWorks = async (): Promise<boolean> =>
    (await shop.admin.get(`/admin/orders?limit=1`)).status === 200;

  /** From the order to its confirmation, over all services. */
  async function eventsFlow(sku: string): Promise<void> {
    const { id } = await eventually(async () => {
      const told = await orderOnce(shop.buyer, sku);
      return told.id !== null && told;
    });
    await shop.buyer.until(id ?? "", "confirmed");
  }

  async function withoutNats(ms: number): Promise<void> {
    figures.push(`NATS down for ${ms} ms`);
    const sku = await aSku();
    const load = new OrderLoad(shop.buyer, sku, 20);
    await sleep(500);
    await shop.servers.nats.kill();
    await sleep(ms);
    await shop.servers.nats.start();
    const back = performance.now();
    expect(await timeUntil("RPC works", rpcWorks)).toBeLessThan(6_000);
    await eventsFlow(sku);
    const flow = Math.round(performance.now() - back);
    figures.push(`  an order placed since NATS is back is confirmed: ${flow} ms`);
    expect(flow).toBeLessThan(6_000);
    const told = await load.stop();
    expectAnswered(told);
    await expectSettled(told, 30_000);
  }

  test("NATS killed for a moment: nobody hangs, and everything settles", () => withoutNats(100));

  // OUTAGE_MS=60000 for a minute of it, by hand.
  test("NATS killed for seconds: nobody hangs, and everything settles", () =>
    withoutNats(Number(process.env.OUTAGE_MS ?? 5_000)));

  test("the broker's store is lost under load: no event is", async () => {
    figures.push("NATS store lost");
    const { nats } = shop.servers;
    const load = new OrderLoad(shop.buyer, await aSku(), 40);
    await sleep(1_000);
    await nats.kill();
    await nats.loseStore();
    await nats.start();
    await sleep(1_000);
    const told = await load.stop();
    expect(acceptedOf(told).length).toBeGreaterThan(10);
    expectAnswered(told);
    // Publishers look at the stream every few seconds: until then the shop only seems to be at rest.
    const whole = async () => (await shop.violations(5_000)).length === 0;
    await timeUntil("all events are in the stream again", whole, 60_000);
    await expectSettled(told, 30_000);
  });

  test("PostgreSQL stopped at once: 503 meanwhile, not ready, and back with all it had", async () => {
    figures.push("PostgreSQL stopped");
    const sku = await aSku();
    const load = new OrderLoad(shop.buyer, sku, 20);
    await sleep(500);
    await shop.postgres.stopImmediately();
    await timeUntil("not ready", async () => !(await shop.isReady()));
    const refused = await orderOnce(shop.buyer, sku);
    expect(refused.status).toBe(503);
    await sleep(500);
    await shop.postgres.start();
    await timeUntil("orders are accepted", async () => (await orderOnce(shop.buyer, sku)).id);
    await timeUntil("ready", shop.isReady);
    const told = await load.stop();
    expectAnswered(told);
    await expectSettled(told, 30_000);
  });

  /** Answers to many wrong passwords at the gateway that limits. */
  async function guessPasswords(): Promise<number[]> {
    const anyone = new Client(shop.limitedUrl);
    const guess = { email: "nobody@example.com", password: "a wrong password" };
    const guesses = Array.from({ length: 100 }, () => anyone.post("/auth/login", guess));
    return (await Promise.all(guesses)).map(({ status }) => status);
  }

  function expectLimited(statuses: readonly number[]): void {
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(30);
    expect(statuses.filter((status) => ![401, 429].includes(status))).toEqual([]);
  }

  test("Redis killed: people browse and buy, and logins are still limited", async () => {
    figures.push("Redis killed");
    const sku = await aSku();
    const load = new OrderLoad(shop.buyer, sku, 20);
    await shop.servers.redis.kill();
    const began = performance.now();
    expect((await shop.buyer.get(`/products/${sku.toLowerCase()}`)).status).toBe(200);
    expect((await new Client(shop.url).get(`/search?q=thing`)).status).toBe(200);
    figures.push(`  two pages: ${Math.round(performance.now() - began)} ms`);
    expect((await shop.buyer.get("/cart")).status).toBe(503);
    expectLimited(await guessPasswords());
    await shop.servers.redis.start();
    await timeUntil("carts are back", async () => (await shop.buyer.get("/cart")).status === 200);
    const told = await load.stop();
    expect(new Set(told.map(({ status }) => status))).toEqual(new Set([202]));
    expectAnswered(told);
    await expectSettled(told, 30_000);
  });

  test("Redis flushed: a cart is lost and can be filled again; money and stock know nothing of it", async () => {
    figures.push("Redis flushed");
    const sku = await aSku();
    const line = { path: `/cart/items/${sku}`, body: { quantity: 2 } };
    expect((await shop.buyer.put(line.path, line.body)).status).toBe(200);
    const load = new OrderLoad(shop.buyer, sku, 20);
    await sleep(500);
    await shop.servers.redis.flush();
    const { status, body } = await shop.buyer.get<{ itemCount: number }>("/cart");
    expect([status, body.itemCount]).toEqual([200, 0]);
    expect((await shop.buyer.put(line.path, line.body)).status).toBe(200);
    const fromCart = await shop.buyer.orderCart();
    expect(fromCart).toMatchObject({ status: 202, body: { items: [{ sku, quantity: 2 }] } });
    expectLimited(await guessPasswords());
    const told = await load.stop();
    expect(new Set(told.map((one) => one.status))).toEqual(new Set([202]));
    await expectSettled(told, 30_000);
    expect((await shop.admin.stock(sku)).onHand).toBe(10_000 - told.length - 2);
  });

  test("MongoDB killed: search and pages go on, and no order is taken at a price nobody knows", async () => {
    figures.push("MongoDB killed");
    const [sku, unread] = [await aSku(), await aSku()];
    // Many have read it; nothing about it has changed for long.
    const page = "/products/well-known";
    expect((await shop.buyer.get(page)).status).toBe(200);
    const load = new OrderLoad(shop.buyer, sku, 20);
    await shop.servers.mongo.kill();
    const anyone = new Client(shop.url);
    const began = performance.now();
    expect((await anyone.get(page)).status).toBe(200);
    expect((await anyone.get("/search?q=thing")).status).toBe(200);
    figures.push(`  page and search: ${Math.round(performance.now() - began)} ms`);
    const told = await orderOnce(shop.buyer, unread);
    expect(told.status).toBe(503);
    figures.push(`  refused after ${Math.round(told.to - told.from)} ms`);
    await sleep(1_000);
    await shop.servers.mongo.start();
    await timeUntil("orders are accepted", async () => (await orderOnce(shop.buyer, unread)).id);
    const all = await load.stop();
    expectAnswered(all);
    await expectSettled(all, 30_000);
  });
});
