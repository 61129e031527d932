import { chargeKey } from "../domain/idempotency-keys";
import type { PaymentState } from "../domain/payment";
import type { ChargeRequest } from "./payment-provider";

/** What the provider is asked for a payment: always the same, under the payment's one key. */
export const chargeRequest = ({
  orderId,
  amount,
  currency,
  method,
}: Pick<PaymentState, "orderId" | "amount" | "currency" | "method">): ChargeRequest => ({
  orderId,
  idempotencyKey: chargeKey(orderId),
  amount: { amount, currency },
  method,
});
