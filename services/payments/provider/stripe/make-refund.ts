import { Type as T, type Static } from "@sinclair/typebox";
import { Validator } from "../../../../lib/mesh/schema";
import type { RefundRequest } from "../payment-provider";
import { underKey, type StripeApi } from "./stripe-api";

const REFUNDS = "/v1/refunds";

const Refund = T.Object({
  id: T.String(),
  object: T.Literal("refund"),
  status: T.Union([T.String(), T.Null()]),
  metadata: T.Object({ key: T.Optional(T.String()) }),
});
type Refund = Static<typeof Refund>;
const refund = new Validator(Refund);
const refunds = new Validator(T.Object({ data: T.Array(Refund) }));

/**
 * The id of the key's refund, made now or before: Stripe's list of an intent's refunds is never behind,
 * and knows what a key that is over a day old does not. One that is `pending` has left our balance, and
 * may take its bank days; one that fails after all is reported by webhook.
 */
export async function makeRefund(
  api: StripeApi,
  { chargeId, idempotencyKey: key, amount }: RefundRequest,
  signal: AbortSignal,
): Promise<string> {
  const fields = {
    payment_intent: chargeId,
    amount: String(amount.amount),
    "metadata[key]": key,
  };
  const made = await underKey(key, async (idempotencyKey) => {
    const known = await findRefund(api, chargeId, key, signal);
    if (known) return known;
    const call = { method: "POST", path: REFUNDS, fields, idempotencyKey, signal } as const;
    return (await api.ask(call, refund)).value;
  });
  if (made.status === "succeeded" || made.status === "pending") return made.id;
  throw new Error(`Stripe's refund ${made.id} of ${chargeId} is ${made.status}`);
}

async function findRefund(
  api: StripeApi,
  chargeId: string,
  key: string,
  signal: AbortSignal,
): Promise<Refund | undefined> {
  const fields = { payment_intent: chargeId, limit: "100" };
  const { value } = await api.ask({ method: "GET", path: REFUNDS, fields, signal }, refunds);
  return value.data.find(({ metadata }) => metadata.key === key);
}
