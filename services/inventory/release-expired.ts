import type { Caller } from "../../lib/mesh/types";
import type { UnitOfWork } from "../../lib/messaging/event";
import type { Database } from "../../lib/store/database";
import { giveBackStock } from "./reserve-stock";
import { statusOf } from "./settle-hold";
import { expiredHolds, extendHold } from "./store/reservation-store";

const BATCH = 50;

/**
 * Releases holds that outlived their order. An order that is still alive keeps its hold: only its
 * owner may end it, or the same unit could be sold twice. An orders service that does not answer
 * leaves everything as it is, for the next round.
 */
export async function releaseExpired(
  db: Database,
  caller: Caller,
  unitOfWork: (work: (unit: UnitOfWork) => Promise<void>) => Promise<void>,
): Promise<void> {
  for (const { order_id: id } of await expiredHolds(db, BATCH)) {
    if (await isAlive(caller, id)) await extendHold(db, id);
    else await unitOfWork((work) => giveBackStock(work, id));
  }
}

async function isAlive(caller: Caller, id: string): Promise<boolean> {
  const status = await statusOf(caller, id);
  return status !== null && status !== "cancelled" && status !== "refunded";
}
