import type { OrderFact, OrderFacts, ReservationFact } from "../facts/order-facts";
import type { OrderCheck } from "./order-check";

/**
 * Stated here once more on purpose, and not taken from the orders service: a wrong table there must
 * not make its own wrong histories right.
 */
const FOLLOWS: Readonly<Record<string, readonly string[]>> = {
  "": ["pending"],
  pending: ["confirmed", "cancelled"],
  confirmed: ["shipped", "cancelled", "refunded"],
  shipped: ["delivered", "refunded"],
  delivered: ["refunded"],
};

const STANDS = ["confirmed", "shipped", "delivered"];

function isPath({ history, status, version, dispatched }: OrderFact): boolean {
  const allowed = history.every((step, n) =>
    FOLLOWS[history[n - 1]?.status ?? ""]?.includes(step.status),
  );
  const rising = history.every((step, n) => step.version > (history[n - 1]?.version ?? 0));
  // The order to its carrier is the one change of version that is no change of status.
  const gapFree = history.length === version - (dispatched ? 1 : 0) && history[0]?.version === 1;
  return allowed && rising && gapFree && history.at(-1)?.status === status;
}

/** What a reservation has to be for its order. */
function fitsOrder({ status }: ReservationFact, order: OrderFact | undefined): boolean {
  switch (order?.status) {
    case "pending":
      return status === "held" || status === "rejected";
    case "confirmed":
    case "shipped":
    case "delivered":
      return status === "committed";
    case "refunded":
      return status === (order.dispatched ? "committed" : "released");
    case undefined:
    default:
      return status === "released" || status === "rejected";
  }
}

const linesKey = (lines: readonly { sku: string; quantity: number }[]): string =>
  lines
    .map(({ sku, quantity }) => `${sku} ${quantity}`)
    .sort()
    .join();

/** Stock moved for an order: out when it was sold, back when what was sold came back, once each. */
function movedAsSold({ status, lines, moves }: ReservationFact): boolean {
  const left = new Map<string, number>();
  for (const { sku, delta } of moves) left.set(sku, (left.get(sku) ?? 0) + delta);
  const sold = status === "committed" ? lines : [];
  for (const { sku, quantity } of sold) left.set(sku, (left.get(sku) ?? 0) + quantity);
  const outs = moves.filter(({ delta }) => delta < 0).length;
  const backs = moves.length - outs;
  const once = outs <= lines.length && backs <= outs;
  return once && [...left.values()].every((rest) => rest === 0);
}

/** The shipments of an order, as far as they are more than the memory that it ended. */
const preparedOf = ({ shipments }: OrderFacts) => shipments.filter(({ prepared }) => prepared);

function shipmentsFit(facts: OrderFacts): boolean {
  const { order, shipments } = facts;
  const statuses = preparedOf(facts).map(({ status }) => status);
  switch (order?.status) {
    case "confirmed":
      // One that was sent off is on its way by now.
      return statuses.join() === "preparing" && shipments.length === 1 && !order.dispatched;
    case "shipped":
      return statuses.join() === "dispatched" && shipments.length === 1;
    case "delivered":
      return statuses.join() === "delivered" && shipments.length === 1;
    case "refunded":
      return order.dispatched
        ? statuses.length === 1 && statuses[0] !== "cancelled" && statuses[0] !== "preparing"
        : statuses.every((status) => status === "cancelled") && shipments.length <= 1;
    case "pending":
      return shipments.length === 0;
    case undefined:
    default:
      return shipments.length <= 1 && shipments.every(({ status }) => status === "cancelled");
  }
}

const strangersOf = ({ order, payments, shipments, notifications }: OrderFacts) =>
  [...payments, ...shipments, ...notifications].filter(
    ({ userId }) => order !== undefined && userId !== order.userId,
  );

/** What a notification claims, and the status that the order must once have had for it. */
const CLAIMS: Readonly<Record<string, string>> = {
  "order-received": "pending",
  "order-confirmed": "confirmed",
  "order-cancelled": "cancelled",
  "shipment-dispatched": "confirmed",
  "shipment-delivered": "shipped",
};

const untrueOf = ({ order, payments, notifications }: OrderFacts) =>
  notifications.filter(({ template }) => {
    if (template === "payment-refunded") {
      return !payments.some(({ refunds }) => refunds.some(({ status }) => status === "succeeded"));
    }
    const claimed = CLAIMS[template];
    return claimed !== undefined && !order?.history.some(({ status }) => status === claimed);
  });

export const stepsOfOrders: readonly OrderCheck[] = [
  {
    id: "S5",
    when: "Q",
    title: "stock is held, sold or free as its order is alive, confirmed or over",
    violatedBy: ({ orderId, order, reservations }) =>
      reservations.every((reservation) => fitsOrder(reservation, order)) &&
      (!order || !STANDS.includes(order.status) || reservations.length === 1)
        ? undefined
        : { orderId, status: order?.status, reservations },
  },
  {
    id: "S5",
    when: "Q",
    title: "what is held or sold for an order is what it ordered",
    violatedBy: ({ orderId, order, reservations }) =>
      reservations.every(
        ({ status, lines }) =>
          (status !== "held" && status !== "committed") ||
          linesKey(lines) === linesKey(order?.lines ?? []),
      )
        ? undefined
        : { orderId, ordered: order?.lines, reservations },
  },
  {
    id: "S6",
    when: "Q",
    title: "what an order bought left the shelf once, and came back once when it ended",
    violatedBy: ({ orderId, order, reservations }) =>
      reservations.every(movedAsSold)
        ? undefined
        : { orderId, status: order?.status, reservations },
  },
  {
    id: "O1",
    when: "A",
    title: "the history of an order is a path of the state machine, without gap or return",
    violatedBy: ({ order }) => (!order || isPath(order) ? undefined : order),
  },
  {
    id: "O3",
    when: "Q",
    title:
      "money of a cancelled order was given back once and in full, none of one that stands in full",
    violatedBy: ({ orderId, order, payments }) => {
      const whole = payments.filter(
        ({ captured, refunds }) =>
          captured > 0 && refunds.reduce((all, { amount }) => all + amount, 0) === captured,
      ).length;
      const taken = payments.filter(({ captured }) => captured > 0).length;
      const due = order?.status === "cancelled" || order?.status === "refunded" ? taken : 0;
      return whole === due ? undefined : { orderId, status: order?.status, payments };
    },
  },
  {
    id: "O4",
    when: "Q",
    title: "an order has its one shipment as far as it is on its way, and none when it is over",
    violatedBy: (facts) => {
      const { orderId, order, shipments } = facts;
      return shipmentsFit(facts)
        ? undefined
        : { orderId, status: order?.status, dispatched: order?.dispatched, shipments };
    },
  },
  {
    id: "O5",
    when: "A",
    title: "payment, shipment and notifications of an order are of its own user",
    violatedBy: (facts) => {
      const strangers = strangersOf(facts);
      const { orderId, order } = facts;
      return strangers.length === 0 ? undefined : { orderId, userId: order?.userId, strangers };
    },
  },
  {
    id: "N2",
    when: "Q",
    title: "nobody is told what did not happen",
    violatedBy: (facts) => {
      const untrue = untrueOf(facts);
      const { orderId, order, payments } = facts;
      return untrue.length === 0 ? undefined : { orderId, order, payments, untrue };
    },
  },
];
