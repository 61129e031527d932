import type { Caller } from "../../lib/mesh/types";
import { judgeOrder } from "./domain/judge-order";
import type { Standing, Suspicion } from "./domain/standing";

const BATCH = 100;
const ASK = { timeout: 5_000 };

export interface Look {
  readonly suspicions: readonly Suspicion[];
  /** Who did not say: what it knows could not be compared. */
  readonly silent: readonly string[];
  /** The orders of which somebody did not say all. */
  readonly unseen: readonly string[];
}

/** One look at orders and at all that was done for them. */
export async function lookAt(caller: Caller, orderIds: readonly string[]): Promise<Look> {
  const suspicions: Suspicion[] = [];
  const silent = new Set<string>();
  const unseen: string[] = [];
  for (let i = 0; i < orderIds.length; i += BATCH) {
    const batch = orderIds.slice(i, i + BATCH);
    const mute = new Set<string>();
    const standings = await standingsOf(caller, batch, mute);
    suspicions.push(...standings.flatMap(judgeOrder));
    for (const name of mute) silent.add(name);
    if (mute.size > 0) unseen.push(...batch);
  }
  return { suspicions, silent: [...silent], unseen };
}

/** None when somebody is silent: half of what there is to know looks like an inconsistency. */
async function standingsOf(
  caller: Caller,
  orderIds: string[],
  silent: Set<string>,
): Promise<Standing[]> {
  const answerOf = async <T>(owner: string, answer: Promise<T[]>): Promise<T[] | null> => {
    try {
      return await answer;
    } catch {
      silent.add(owner);
      return null;
    }
  };
  const [orders, holds, payments, shipments] = await Promise.all([
    answerOf("orders", caller.call("orders.standings", { orderIds }, ASK)),
    answerOf("inventory", caller.call("inventory.standings", { orderIds }, ASK)),
    answerOf("payments", caller.call("payments.standings", { orderIds }, ASK)),
    answerOf("shipping", caller.call("shipping.ofOrders", { orderIds }, ASK)),
  ]);
  if (!orders || !holds || !payments || !shipments) return [];
  const paid = byOrder(payments);
  if (payments.some(({ providerSilent }) => providerSilent)) silent.add("the payment provider");
  const [order, hold, shipment] = [byOrder(orders), byOrder(holds), byOrder(shipments)];
  return orderIds.map((orderId) => ({
    orderId,
    order: order.get(orderId) ?? null,
    hold: hold.get(orderId) ?? null,
    payment: paid.get(orderId)?.payment ?? null,
    charges: paid.has(orderId) ? (paid.get(orderId)?.charges ?? null) : [],
    shipment: shipment.get(orderId) ?? null,
  }));
}

const byOrder = <T extends { readonly orderId: string }>(rows: readonly T[]): Map<string, T> =>
  new Map(rows.map((row) => [row.orderId, row]));
