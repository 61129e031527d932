import { Type as T, type Static } from "@sinclair/typebox";
import { Validator } from "../../../../lib/mesh/schema";
import { VOIDED, type ProviderCharge } from "../../domain/provider-charge";

const word = T.Optional(T.Union([T.String(), T.Null()]));

/** What we read of Stripe's PaymentIntent. */
const PaymentIntent = T.Object({
  id: T.String(),
  object: T.Literal("payment_intent"),
  amount: T.Integer(),
  currency: T.String(),
  status: T.String(),
  metadata: T.Object({ order_id: T.String() }),
  cancellation_reason: word,
  last_payment_error: T.Optional(T.Union([T.Object({ code: word, decline_code: word }), T.Null()])),
});
export type PaymentIntent = Static<typeof PaymentIntent>;
export const paymentIntent = new Validator(PaymentIntent);
export const foundIntents = new Validator(T.Object({ data: T.Array(PaymentIntent) }));

/** Cancelled because the bank wanted to see its customer, who is not there. */
export const ABSENT = "abandoned";

/** How far an intent is. One that was declined stays so: it is never confirmed again. */
export type Stage = "new" | "awaits_customer" | "processing" | "succeeded" | "failed";

export function stageOf({ id, status, last_payment_error: declined }: PaymentIntent): Stage {
  switch (status) {
    case "requires_payment_method":
      return declined ? "failed" : "new";
    case "requires_confirmation":
      return "new";
    case "requires_action":
      return "awaits_customer";
    case "canceled":
      return "failed";
    case "processing":
    case "succeeded":
      return status;
    default:
      throw new Error(`the payment intent ${id} is ${status}`);
  }
}

/** The intent as a charge; null while nothing was asked of it. */
export function toCharge(intent: PaymentIntent): ProviderCharge | null {
  const stage = stageOf(intent);
  if (stage === "new") return null;
  return {
    id: intent.id,
    orderId: intent.metadata.order_id,
    amount: { amount: intent.amount, currency: intent.currency.toUpperCase() },
    status: stage === "awaits_customer" ? "processing" : stage,
    failureCode: stage === "failed" ? failureCodeOf(intent) : null,
  };
}

/**
 * Stripe's error code. Of the banks' own words only a lack of money is told: others, as `stolen_card`,
 * are not for the customer.
 */
function failureCodeOf({
  last_payment_error: declined,
  cancellation_reason,
}: PaymentIntent): string {
  if (declined?.decline_code === "insufficient_funds") return "insufficient_funds";
  if (declined) return declined.code ?? "card_declined";
  return cancellation_reason === ABSENT ? "authentication_required" : VOIDED;
}
