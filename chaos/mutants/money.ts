import { patch, type Mutant } from "./mutant";

const payments = (file: string, find: string, replace: string) =>
  patch(`services/payments/${file}`, find, replace);

/** Money: taken once, given back when an order ends, booked. */
export const moneyMutants: readonly Mutant[] = [
  {
    name: "a retry asks the provider under a fresh key",
    patches: [
      payments(
        "domain/idempotency-keys.js",
        "`order:${orderId}:charge`",
        "`order:${orderId}:charge:${Date.now()}`",
      ),
    ],
    trial: { stories: ["lose the answer"] },
  },
  {
    name: "a refund is retried under a fresh key",
    patches: [
      payments(
        "domain/idempotency-keys.js",
        "`order:${orderId}:refund:${refundId}`",
        "`order:${orderId}:refund:${refundId}:${Date.now()}`",
      ),
    ],
    trial: {
      stories: ["change one's mind"],
      faults: "payments.refund.after_call=kill9@1",
      armBefore: "cancel",
    },
  },
  {
    name: "a refund that is asked for again is another one",
    patches: [patch("mixins/keyed-request.js", "return { id: known.id,", "return { id: claim.id,")],
    trial: {
      stories: ["get it back in parts"],
      faults: "payments.unit.after_commit=kill9@1",
      armBefore: "refund a part",
    },
  },
  {
    name: "a refund that was not answered is not tried again",
    patches: [
      payments(
        "store/refund-store.js",
        "WHERE status = 'requested' AND next_attempt_at <= now()",
        "WHERE status = 'requested' AND next_attempt_at <= now() AND attempts = 0",
      ),
    ],
    trial: {
      stories: ["change one's mind"],
      faults: "payments.refund.before_call=kill9@1",
      armBefore: "cancel",
    },
  },
  {
    name: "the money of a cancelled order is kept",
    patches: [
      payments(
        "domain/cancel-charge.js",
        'amount > 0 ? { kind: "give_back", amount }',
        'amount < 0 ? { kind: "give_back", amount }',
      ),
    ],
    trial: { stories: ["change one's mind"] },
  },
  {
    name: "half of the money of a cancelled order is kept",
    patches: [
      payments(
        "domain/cancel-charge.js",
        'amount > 0 ? { kind: "give_back", amount }',
        'amount > 0 ? { kind: "give_back", amount: Math.floor(amount / 2) }',
      ),
    ],
    trial: { stories: ["change one's mind"] },
  },
  {
    name: "captures are not booked",
    patches: [
      payments("settle-charges.js", "if (captured.length > 0) {", "if (captured.length > 1e9) {"),
    ],
    trial: { stories: ["buy"] },
  },
  {
    name: "refunds are not booked",
    patches: [payments("make-refunds.js", "await (0, ledger_store_1.book)(work, [", "void ([")],
    trial: { stories: ["change one's mind"] },
  },
  {
    name: "nobody is told of a capture",
    patches: [
      payments("settle-charges.js", "if (settlement.giveBack !== null)", "if (settlement)"),
    ],
    trial: { stories: ["buy"] },
  },
  {
    name: "an attempt that was cut off is never made again",
    patches: [
      payments(
        "store/payment-store.js",
        "WHERE status IN ('requested', 'processing') AND next_attempt_at <= now()",
        "WHERE status IN ('requested', 'processing') AND next_attempt_at <= now() AND attempts = 0",
      ),
    ],
    trial: { stories: ["buy"], faults: "payments.charge.after_call=kill9@1" },
  },
  {
    name: "a line costs the price of one, however many it has",
    patches: [
      patch(
        "services/orders/domain/price-order.js",
        "(0, money_1.multiply)(price, quantity)",
        "price",
      ),
    ],
    trial: { stories: ["buy two"] },
  },
];
