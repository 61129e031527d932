import { Type as T } from "@sinclair/typebox";
import { Validator } from "../../../../lib/mesh/schema";
import type { ProviderEvent } from "../payment-provider";
import { parseEvent } from "../webhook-event";
import type { ChargeRow } from "./sandbox-store";

const Data = new Validator(T.Object({ orderId: T.String({ format: "uuid" }) }));

/**
 * The body of the sandbox's webhooks:
 * `{ id, type: "charge.succeeded" | "charge.failed", created: <unix s>, data: { chargeId, orderId,
 * idempotencyKey, amount, currency, failureCode? } }`, amount in minor units. Who receives it reads
 * no more than `id`, `type` and `data.orderId`, and suffers fields and types that it does not know.
 */
export const webhookBody = (id: string, charge: ChargeRow, nowSeconds: number): string =>
  JSON.stringify({
    id,
    type: `charge.${charge.status}`,
    created: nowSeconds,
    data: {
      chargeId: charge.id,
      orderId: charge.orderId,
      idempotencyKey: charge.idempotencyKey,
      amount: charge.amount,
      currency: charge.currency,
      ...(charge.failureCode === null ? {} : { failureCode: charge.failureCode }),
    },
  });

/** Throws as `parseEvent` does. */
export function parseWebhook(rawBody: string): ProviderEvent {
  const { id, type, data } = parseEvent(rawBody);
  return { id, type, orderId: Data.accepts(data) ? data.orderId : null };
}
