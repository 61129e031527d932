import { Type as T } from "@sinclair/typebox";
import { action, defineContract } from "../lib/mesh/contract";
import { Strict } from "../lib/mesh/schema";
import { Id, ListOf, Nullable, Page, Time } from "./common";
import { DeadLetter, TraceEntry } from "./durable";

const filter = {
  consumer: T.Optional(T.String({ minLength: 1, maxLength: 64 })),
  event: T.Optional(T.String({ minLength: 1, maxLength: 64 })),
};
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
      route: { method: "GET", path: "/admin/orders/:id/timeline" },
    }),
    deadLetters: action({
      summary: "Events whose handler gave up, newest first",
      params: Strict({ ...filter, ...Page }),
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
      summary: "Drop a dead letter for good",
      params: one,
      result: T.Null(),
      access: "admin",
      idempotent: true,
      route: { method: "DELETE", path: "/admin/dead-letters/:id", status: 204 },
    }),
    replayDeadLetter: action({
      summary: "Give a dead letter to its handler again",
      params: one,
      result: Strict({ replayed: T.Integer() }),
      access: "admin",
      idempotent: true,
      route: { method: "POST", path: "/admin/dead-letters/:id/replay", status: 202 },
    }),
    replayDeadLetters: action({
      summary: "Give many dead letters to their handlers again",
      params: Strict({ ...filter, limit: T.Optional(T.Integer({ minimum: 1, maximum: 1000 })) }),
      result: Strict({ replayed: T.Integer() }),
      access: "admin",
      timeoutMs: 30_000,
      idempotent: true,
      route: { method: "POST", path: "/admin/dead-letters/replay", status: 202 },
    }),
    topology: action({
      summary: "Nodes, their services and what waits in each",
      params: Strict({}),
      result: Strict({
        at: Time,
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
            backlog: Nullable(
              Strict({
                pendingEvents: T.Integer(),
                oldestPendingMs: T.Integer(),
                parkedEvents: T.Integer(),
                deadLetters: T.Integer(),
              }),
            ),
          }),
        ),
      }),
      access: "admin",
      idempotent: true,
      route: { method: "GET", path: "/admin/topology" },
    }),
  },
  events: {},
  consumes: [],
});
