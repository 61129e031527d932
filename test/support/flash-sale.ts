import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Order } from "../../contracts/orders";
import type { AdminClient, Client } from "./client";
import { eventually } from "./eventually";

export interface FlashSale {
  /** How often a buyer was told to try again. */
  readonly refusals: number;
  readonly ended: readonly Order[];
  /** Until the last buyer had a first answer, be it to try again, in ms. */
  readonly heardMs: number;
  /** Until the last buyer was told that the order is taken, in ms. */
  readonly answeredMs: number;
  /** Until the last order was confirmed or cancelled, in ms. */
  readonly endedMs: number;
}

/** So many orders of one unit at the same moment, by turns through these clients. */
export async function flashSale(
  admin: AdminClient,
  buyers: readonly Client[],
  { sku, count }: { readonly sku: string; readonly count: number },
): Promise<FlashSale> {
  const began = performance.now();
  const placed = await Promise.all(
    Array.from({ length: count }, async (_, n) => {
      const buyer = buyers[n % buyers.length] as Client; // there is one at least
      return { buyer, ...(await orderPatiently(buyer, sku)) };
    }),
  );
  const answeredMs = performance.now() - began;
  // One question for all of them, so that asking is no load of its own.
  await eventually(
    async () => {
      const { body } = await admin.get<{ items: Order[] }>("/admin/orders?status=pending&limit=1");
      return body.items.length === 0;
    },
    { timeoutMs: 60_000, what: "all orders to end" },
  );
  const endedMs = performance.now() - began;
  const ended: Order[] = [];
  for (const { id, buyer } of placed) ended.push(await buyer.until(id, "confirmed", "cancelled"));
  const heardMs = Math.max(...placed.map(({ heardAt }) => heardAt)) - began;
  const refusals = placed.reduce((sum, one) => sum + one.refusals, 0);
  return { refusals, ended, heardMs, answeredMs, endedMs };
}

/** Too many requests, too much to do, or still at work on the one before with this key. */
const TRY_AGAIN = [429, 503, 409];

/** The same order again, with the same key, for as long as the shop says so. */
async function orderPatiently(buyer: Client, sku: string) {
  const key = randomUUID();
  let heardAt: number | undefined;
  for (let refusals = 0; ; refusals++) {
    const { status, body } = await buyer.order([{ sku, quantity: 1 }], "pm_card_visa", key);
    heardAt ??= performance.now();
    if (status === 202) return { id: body.id, refusals, heardAt };
    if (!TRY_AGAIN.includes(status)) throw new Error(`${status}: ${JSON.stringify(body)}`);
    await sleep(100 + Math.random() * 200);
  }
}
