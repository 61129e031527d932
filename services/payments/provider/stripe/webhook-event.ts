import { Type as T } from "@sinclair/typebox";
import { Validator } from "../../../../lib/mesh/schema";
import type { ProviderEvent } from "../payment-provider";
import { parseEvent } from "../webhook-event";

/** A PaymentIntent, or a charge, which Stripe gives its intent's metadata. */
const OfOrder = new Validator(
  T.Object({
    object: T.Object({ metadata: T.Object({ order_id: T.String({ format: "uuid" }) }) }),
  }),
);
const Any = new Validator(T.Object({ object: T.Object({ id: T.String({ maxLength: 255 }) }) }));

export interface StripeEvent extends ProviderEvent {
  /** Of what the event is about. */
  readonly objectId: string | null;
}

/** Throws as `parseEvent` does. */
export function parseStripeEvent(rawBody: string): StripeEvent {
  const { id, type, data } = parseEvent(rawBody);
  return {
    id,
    type,
    orderId: OfOrder.accepts(data) ? data.object.metadata.order_id : null,
    objectId: Any.accepts(data) ? data.object.id : null,
  };
}
