import type { ChargeFact, OrderFacts, PaymentFact } from "../facts/order-facts";
import type { OrderCheck } from "./order-check";

const sum = (amounts: readonly number[]): number => amounts.reduce((a, b) => a + b, 0);

/** What the provider took and did not give back. */
const netOf = ({ status, amount, refunded }: ChargeFact): number =>
  status === "succeeded" ? amount - refunded : 0;

const takenOf = (charges: readonly ChargeFact[]): number =>
  sum(charges.filter(({ status }) => status === "succeeded").map(({ amount }) => amount));

const netCharged = ({ charges }: OrderFacts): number => sum(charges.map(netOf));

/** What was given back of an order that stands, on somebody's word: a part of it. */
const givenBack = ({ payments }: OrderFacts): number =>
  sum(payments.flatMap(({ refunds }) => refunds.map(({ amount }) => amount)));

const ALIVE = ["confirmed", "shipped", "delivered"];
/** Of these nothing may be kept. */
const PAID_BACK = ["cancelled", "refunded"];

const moneyIn = ({ orderId, order, payments, charges }: OrderFacts): object => ({
  orderId,
  status: order?.status,
  total: order?.total,
  payments,
  charges,
});

const disagrees = ({ payments, charges }: OrderFacts): boolean =>
  takenOf(charges) !== sum(payments.map(({ captured }) => captured)) ||
  sum(charges.map(({ refunded }) => refunded)) !== sum(payments.map(({ refunded }) => refunded));

/** Each refund of ours that was made is one of the provider's, and none of those is nobody's. */
function refundsDiffer({ payments, charges }: OrderFacts): boolean {
  const ours = payments
    .flatMap(({ refunds }) => refunds)
    .filter(({ status }) => status === "succeeded")
    .map(({ providerRefundId, amount }) => `${providerRefundId} ${amount}`);
  const theirs = charges
    .flatMap(({ refunds }) => refunds)
    .map(({ id, amount }) => `${id} ${amount}`);
  return ours.sort().join() !== theirs.sort().join();
}

const isOtherMoney = ({ order, charges }: OrderFacts, payment: PaymentFact): boolean =>
  payment.amount !== null &&
  ((order !== undefined &&
    (payment.amount !== order.total || payment.currency !== order.currency)) ||
    charges.some(
      ({ amount, currency }) => amount !== payment.amount || currency !== payment.currency,
    ));

export const moneyOfOrders: readonly OrderCheck[] = [
  {
    id: "M2",
    when: "A",
    title: "an order, its payment and its charges are of one amount and one currency",
    violatedBy: (facts) =>
      facts.payments.some((payment) => isOtherMoney(facts, payment)) ? moneyIn(facts) : undefined,
  },
  {
    id: "M3",
    when: "Q",
    title: "what we say was captured and refunded of an order is what its provider says",
    violatedBy: (facts) => (disagrees(facts) ? moneyIn(facts) : undefined),
  },
  {
    id: "M3",
    when: "Q",
    title: "each refund of ours is one of the provider's, and the other way round",
    violatedBy: (facts) => (refundsDiffer(facts) ? moneyIn(facts) : undefined),
  },
  {
    id: "M3",
    when: "Q",
    title: "the charge that a payment names is the provider's, and of its order",
    violatedBy: (facts) => {
      const theirs = new Set(facts.charges.map(({ id }) => id));
      const unknown = facts.payments.some(({ chargeId }) => chargeId && !theirs.has(chargeId));
      return unknown ? moneyIn(facts) : undefined;
    },
  },
  {
    id: "M3",
    when: "Q",
    title: "no charge without a payment, no payment without an order",
    violatedBy: (facts) => {
      const { order, payments, charges } = facts;
      const stray =
        (charges.length > 0 && payments.length === 0) || (payments.length > 0 && !order);
      return stray ? moneyIn(facts) : undefined;
    },
  },
  {
    id: "M4",
    when: "Q",
    title: "an order is charged once at most; a cancelled or refunded one has nothing left with us",
    violatedBy: (facts) => {
      const standing = facts.charges.filter((charge) => netOf(charge) > 0).length;
      const over = PAID_BACK.includes(facts.order?.status ?? "");
      return standing > 1 || (over && netCharged(facts) !== 0) ? moneyIn(facts) : undefined;
    },
  },
  {
    id: "M5",
    when: "Q",
    title: "an order that stands is paid: its total, less what was given back on somebody's word",
    violatedBy: (facts) => {
      const { order } = facts;
      if (!order || !ALIVE.includes(order.status)) return undefined;
      return netCharged(facts) === order.total - givenBack(facts) ? undefined : moneyIn(facts);
    },
  },
];
