import { Type as T } from "@sinclair/typebox";
import { fail } from "../../../../contracts/errors";
import { Validator } from "../../../../lib/mesh/schema";
import type { ProviderEvent } from "../payment-provider";
import type { ChargeRow } from "./sandbox-store";

/**
 * The body of the sandbox's webhooks:
 * `{ id, type: "charge.succeeded" | "charge.failed", created: <unix s>, data: { chargeId, orderId,
 * idempotencyKey, amount, currency, failureCode? } }`, amount in minor units. Who receives it reads
 * no more than `id`, `type` and `data.orderId`, and suffers fields and types that it does not know.
 */
const Body = new Validator(
  T.Object({
    id: T.String({ pattern: "^[\\x21-\\x7e]{1,255}$" }),
    type: T.String({ pattern: "^[\\x21-\\x7e]{1,255}$" }),
    data: T.Optional(T.Unknown()),
  }),
);
const Data = new Validator(T.Object({ orderId: T.String({ format: "uuid" }) }));

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

/** Throws MALFORMED_JSON, and VALIDATION_FAILED for a body without an id and a type. */
export function parseWebhook(rawBody: string): ProviderEvent {
  const body = parseJson(rawBody);
  const errors = Body.errorsOf(body);
  if (!Body.accepts(body)) throw fail("VALIDATION_FAILED", "this is no event", { errors });
  const orderId = Data.accepts(body.data) ? body.data.orderId : null;
  return { id: body.id, type: body.type, orderId };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw fail("MALFORMED_JSON");
  }
}
