import { isOpen, refundable, type PaymentState } from "./payment";

/** What a cancelled order asks of its payment. */
export type Cancellation =
  /** The provider was never asked: it never will be. */
  | { readonly kind: "void" }
  /** The provider may know of a charge: only its answer says what there is to undo. */
  | { readonly kind: "ask" }
  | { readonly kind: "give_back"; readonly amount: number }
  | { readonly kind: "nothing" };

export function cancelCharge(
  payment: Pick<PaymentState, "status" | "attempts" | "captured" | "refunded" | "refunding">,
): Cancellation {
  if (isOpen(payment)) return payment.attempts === 0 ? { kind: "void" } : { kind: "ask" };
  const amount = refundable(payment);
  return amount > 0 ? { kind: "give_back", amount } : { kind: "nothing" };
}
