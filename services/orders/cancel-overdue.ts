import type { UnitOfWork } from "../../lib/messaging/event";
import type { Database } from "../../lib/store/database";
import type { OrderMoves } from "./move-order";
import { overdueOrders } from "./store/order-store";

const BATCH = 100;

/** Ends orders that nobody settled before their deadline; what was done for them is undone by their event. */
export async function cancelOverdue(
  db: Database,
  unitOfWork: (work: (unit: UnitOfWork) => Promise<void>) => Promise<void>,
  moves: OrderMoves,
): Promise<void> {
  for (;;) {
    const overdue = await overdueOrders(db, BATCH);
    for (const { id } of overdue) {
      await unitOfWork(async (work) => {
        await moves.timeOut(work, id);
      });
    }
    if (overdue.length < BATCH) return;
  }
}
