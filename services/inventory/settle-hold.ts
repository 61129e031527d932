import type { OrderStatus } from "../../contracts/orders";
import { hasCode } from "../../lib/errors";
import type { Caller } from "../../lib/mesh/types";
import type { UnitOfWork } from "../../lib/messaging/event";
import type { Database } from "../../lib/store/database";
import { giveBackStock } from "./reserve-stock";
import { commitHold, extendHold } from "./store/reservation-store";
import { holdStandings } from "./store/reconcile-store";

/** How the owner of an order says that it stands; null when there is no such order. */
export async function statusOf(caller: Caller, id: string): Promise<OrderStatus | null> {
  try {
    return (await caller.call("orders.find", { id })).status;
  } catch (error) {
    if (hasCode(error, "NOT_FOUND")) return null;
    throw error;
  }
}

/**
 * Brings what is held for an order to where the order stands: released when it ended, sold when it is
 * paid, held on when it is alive. What was sold is taken back for a cancelled order alone: the parcel
 * of a refunded one may have left the house.
 */
export async function settleHold(
  db: Database,
  caller: Caller,
  unitOfWork: (work: (unit: UnitOfWork) => Promise<unknown>) => Promise<unknown>,
  orderId: string,
): Promise<string | null> {
  const status = await statusOf(caller, orderId);
  const [hold] = await holdStandings(db, [orderId]);
  if (!hold) return null;
  if (status === "cancelled") await unitOfWork((work) => giveBackStock(work, orderId));
  else if (hold.status === "held") await endHold();
  return (await holdStandings(db, [orderId]))[0]?.status ?? null;

  async function endHold(): Promise<void> {
    if (status === null || status === "refunded") {
      await unitOfWork((work) => giveBackStock(work, orderId));
    } else if (status === "pending") {
      await extendHold(db, orderId);
    } else {
      await unitOfWork((work) => commitHold(work, orderId));
    }
  }
}
