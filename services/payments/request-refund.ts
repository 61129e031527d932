import { fail } from "../../contracts/errors";
import type { Payment } from "../../contracts/payments";
import type { UnitOfWork } from "../../lib/messaging/event";
import type { Money } from "../../lib/money/money";
import { toPayment } from "./domain/payment";
import { refundAmount } from "./domain/refund";
import { addRefunding, lockPayment, type PaymentRow } from "./store/payment-store";
import { findRefund, insertRefunds } from "./store/refund-store";

export interface RefundOrder {
  readonly orderId: string;
  readonly refundId: string;
  readonly amount?: Money;
  readonly reason: string;
}

/**
 * Writes down that money is to be given back; the provider is asked after the commit, until it did.
 * Repeating a refundId does nothing more. Throws NOT_FOUND, INVALID_TRANSITION,
 * REFUND_EXCEEDS_PAYMENT, and CONFLICT for a refundId that was used for something else.
 */
export async function requestRefund(
  work: UnitOfWork,
  { orderId, refundId, amount: requested, reason }: RefundOrder,
  { traceparent, wakeRefunds }: { traceparent: string | null; wakeRefunds: () => void },
): Promise<Payment> {
  const payment = await lockPayment(work, orderId);
  if (!payment) throw fail("NOT_FOUND", "this order has no payment");
  if (await isRepeated(work, payment, refundId, requested)) return toPayment(payment);
  const amount = refundAmount(payment, requested);
  await addRefunding(work, orderId, amount);
  const origin = { causedBy: null, traceparent };
  await insertRefunds(work, [{ id: refundId, orderId, amount, reason, ...origin }]);
  work.afterCommit(wakeRefunds);
  return toPayment(payment);
}

async function isRepeated(
  work: UnitOfWork,
  { orderId }: PaymentRow,
  refundId: string,
  requested: Money | undefined,
): Promise<boolean> {
  const known = await findRefund(work, refundId);
  if (!known) return false;
  if (known.orderId === orderId && (!requested || requested.amount === known.amount)) return true;
  throw fail("CONFLICT", "this refundId was used for another refund");
}
