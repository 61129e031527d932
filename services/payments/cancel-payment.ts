import { newId } from "../../lib/ids";
import type { UnitOfWork } from "../../lib/messaging/event";
import { cancelCharge } from "./domain/cancel-charge";
import {
  addRefunding,
  askNow,
  markCancelled,
  voidPayment,
  type CancelledOrder,
} from "./store/payment-store";
import { insertRefunds } from "./store/refund-store";

export interface Wakes {
  readonly wakeCharges: () => void;
  readonly wakeRefunds: () => void;
}

/**
 * Undo: whatever was taken for an order that ended is given back, and whatever was not taken yet
 * never will be. A charge whose outcome is not known yet is undone when it is.
 */
export async function cancelPayment(
  { orderId, userId, reason, ...origin }: CancelledOrder,
  work: UnitOfWork,
  { wakeCharges, wakeRefunds }: Wakes,
): Promise<void> {
  const payment = await markCancelled(work, { orderId, userId, reason, ...origin });
  const cancellation = cancelCharge(payment);
  switch (cancellation.kind) {
    case "void":
      return voidPayment(work, orderId);
    case "ask":
      work.afterCommit(wakeCharges);
      return askNow(work, orderId);
    case "give_back": {
      const { amount } = cancellation;
      await addRefunding(work, orderId, amount);
      await insertRefunds(work, [{ id: newId(), orderId, amount, reason, ...origin }]);
      return work.afterCommit(wakeRefunds);
    }
    case "nothing":
      return;
    default:
      throw new Error(`unknown cancellation ${String(cancellation satisfies never)}`);
  }
}
