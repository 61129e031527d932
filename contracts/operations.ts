import { Type as T, type Static } from "@sinclair/typebox";
import { action, defineContract } from "../lib/mesh/contract";
import { Strict } from "../lib/mesh/schema";
import { Id, ListOf, Nullable, OneOf, Page, Text, Time } from "./common";
import { Backlog, DeadLetter, Deed, letterFilter, TraceEntry } from "./durable";

export const findingKinds = [
  "order_overdue",
  "order_unpaid",
  "shipped_unpaid",
  "order_without_hold",
  "order_without_shipment",
  "shipment_of_ended_order",
  "shipment_out_of_step",
  "paid_not_confirmed",
  "paid_without_order",
  "money_kept",
  "payment_unresolved",
  "refund_unresolved",
  "charge_without_payment",
  "charge_unknown_to_us",
  "capture_without_charge",
  "amounts_differ",
  "charged_twice",
  "hold_expired",
  "hold_of_ended_order",
  "hold_without_order",
  "outbox_late",
  "events_parked",
  "events_republished",
  "not_checked",
  "not_listed",
] as const;
export const FindingKind = OneOf(findingKinds);
export type FindingKind = Static<typeof FindingKind>;

const filter = {
  consumer: T.Optional(T.String({ minLength: 1, maxLength: 64 })),
  event: T.Optional(T.String({ minLength: 1, maxLength: 64 })),
  ...letterFilter,
};
/** What the last comparison of orders with everything that was done for them has found. */
export const Reconciliation = Strict({
  /** Null before the first run. */
  ranAt: Nullable(Time),
  checked: T.Integer({ description: "orders" }),
  findings: T.Array(
    Strict({
      kind: FindingKind,
      orderId: Nullable(Id),
      detail: T.String(),
      action: T.String({ description: "what was done about it" }),
    }),
  ),
});
export type Reconciliation = Static<typeof Reconciliation>;

const one = Strict({ id: Id });

