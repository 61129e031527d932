import { setTimeout as sleep } from "node:timers/promises";
import type { Queryable } from "../../lib/store/database";
import { findOrder } from "./store/order-store";
import type { OrderRow } from "./store/order-row";

const PATIENCE_MS = 1_000;
const LOOK_EVERY_MS = 25;

/**
 * The order once its status is another than that of `row`, or as it stands when that takes longer than
 * a caller should wait: parcels move by events, and who moved one wants to see that, and to go on.
 */
export async function whenMoved(db: Queryable, row: OrderRow): Promise<OrderRow> {
  const until = performance.now() + PATIENCE_MS;
  let now: OrderRow | null = row;
  while (now?.status === row.status && performance.now() < until) {
    await sleep(LOOK_EVERY_MS);
    now = await findOrder(db, row.id);
  }
  return now ?? row;
}
