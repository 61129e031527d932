import type { FindingKind } from "../../../contracts/operations";
import {
  hasLeft,
  isCancelled,
  isSold,
  isUndone,
  kept,
  net,
  taken,
  type Repairer,
  type Standing,
  type Suspicion,
} from "./standing";

interface Rule {
  readonly kind: FindingKind;
  readonly repairer: Repairer | ((standing: Standing) => Repairer);
  /** What is wrong, in words; null when nothing is. */
  readonly wrong: (standing: Standing) => string | null;
}

const unpaid = (standing: Standing): string | null => {
  const { order, payment } = standing;
  if (!order || !isSold(standing)) return null;
  if (payment && payment.captured > 0 && payment.refunded === payment.captured) {
    return `it is ${order.status}, and all ${payment.captured} were given back`;
  }
  if (order.total.amount === (payment?.captured ?? 0)) return null;
  return `it costs ${order.total.amount} ${order.total.currency}, and ${payment?.captured ?? 0} were taken`;
};

const differs = (standing: Standing): string | null => {
  const { payment } = standing;
  const [charge, ...others] = taken(standing);
  if (!payment || !charge || others.length > 0 || payment.captured === 0) return null;
  if (charge.amount.amount !== payment.captured || charge.amount.currency !== payment.currency) {
    return `the provider took ${charge.amount.amount} ${charge.amount.currency}, we have ${payment.captured} ${payment.currency}`;
  }
  const { refunded, refunding } = payment;
  // While a refund is under way, the provider may have made it already.
  const theirs = charge.refunded.amount;
  return theirs >= refunded && theirs <= refunded + refunding
    ? null
    : `the provider gave back ${theirs}, we have ${refunded}`;
};

const SHIPMENTS: Readonly<Record<string, string>> = {
  confirmed: "preparing",
  shipped: "dispatched",
  delivered: "delivered",
};

const isSentOff = ({ order }: Standing): boolean =>
  order?.status === "confirmed" && order.dispatched;

const outOfStep = (standing: Standing): string | null => {
  const { order, shipment } = standing;
  if (!order || !shipment || shipment.status === "cancelled") return null;
  if (!(order.status in SHIPMENTS)) return null;
  const waits = isSentOff(standing);
  if (!waits && shipment.status === SHIPMENTS[order.status]) return null;
  return `it is ${waits ? "sent off" : order.status}, and its shipment is ${shipment.status}`;
};

