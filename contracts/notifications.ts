import { Type as T, type Static } from "@sinclair/typebox";
import { action, defineContract } from "../lib/mesh/contract";
import { Strict } from "../lib/mesh/schema";
import { Id, ListOf, OneOf, Page, Time } from "./common";

export const Notification = Strict({
  id: Id,
  channel: OneOf(["email", "sms", "push"]),
  template: T.String(),
  subject: T.String(),
  status: OneOf(["queued", "sent", "failed"]),
  orderId: T.Optional(Id),
  createdAt: Time,
});
export type Notification = Static<typeof Notification>;

export const notifications = defineContract({
  name: "notifications",
  durable: true,
  actions: {
    mine: action({
      summary: "What the shop sent to the signed-in user, newest first",
      params: Strict({ ...Page }),
      result: ListOf(Notification),
      access: "customer",
      idempotent: true,
      route: { method: "GET", path: "/users/me/notifications" },
    }),
  },
  events: {},
  consumes: [
    "order.created",
    "order.confirmed",
    "order.cancelled",
    "payment.refunded",
    "shipment.dispatched",
    "shipment.delivered",
  ],
});