export const operations = defineContract({
  name: "operations",
  actions: {
    timeline: action({
      summary: "Every event, attempt and compensation of an order's saga, oldest first",
      params: Strict({ id: Id }),
      result: Strict({
        orderId: Id,
        status: T.String(),
        waitingFor: Nullable(T.String({ description: "what the saga waits for now" })),
        entries: T.Array(TraceEntry),
        degraded: T.Array(T.String(), { description: "services that did not answer" }),
      }),
      access: "admin",
      idempotent: true,
      correlation: "id",
      route: { method: "GET", path: "/admin/orders/:id/timeline" },
    }),
    deadLetters: action({
      summary: "Events whose handler gave up, newest first",
      params: Strict({ ...filter, withParked: T.Optional(T.Boolean()), ...Page }),
      result: Strict({
        ...ListOf(DeadLetter).properties,
        degraded: T.Array(T.String(), { description: "consumers that did not answer" }),
      }),
      access: "admin",
      idempotent: true,
      route: { method: "GET", path: "/admin/dead-letters" },
    }),
    deadLetter: action({
      summary: "One dead letter",
      params: one,
      result: DeadLetter,
      access: "admin",
      idempotent: true,
      route: { method: "GET", path: "/admin/dead-letters/:id" },
    }),
    deleteDeadLetter: action({
      summary: "Drop a dead letter for good; the audit keeps who did, and the reason given",
      params: Strict({ id: Id, note: T.Optional(Text(500, 1)) }),
      result: T.Null(),
      access: "admin",
      idempotent: false,
      route: { method: "DELETE", path: "/admin/dead-letters/:id", status: 204 },
    }),
    parkDeadLetter: action({
      summary: "Put a dead letter aside: it is not replayed with others, and raises no alarm",
      params: Strict({ id: Id, note: Text(500, 1) }),
      result: T.Null(),
      access: "admin",
      idempotent: false,
      route: { method: "POST", path: "/admin/dead-letters/:id/park", status: 204 },
    }),
    deadLetterAudit: action({
      summary: "Who put which dead letter aside or away, when and why, newest first",
      params: Strict({ ...Page }),
      result: Strict({
        ...ListOf(Deed).properties,
        degraded: T.Array(T.String(), { description: "consumers that did not answer" }),
      }),
      access: "admin",
      idempotent: true,
      route: { method: "GET", path: "/admin/dead-letters/audit" },
    }),
    replayDeadLetter: action({
      summary: "Give a dead letter to its handler again",
      params: one,
      result: Strict({ replayed: T.Integer() }),
      access: "admin",
      idempotent: false,
      route: { method: "POST", path: "/admin/dead-letters/:id/replay", status: 202 },
    }),
    replayDeadLetters: action({
      summary: "Give many dead letters to their handlers again",
      params: Strict({
        ...filter,
        limit: T.Optional(T.Integer({ minimum: 1, maximum: 1000 })),
        dryRun: T.Optional(T.Boolean({ description: "only count those that would be" })),
      }),
      result: Strict({ replayed: T.Integer() }),
      access: "admin",
      timeoutMs: 60_000,
      idempotent: false,
      route: { method: "POST", path: "/admin/dead-letters/replay", status: 202 },
    }),
    consumers: action({
      summary: "How far each service is behind with each event that it consumes",
      params: Strict({}),
      result: T.Array(
        Strict({
          consumer: T.String(),
          event: T.String(),
          waiting: T.Integer({ description: "published, and given to nobody yet" }),
          inHand: T.Integer({ description: "given to a replica, and not handled yet" }),
          pulled: T.Boolean({ description: "whether any replica asks for its events now" }),
        }),
      ),
      access: "admin",
      idempotent: true,
    }),
    reconciliation: action({
      summary: "What the last comparison of all services and the provider's ledger has found",
      params: Strict({}),
      result: Reconciliation,
      access: "admin",
      idempotent: true,
      route: { method: "GET", path: "/admin/reconciliation" },
    }),
    reconcile: action({
      summary: "Compare now, and repair what is safe",
      params: Strict({}),
      result: Reconciliation,
      access: "admin",
      timeoutMs: 120_000,
      idempotent: false,
    }),
    topology: action({
      summary: "Nodes, their services and what waits in each",
      params: Strict({}),
      result: Strict({
        at: Time,
        breakers: T.Array(
          Strict({
            on: T.String({ description: "the node that keeps the breaker" }),
            action: T.String(),
            node: T.String({ description: "the node that failed" }),
            state: OneOf(["half-open", "open"]),
          }),
          { description: "breakers that are not closed, anywhere in the mesh" },
        ),
        nodes: T.Array(
          Strict({
            id: T.String(),
            hostname: T.String(),
            local: T.Boolean(),
            available: T.Boolean(),
            cpu: Nullable(T.Number()),
            latencyMs: Nullable(T.Number()),
            services: T.Array(T.String()),
          }),
        ),
        services: T.Array(
          Strict({
            name: T.String(),
            nodes: T.Array(T.String()),
            endpoints: T.Array(
              Strict({ action: T.String(), node: T.String(), breaker: T.String() }),
            ),
            backlog: Nullable(Backlog),
          }),
        ),
      }),
      access: "admin",
      idempotent: true,
      route: { method: "GET", path: "/admin/topology" },
    }),
  },
  events: {},
  calls: [
    "*.backlog",
    "*.deadLetters",
    "*.deadLetterAudit",
    "*.deleteDeadLetter",
    "*.parkDeadLetter",
    "*.replayDeadLetter",
    "*.trace",
    "inventory.settle",
    "inventory.standings",
    "inventory.toReconcile",
    "orders.find",
    "orders.settle",
    "orders.standings",
    "orders.toReconcile",
    "payments.ofOrders",
    "payments.refundable",
    "payments.settle",
    "payments.standings",
    "payments.toReconcile",
    "shipping.ofOrders",
    "shipping.settle",
  ],
  consumes: [],
});
