import type { EventHandler } from "../../lib/messaging/event";
import type { UnitOfWork } from "../../lib/messaging/event";
import { crossesSoldOut, toLevel } from "./domain/stock-level";
import { holdStandings } from "./store/reconcile-store";
import { commitHold, holdStock, releaseStock, type ChangedStock } from "./store/reservation-store";

/** A hold outlives its order's deadline by this; by then the order has ended and released it. */
const GRACE_MS = 60_000;

/** Do: all lines of an order are held, or it is rejected. */
export const reserveStock: EventHandler<"order.created", unknown> = async ({ payload }, work) => {
  const { orderId, userId, total, paymentMethod, deadline, items } = payload;
  const expiresAt = new Date(Date.parse(deadline) + GRACE_MS).toISOString();
  const hold = await holdStock(work, orderId, items, expiresAt);
  switch (hold.status) {
    case "known":
      return;
    case "rejected":
      work.publish({
        name: "stock.rejected",
        payload: { orderId, short: hold.short },
        aggregateId: orderId,
        seq: 1,
      });
      return;
    case "held":
      work.publish({
        name: "stock.reserved",
        payload: { orderId, userId, total, paymentMethod, expiresAt, deadline },
        aggregateId: orderId,
        seq: 1,
      });
      publishChanges(work, hold.changed);
      return;
    default:
      throw new Error(`unknown outcome ${String(hold.status satisfies never)}`);
  }
};

/** Done: what was held is sold. */
export const commitStock: EventHandler<"order.confirmed", unknown> = async ({ payload }, work) => {
  const { orderId } = payload;
  if (await commitHold(work, orderId)) return;
  const [hold] = await holdStandings(work, [orderId]);
  // The reconciler was sooner; or the order has ended since, and another replica heard of that first.
  if (hold?.status === "committed" || hold?.status === "released") return;
  throw new Error(`order ${orderId} is confirmed, but its stock is not held`);
};

/** Undo: the units of an order that ended can be bought again. */
export async function giveBackStock(work: UnitOfWork, orderId: string): Promise<void> {
  const released = await releaseStock(work, orderId);
  if (!released) return;
  work.publish({
    name: "stock.released",
    payload: { orderId, lines: released.lines },
    aggregateId: orderId,
    seq: released.version,
  });
  publishChanges(work, released.changed);
}

function publishChanges(work: UnitOfWork, changed: readonly ChangedStock[]): void {
  for (const row of changed) {
    const level = toLevel(row);
    if (!crossesSoldOut(level.available, row.delta)) continue;
    work.publish({
      name: "stock.changed",
      payload: level,
      aggregateId: row.sku,
      seq: row.version,
    });
  }
}
