import type { Payment, PaymentStatus } from "../../../contracts/payments";

/** A payment as its own row tells it; amounts are minor units of its one currency. */
export interface PaymentState {
  readonly orderId: string;
  readonly userId: string;
  readonly status: PaymentStatus;
  readonly amount: number;
  readonly currency: string;
  readonly method: string;
  readonly chargeId: string | null;
  readonly captured: number;
  readonly refunded: number;
  /** What refunds that are under way will still give back. */
  readonly refunding: number;
  /** How often the provider may have been asked for the charge; 0 = it cannot know of it. */
  readonly attempts: number;
  /** Why the order was cancelled; null while it is alive. */
  readonly cancelReason: string | null;
}

/**
 * Every step a payment may take. Nothing is final against the provider: a charge that turns out to
 * have succeeded after it was declined or voided is captured, and then given back.
 */
export const transitions: Readonly<Record<PaymentStatus, readonly PaymentStatus[]>> = {
  requested: ["processing", "captured", "declined", "voided"],
  processing: ["captured", "declined", "voided"],
  captured: ["partially_refunded", "refunded"],
  partially_refunded: ["refunded"],
  refunded: [],
  declined: ["captured"],
  voided: ["captured"],
};

/** The next status, once the table allows it; staying where one is always is. */
export function moveTo<To extends PaymentStatus>(from: PaymentStatus, to: To): To {
  if (from !== to && !transitions[from].includes(to)) {
    throw new Error(`a payment cannot go from ${from} to ${to}`);
  }
  return to;
}

/** Whether the provider's answer is still awaited. */
export const isOpen = ({ status }: Pick<PaymentState, "status">): boolean =>
  status === "requested" || status === "processing";

/** What could still be given back, minor units. */
export const refundable = (
  payment: Pick<PaymentState, "captured" | "refunded" | "refunding">,
): number => payment.captured - payment.refunded - payment.refunding;

export const toPayment = (payment: PaymentState): Payment => ({
  orderId: payment.orderId,
  status: payment.status,
  amount: { amount: payment.amount, currency: payment.currency },
  refunded: { amount: payment.refunded, currency: payment.currency },
  method: payment.method,
});