const rules: readonly Rule[] = [
  {
    kind: "order_overdue",
    repairer: "orders",
    wrong: ({ order }) => (order?.overdue ? "it is pending beyond its deadline" : null),
  },
  {
    kind: "paid_not_confirmed",
    repairer: null,
    wrong: (s) =>
      s.order?.status === "pending" && !s.order.overdue && kept(s) > 0
        ? "it is paid and still pending; at its deadline it ends, and the money goes back"
        : null,
  },
  {
    kind: "order_unpaid",
    repairer: null,
    wrong: (s) => (hasLeft(s) ? null : unpaid(s)),
  },
  {
    kind: "shipped_unpaid",
    repairer: null,
    wrong: (s) => (hasLeft(s) ? unpaid(s) : null),
  },
  {
    kind: "order_without_hold",
    repairer: ({ hold }) => (hold?.status === "held" ? "inventory" : null),
    wrong: (s) =>
      isSold(s) && s.hold?.status !== "committed"
        ? `it is ${s.order?.status}, and its stock is ${s.hold?.status ?? "not held"}`
        : null,
  },
  {
    kind: "order_without_shipment",
    repairer: ({ order, shipment }) =>
      order?.status === "confirmed" && !shipment ? "shipping" : null,
    wrong: (s) =>
      isSold(s) && (s.shipment?.status ?? "cancelled") === "cancelled"
        ? `it is ${s.order?.status}, and its shipment is ${s.shipment?.status ?? "not there"}`
        : null,
  },
  {
    kind: "shipment_of_ended_order",
    repairer: (s) => (isCancelled(s) && s.shipment?.status === "preparing" ? "shipping" : null),
    wrong: (s) =>
      isUndone(s) && s.shipment && s.shipment.status !== "cancelled"
        ? `it is ${s.order?.status}, and its shipment is ${s.shipment.status}`
        : null,
  },
  {
    kind: "shipment_out_of_step",
    repairer: (s) => (isSentOff(s) && s.shipment?.status === "preparing" ? "shipping" : null),
    wrong: outOfStep,
  },
  {
    kind: "paid_without_order",
    repairer: null,
    wrong: (s) => (!s.order && kept(s) > 0 ? `${kept(s)} were taken for no order of ours` : null),
  },
  {
    kind: "money_kept",
    repairer: "payments",
    wrong: (s) =>
      isCancelled(s) && kept(s) > 0 ? `it is cancelled, and ${kept(s)} were not given back` : null,
  },
  {
    kind: "payment_unresolved",
    repairer: "payments",
    wrong: ({ payment }) =>
      payment?.late ? `whether it is paid is not known: ${payment.status}` : null,
  },
  {
    kind: "refund_unresolved",
    repairer: null,
    wrong: ({ payment }) =>
      payment?.refundLate ? `${payment.refunding} wait for the provider to give them back` : null,
  },
  {
    kind: "charge_without_payment",
    repairer: null,
    wrong: (s) =>
      !s.payment && net(s).length > 0
        ? `the provider has ${net(s)[0]?.id} for an order without a payment`
        : null,
  },
  {
    kind: "charge_unknown_to_us",
    repairer: "payments",
    wrong: (s) =>
      s.payment?.captured === 0 && net(s).length > 0
        ? `the provider took ${net(s)[0]?.id}, and our payment is ${s.payment.status}`
        : null,
  },
  {
    kind: "capture_without_charge",
    repairer: null,
    wrong: (s) =>
      s.charges && (s.payment?.captured ?? 0) > 0 && taken(s).length === 0
        ? `we have ${s.payment?.captured}, and the provider has no charge`
        : null,
  },
  {
    kind: "amounts_differ",
    repairer: null,
    wrong: differs,
  },
  {
    kind: "charged_twice",
    repairer: null,
    wrong: (s) =>
      net(s).length > 1
        ? `charged ${net(s)
            .map(({ id }) => id)
            .join(" and ")}`
        : null,
  },
  {
    kind: "hold_without_order",
    repairer: ({ hold }) => (hold?.status === "held" ? "inventory" : null),
    wrong: ({ order, hold }) =>
      !order && (hold?.status === "held" || hold?.status === "committed")
        ? `stock is ${hold.status} for no order`
        : null,
  },
  {
    kind: "hold_of_ended_order",
    // Whether what was sold and refunded has come back, only a person can tell.
    repairer: (s) => (isCancelled(s) || s.hold?.status === "held" ? "inventory" : null),
    wrong: (s) => {
      const live = s.hold?.status === "held" || s.hold?.status === "committed";
      const ended = isUndone(s) || (s.order?.status === "refunded" && s.hold?.status === "held");
      return live && ended ? `it is ${s.order?.status}, and its stock is ${s.hold?.status}` : null;
    },
  },
  {
    kind: "hold_expired",
    repairer: "inventory",
    wrong: ({ order, hold }) =>
      hold?.expired && order?.status === "pending" ? "its hold is beyond its end" : null,
  },
];

/** What does not agree about an order. What is under way may look so for a moment: look twice. */
export const judgeOrder = (standing: Standing): Suspicion[] =>
  rules.flatMap(({ kind, repairer, wrong }) => {
    const detail = wrong(standing);
    if (detail === null) return [];
    const by = typeof repairer === "function" ? repairer(standing) : repairer;
    return [{ kind, orderId: standing.orderId, detail, repairer: by }];
  });
