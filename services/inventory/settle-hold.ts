import type { OrderStanding } from "../../contracts/orders";
import type { Caller } from "../../lib/mesh/types";
import type { UnitOfWork } from "../../lib/messaging/event";
import type { Database } from "../../lib/store/database";
import { giveBackStock } from "./reserve-stock";
import { commitHold, extendHold } from "./store/reservation-store";
import { holdStandings } from "./store/reconcile-store";

type UnitOfWorkOf = (work: (unit: UnitOfWork) => Promise<unknown>) => Promise<unknown>;

/** The same for an order of which nothing may be held; resolves to how its hold stands then, null when there is none. */
export async function settleHold(
  db: Database,
  caller: Caller,
  unitOfWork: UnitOfWorkOf,
  orderId: string,
): Promise<string | null> {
  if ((await holdStandings(db, [orderId])).length === 0) return null;
  await endHold(db, caller, unitOfWork, orderId);
  return (await holdStandings(db, [orderId]))[0]?.status ?? null;
}

/**
 * Brings what is held for an order to where its owner says that it stands: sold when it is paid, or was
 * refunded with its parcel under way; held on when it is alive; free when it ended otherwise, or does
 * not exist.
 */
export async function endHold(
  db: Database,
  caller: Caller,
  unitOfWork: UnitOfWorkOf,
  orderId: string,
): Promise<void> {
  const [order] = await caller.call("orders.standings", { orderIds: [orderId] });
  if (order?.status === "pending") await extendHold(db, orderId);
  else if (isSold(order)) await unitOfWork((work) => commitHold(work, orderId));
  else await unitOfWork((work) => giveBackStock(work, orderId));
}

/** Whether the units of an order are gone for good, or will be. */
function isSold(order: OrderStanding | undefined): boolean {
  if (order?.status === "refunded") return order.dispatched;
  return order !== undefined && order.status !== "cancelled";
}
