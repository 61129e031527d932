import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Order } from "../../contracts/orders";
import { ADMIN, AdminClient, type Client } from "../support/client";
import { eventually } from "../support/eventually";
import { isRunning } from "../support/is-running";
import { ShopProcess } from "../support/shop-process";

const SKUS = ["KILL-A", "KILL-B"];
const ON_HAND = 60;
const METHODS = [
  "pm_card_visa",
  "pm_card_visa",
  "pm_card_timeout",
  "pm_card_chargeDeclined",
  "pm_card_webhook",
  "pm_card_serverError",
];

let shop: ShopProcess;

beforeAll(async () => {
  shop = await ShopProcess.create({ ...ADMIN, ORDER_TIMEOUT_MS: "60000" });
  await shop.start();
});
afterAll(() => shop.remove());

/** Buyers who keep ordering until the shop dies under them; the ids that were accepted. */
async function buyUntilKilled(buyer: Client, killAfter: number): Promise<string[]> {
  const accepted: string[] = [];
  let killed: Promise<void> | undefined;
  const one = async (n: number): Promise<void> => {
    while (!killed) {
      const sku = SKUS[(n + accepted.length) % 2] ?? "";
      const method = METHODS[(n + accepted.length) % METHODS.length];
      try {
        const answer = await buyer.order([{ sku, quantity: 1 }], method, randomUUID());
        if (answer.status === 202) accepted.push(answer.body.id);
      } catch {
        return; // the connection died with the shop
      }
      if (accepted.length >= killAfter) killed ??= shop.kill();
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, n) => one(n)));
  await killed;
  return accepted;
}

test("kill -9 under load, three times: every accepted order ends and all books agree", async () => {
  const admin = await AdminClient.signIn(shop.url);
  for (const sku of SKUS) await admin.sell(sku, 1000, ON_HAND);
  const accepted: string[] = [];
  for (const killAfter of [15, 25, 35]) {
    accepted.push(...(await buyUntilKilled(await AdminClient.signIn(shop.url), killAfter)));
    await shop.start();
  }

  const books = await AdminClient.signIn(shop.url);
  const orders = await allEnded(books);
  expect(accepted.filter((id) => !orders.has(id))).toEqual([]);

  const sold = new Map(SKUS.map((sku) => [sku, 0]));
  for (const order of orders.values()) {
    const net = await eventually(async () => {
      const kept = await books.netCharged(order.id);
      const expected = order.status === "confirmed" ? order.total.amount : 0;
      return kept === expected && { kept };
    });
    expect(order.payment?.status).not.toBe("processing");
    const standing = (await books.charges(order.id)).filter((c) => c.status === "succeeded");
    expect(standing.length).toBeLessThanOrEqual(1);
    if (net.kept > 0) {
      for (const { sku, quantity } of order.items) sold.set(sku, (sold.get(sku) ?? 0) + quantity);
    }
  }
  for (const sku of SKUS) {
    const stock = await eventually(async () => {
      const level = await books.stock(sku);
      return level.reserved === 0 && level;
    });
    expect(stock.onHand).toBe(ON_HAND - (sold.get(sku) ?? 0));
  }
  expect(await twiceNotified(books)).toEqual([]);
  const dead = await books.get<{ items: unknown[] }>("/admin/dead-letters");
  expect(dead.body.items).toEqual([]);
}, 180_000);

/** All orders, once none is pending any more. */
async function allEnded(admin: AdminClient): Promise<Map<string, Order>> {
  await eventually(
    async () => {
      const { body } = await admin.get<{ items: Order[] }>("/admin/orders?status=pending");
      return body.items.length === 0;
    },
    { timeoutMs: 90_000, what: "every order to end" },
  );
  const orders = new Map<string, Order>();
  let cursor = "";
  for (;;) {
    const { body } = await admin.get<{ items: Order[]; nextCursor: string | null }>(
      `/admin/orders?limit=100${cursor}`,
    );
    for (const order of body.items) orders.set(order.id, order);
    if (!body.nextCursor) return orders;
    cursor = `&cursor=${body.nextCursor}`;
  }
}

/** Notifications of one kind that the buyer got more than once for an order. */
async function twiceNotified(buyer: Client): Promise<string[]> {
  const seen = new Map<string, number>();
  let cursor = "";
  for (;;) {
    const { body } = await buyer.get<{
      items: { orderId?: string; template: string; channel: string }[];
      nextCursor: string | null;
    }>(`/users/me/notifications?limit=100${cursor}`);
    for (const { orderId, template, channel } of body.items) {
      const key = `${orderId} ${template} ${channel}`;
      seen.set(key, (seen.get(key) ?? 0) + 1);
    }
    if (!body.nextCursor) break;
    cursor = `&cursor=${body.nextCursor}`;
  }
  expect(seen.size).toBeGreaterThan(0);
  return [...seen].filter(([, count]) => count > 1).map(([key]) => key);
}

test("Ctrl-C ends everything within five seconds and leaves no process behind", async () => {
  const postgres = await shop.postgresPid();
  expect(postgres).not.toBeNull();
  const began = performance.now();
  expect(await shop.interrupt()).toBe(0);
  expect(performance.now() - began).toBeLessThan(5_000);
  expect(await shop.postgresPid()).toBeNull();
  expect(isRunning(postgres ?? 0)).toBe(false);
});

test("the logs of three crashes hold no unhandled error", async () => {
  await shop.start();
  expect(shop.output).not.toMatch(/unhandled|uncaught/i);
});
