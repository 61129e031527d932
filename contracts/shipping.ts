import { Type as T, type Static } from "@sinclair/typebox";
import { action, defineContract, event } from "../lib/mesh/contract";
import { Strict } from "../lib/mesh/schema";
import { Id } from "./common";
import { ShipmentPart } from "./orders";
import { settle } from "./reconciliation";

export const Shipment = Strict({ orderId: Id, ...ShipmentPart.properties });
export type Shipment = Static<typeof Shipment>;

const sent = {
  orderId: Id,
  userId: Id,
  number: T.String(),
  carrier: T.String(),
  trackingNumber: T.String(),
};

export const shipping = defineContract({
  name: "shipping",
  durable: true,
  actions: {
    ofOrders: action({
      summary: "The shipments of some orders; one without a shipment is left out",
      params: Strict({ orderIds: T.Array(Id, { maxItems: 100 }) }),
      result: T.Array(Shipment),
      access: "internal",
      idempotent: true,
    }),
    deliver: action({
      summary: "A dispatched shipment has arrived",
      params: Strict({ orderId: Id }),
      result: Shipment,
      access: "internal",
      idempotent: true,
      correlation: "orderId",
    }),
    settle: settle(
      "Prepare or send off the shipment of a confirmed order, or end that of a cancelled one",
    ),
  },
  events: {
    "shipment.created": event({
      summary: "A shipment is being prepared",
      version: 1,
      payload: Strict({ orderId: Id, userId: Id, number: T.String() }),
    }),
    "shipment.dispatched": event({
      summary: "A shipment is with its carrier",
      version: 1,
      payload: Strict(sent),
    }),
    "shipment.delivered": event({
      summary: "A shipment has arrived",
      version: 1,
      payload: Strict(sent),
    }),
  },
  calls: ["orders.find"],
  consumes: ["order.confirmed", "order.dispatch_requested", "order.cancelled", "order.refunded"],
});
