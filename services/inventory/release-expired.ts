import type { Caller } from "../../lib/mesh/types";
import type { UnitOfWork } from "../../lib/messaging/event";
import type { Database } from "../../lib/store/database";
import { endHold } from "./settle-hold";
import { expiredHolds } from "./store/reservation-store";

const BATCH = 50;

/**
 * Ends holds that outlived their order. An order that is still alive keeps its hold: only its owner may
 * end it, or the same unit could be sold twice. An orders service that does not answer leaves everything
 * as it is, for the next round.
 */
export async function releaseExpired(
  db: Database,
  caller: Caller,
  unitOfWork: (work: (unit: UnitOfWork) => Promise<unknown>) => Promise<unknown>,
): Promise<void> {
  for (const { order_id: id } of await expiredHolds(db, BATCH)) {
    await endHold(db, caller, unitOfWork, id);
  }
}
