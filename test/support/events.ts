import { newId } from "../../lib/ids";
import type { EventEnvelope } from "../../lib/messaging/event";
import type { EventName, EventPayload } from "../../lib/mesh/types";

/** An event as some other service would have written it; about the order that its payload names. */
export function envelope<N extends EventName>(
  name: N,
  payload: EventPayload<N>,
  over: Partial<EventEnvelope> = {},
): EventEnvelope {
  const { orderId = newId() } = payload as { orderId?: string };
  return {
    id: newId(),
    name,
    version: 1,
    source: "elsewhere",
    aggregateId: orderId,
    seq: 1,
    payload,
    correlationId: orderId,
    causationId: null,
    traceparent: null,
    occurredAt: new Date().toISOString(),
    ...over,
  };
}

export interface OrderReference {
  readonly orderId: string;
  readonly userId: string;
  readonly number: string;
}

export const anOrder = (over: Partial<OrderReference> = {}): OrderReference => ({
  orderId: newId(),
  userId: newId(),
  number: "S-7K2M-4QXD",
  ...over,
});

const euros = (amount: number) => ({ amount, currency: "EUR" });
const items = [
  {
    sku: "LAMP-1",
    productId: "0190aaaa-0000-7000-8000-000000000001",
    name: "Brass lamp",
    unitPrice: euros(12_950),
    quantity: 2,
    lineTotal: euros(25_900),
  },
];
const shippingAddress = {
  name: "Alice",
  line1: "Main Street 1",
  city: "Berlin",
  postalCode: "10115",
  country: "DE",
};

/** The events of an order's life, complete in every field. */
export const events = {
  created: (order: OrderReference) =>
    envelope("order.created", {
      ...order,
      cartId: null,
      items,
      total: euros(26_390),
      paymentMethod: "pm_card_visa",
      shippingAddress,
      deadline: new Date(Date.now() + 60_000).toISOString(),
    }),
  confirmed: (order: OrderReference) =>
    envelope("order.confirmed", {
      ...order,
      items,
      subtotal: euros(25_900),
      discount: euros(0),
      shipping: euros(490),
      tax: euros(0),
      total: euros(26_390),
      shippingAddress,
    }),
  cancelled: (
    order: OrderReference,
    reason: EventPayload<"order.cancelled">["reason"] = "CUSTOMER_REQUEST",
  ) => envelope("order.cancelled", { ...order, reason }),
  dispatchRequested: (order: OrderReference, carrier = "DHL", trackingNumber = "JD0001") =>
    envelope("order.dispatch_requested", { ...order, carrier, trackingNumber }),
  dispatched: (order: OrderReference, carrier = "DHL", trackingNumber = "JD0001") =>
    envelope("shipment.dispatched", { ...order, carrier, trackingNumber }),
  delivered: (order: OrderReference, carrier = "DHL", trackingNumber = "JD0001") =>
    envelope("shipment.delivered", { ...order, carrier, trackingNumber }),
  refundPaid: ({ orderId, userId }: OrderReference, amount = 26_390) =>
    envelope("payment.refunded", {
      orderId,
      userId,
      amount: euros(amount),
      refundId: newId(),
      refundedTotal: euros(amount),
      full: true,
      reason: "damaged",
    }),
  refunded: (order: OrderReference, dispatched: boolean) =>
    envelope("order.refunded", { ...order, dispatched }),
};
