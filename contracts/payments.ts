import { Type as T, type Static } from "@sinclair/typebox";
import { action, defineContract, event } from "../lib/mesh/contract";
import { sensitive, Strict } from "../lib/mesh/schema";
import { Id, ListOf, Money, Nullable, OneOf, Page, Text, Time } from "./common";
import { OrderIds, settle, toReconcile } from "./reconciliation";

export const PaymentStatus = OneOf([
  "requested",
  "processing",
  "captured",
  "declined",
  "voided",
  "partially_refunded",
  "refunded",
]);
export type PaymentStatus = Static<typeof PaymentStatus>;

export const Payment = Strict({
  orderId: Id,
  status: PaymentStatus,
  amount: Money,
  refunded: Money,
  method: T.String(),
});
export type Payment = Static<typeof Payment>;

export const SandboxCharge = Strict({
  id: T.String(),
  orderId: Id,
  idempotencyKey: T.String(),
  amount: Money,
  refunded: Money,
  status: OneOf(["processing", "succeeded", "failed"]),
  createdAt: Time,
});
export type SandboxCharge = Static<typeof SandboxCharge>;

/** A payment next to what the provider says of it. Amounts are minor units of the order's currency. */
export const PaymentStanding = Strict({
  orderId: Id,
  payment: Nullable(
    Strict({
      status: PaymentStatus,
      captured: T.Integer(),
      refunded: T.Integer(),
      refunding: T.Integer({ description: "asked back from the provider, and not yet given" }),
      currency: T.String(),
      late: T.Boolean({ description: "the outcome is unknown for a minute beyond the deadline" }),
      refundLate: T.Boolean({ description: "a refund waits for its provider for over a minute" }),
    }),
  ),
  /** Null when the provider does not answer, or cannot tell. */
  charges: Nullable(T.Array(SandboxCharge)),
  providerSilent: T.Boolean({ description: "the provider could tell, and does not answer" }),
});
export type PaymentStanding = Static<typeof PaymentStanding>;

const paid = { orderId: Id, userId: Id, amount: Money };

export const payments = defineContract({
  name: "payments",
  durable: true,
  actions: {
    ofOrders: action({
      summary: "The payments of some orders; one without a payment is left out",
      params: Strict({ orderIds: T.Array(Id, { maxItems: 100 }) }),
      result: T.Array(Payment),
      access: "internal",
      idempotent: true,
    }),
    refund: action({
      summary: "Give back `amount` or all that is left; repeating a refundId does nothing more",
      params: Strict({
        orderId: Id,
        refundId: Id,
        amount: T.Optional(Money),
        reason: Text(255, 1),
      }),
      result: Payment,
      access: "internal",
      idempotent: true,
      correlation: "orderId",
    }),
    refundable: action({
      summary: "What can still be given back for an order; null when it has no payment",
      params: Strict({ orderId: Id }),
      result: Nullable(Money),
      access: "internal",
      idempotent: true,
      correlation: "orderId",
    }),
    toReconcile: toReconcile(
      "Orders whose payments are to be compared: open ones, or all that the provider charged lately",
    ),
    standings: action({
      summary:
        "How payments stand, with us and in the provider's own ledger; an order without either is left out",
      params: OrderIds,
      result: T.Array(PaymentStanding),
      access: "internal",
      idempotent: true,
    }),
    settle: settle("Ask the provider again, and give back what is kept of a cancelled order", {
      timeoutMs: 10_000,
    }),
    webhook: action({
      summary: "What a payment provider reports",
      params: Strict({
        provider: T.String({ pattern: "^[a-z]{1,32}$" }),
        rawBody: sensitive("personal", T.String()),
        sandboxSignature: T.Optional(sensitive("secret", T.String({ maxLength: 512 }))),
        stripeSignature: T.Optional(sensitive("secret", T.String({ maxLength: 2048 }))),
      }),
      result: Strict({ received: T.Boolean() }),
      access: "public",
      idempotent: true,
      route: {
        method: "POST",
        path: "/webhooks/payments/:provider",
        body: "raw",
        ignoresToken: true,
        headers: { sandboxSignature: "sandbox-signature", stripeSignature: "stripe-signature" },
        errors: ["WEBHOOK_SIGNATURE_INVALID"],
      },
    }),
    sandboxCharges: action({
      summary: "The sandbox provider's own ledger, newest first",
      params: Strict({ orderId: T.Optional(Id), ...Page }),
      result: ListOf(SandboxCharge),
      access: "admin",
      idempotent: true,
      route: { method: "GET", path: "/admin/sandbox/charges" },
    }),
  },
  events: {
    "payment.completed": event({
      summary: "The order's total was captured",
      version: 1,
      payload: Strict({ ...paid, method: T.String() }),
    }),
    "payment.failed": event({
      summary: "The provider refused, for good",
      version: 1,
      payload: Strict({ ...paid, code: T.String() }),
    }),
    "payment.refunded": event({
      summary: "The provider gave money back",
      version: 1,
      payload: Strict({
        ...paid,
        refundId: Id,
        refundedTotal: Money,
        full: T.Boolean(),
        reason: T.String(),
      }),
    }),
  },
  calls: ["orders.find"],
  consumes: ["stock.reserved", "order.cancelled"],
});
