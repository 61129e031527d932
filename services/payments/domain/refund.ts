import { fail, invalidField } from "../../../contracts/errors";
import { formatMoney, type Money } from "../../../lib/money/money";
import { moveTo, refundable, type PaymentState } from "./payment";

/**
 * How much a refund gives back, in minor units: `requested`, or all that is left. Throws
 * INVALID_TRANSITION, REFUND_EXCEEDS_PAYMENT, or VALIDATION_FAILED for an amount that is none.
 */
export function refundAmount(payment: PaymentState, requested: Money | undefined): number {
  const { status, currency } = payment;
  if (status !== "captured" && status !== "partially_refunded") {
    throw fail("INVALID_TRANSITION", `a payment that is ${status} cannot be refunded`);
  }
  if (requested && requested.currency !== currency) {
    throw invalidField("/amount/currency", `the payment is in ${currency}`);
  }
  if (requested?.amount === 0) throw invalidField("/amount/amount", "must be more than 0");
  const left = refundable(payment);
  const amount = requested?.amount ?? left;
  if (amount === 0 || amount > left) {
    const text = formatMoney({ amount: left, currency });
    throw fail("REFUND_EXCEEDS_PAYMENT", `${text} of the payment is left`);
  }
  return amount;
}

export interface Refunded {
  readonly status: "partially_refunded" | "refunded";
  /** All that was ever given back, with this. */
  readonly total: number;
  readonly full: boolean;
}

/** The payment once the provider has given `amount` back. */
export function afterRefund(payment: PaymentState, amount: number): Refunded {
  const total = payment.refunded + amount;
  const full = total === payment.captured;
  const status = moveTo(payment.status, full ? "refunded" : "partially_refunded");
  return { status, total, full };
}
