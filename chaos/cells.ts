import { contracts, durableServices } from "../contracts";
import type { StoryName } from "./stories";

/** One place where the process is killed, once, in the middle of one story. */
export interface Cell {
  readonly boundary: string;
  readonly moment: string;
  /** The fault point; a story reaches it. */
  readonly point: string;
  readonly story: StoryName;
  /** The step before which it is armed (the first). */
  readonly armBefore?: string;
}

interface Way {
  readonly story: StoryName;
  readonly armBefore?: string;
}

/** The story in which an event comes about. */
const wayOf: Readonly<Record<string, Way>> = {
  "order.created": { story: "buy" },
  "stock.reserved": { story: "buy" },
  "payment.completed": { story: "buy" },
  "order.confirmed": { story: "buy" },
  "shipment.created": { story: "buy" },
  "stock.rejected": { story: "want too much" },
  "payment.failed": { story: "be declined" },
  "order.cancelled": { story: "change one's mind", armBefore: "cancel" },
  "stock.released": { story: "change one's mind", armBefore: "cancel" },
  "payment.refunded": { story: "change one's mind", armBefore: "cancel" },
  "order.dispatch_requested": { story: "receive", armBefore: "dispatch" },
  "shipment.dispatched": { story: "receive", armBefore: "dispatch" },
  "shipment.delivered": { story: "receive", armBefore: "deliver" },
  "order.refunded": { story: "get money back", armBefore: "refund" },
};

const handled = ["before_commit", "after_commit", "before_ack"];
/** Carts keeps its state where there are no transactions. */
const handledByKey = ["before_handle", "before_ack"];
const relayed = ["before_publish", "after_publish", "after_mark"];
const committed = ["before_commit", "after_commit"];
const called = ["before_call", "after_call"];

const row = (boundary: string, point: string, moments: readonly string[], way: Way): Cell[] =>
  moments.map((moment) => ({ boundary, moment, point: `${point}.${moment}`, ...way }));

/** Every handler of every event of the saga, as the contracts declare them. */
const handlers: Cell[] = durableServices.flatMap((service) =>
  (contracts[service].consumes as readonly string[]).flatMap((event) => {
    const way = service === "carts" ? ({ story: "buy a cart" } as const) : wayOf[event];
    if (!way) return [];
    const moments = service === "carts" ? handledByKey : handled;
    return row(`${service} handles ${event}`, `${service}.handle.${event}`, moments, way);
  }),
);

/** The way of every event out of its outbox. */
const relays: Cell[] = durableServices.flatMap((service) =>
  Object.keys(contracts[service].events).flatMap((event) => {
    const way = wayOf[event];
    return way
      ? row(`${service} publishes ${event}`, `${service}.relay.${event}`, relayed, way)
      : [];
  }),
);

const begin = (boundary: string, point: string, way: Way): Cell[] =>
  row(boundary, point, committed, way);

/** Units of work that no event causes: requests of people, and answers of the provider. */
const units: Cell[] = [
  ...begin("orders places an order", "orders.place", { story: "buy" }),
  ...begin("orders cancels at a customer's word", "orders.publish.order.cancelled", {
    story: "change one's mind",
    armBefore: "cancel",
  }),
  ...begin("orders sends an order off", "orders.publish.order.dispatch_requested", {
    story: "receive",
    armBefore: "dispatch",
  }),
  ...begin("shipping notes a delivery", "shipping.publish.shipment.delivered", {
    story: "receive",
    armBefore: "deliver",
  }),
  ...begin("payments notes a capture", "payments.publish.payment.completed", { story: "buy" }),
  ...begin("payments notes a refusal", "payments.publish.payment.failed", { story: "be declined" }),
  ...begin("payments notes a late capture", "payments.publish.payment.completed", {
    story: "pay later",
  }),
  ...begin("payments is asked for a refund", "payments.unit", {
    story: "get money back",
    armBefore: "refund",
  }),
  ...begin("orders takes the key of a refund", "orders.unit", {
    story: "get it back in parts",
    armBefore: "refund a part",
  }),
  ...begin("payments is asked for a part", "payments.unit", {
    story: "get it back in parts",
    armBefore: "refund a part",
  }),
  ...begin("payments notes a refund", "payments.publish.payment.refunded", {
    story: "get money back",
    armBefore: "refund",
  }),
];

const calls: Cell[] = [
  ...row("payments asks for a charge", "payments.charge", called, { story: "buy" }),
  ...row("payments undoes an open charge", "payments.void", called, {
    story: "give up in time",
    armBefore: "cancel",
  }),
  ...row("payments asks for a refund", "payments.refund", called, {
    story: "change one's mind",
    armBefore: "cancel",
  }),
  ...row("notifications sends a mail", "notifications.send", called, { story: "buy" }),
];

/** Each boundary of the saga, before and after what makes it. */
export const cells: readonly Cell[] = [...units, ...handlers, ...relays, ...calls];
