import { Type as T, type Static } from "@sinclair/typebox";
import { action } from "../lib/mesh/contract";
import { Strict } from "../lib/mesh/schema";
import { Id, Nullable, OneOf, Time } from "./common";

/** One entry of a service's outbox or inbox, as operators see it. */
export const TraceEntry = Strict({
  kind: OneOf(["published", "handled"]),
  service: T.String(),
  node: Nullable(T.String()),
  event: T.String(),
  eventId: Id,
  seq: T.Integer(),
  status: T.String(),
  attempts: T.Integer(),
  at: Time,
  /** ms from the event's birth to its publication, or to the end of its handling. */
  latencyMs: Nullable(T.Number()),
  causationId: Nullable(Id),
  traceId: Nullable(T.String()),
  error: Nullable(T.String()),
});
export type TraceEntry = Static<typeof TraceEntry>;

export const DeadLetter = Strict({
  id: Id,
  consumer: T.String(),
  event: T.String(),
  eventId: Id,
  aggregateId: T.String(),
  correlationId: T.String(),
  payload: T.Unknown(),
  error: T.String(),
  attempts: T.Integer(),
  traceId: Nullable(T.String()),
  createdAt: Time,
  replayedAt: Nullable(Time),
});
export type DeadLetter = Static<typeof DeadLetter>;

/**
 * What the durable-events mixin answers in every service that has an outbox or inbox. They are
 * part of each such contract (`durable: true`), so that nobody writes them by hand.
 */
export const durableActions = {
  trace: action({
    summary: "All that this service published and handled for one correlation id, oldest first",
    params: Strict({ correlationId: T.String({ maxLength: 64 }) }),
    result: T.Array(TraceEntry),
    access: "internal",
    idempotent: true,
  }),
  backlog: action({
    summary: "How much waits in this service's outbox and inbox",
    params: Strict({}),
    result: Strict({
      pendingEvents: T.Integer(),
      oldestPendingMs: T.Integer(),
      parkedEvents: T.Integer(),
      deadLetters: T.Integer(),
    }),
    access: "internal",
    idempotent: true,
  }),
  deadLetters: action({
    summary:
      "Dead letters not replayed yet: newest first, older than `before`; or oldest first, newer than `after`",
    params: Strict({
      id: T.Optional(Id),
      event: T.Optional(T.String({ maxLength: 64 })),
      before: T.Optional(Id),
      after: T.Optional(Id),
      /** A page and one more, which says whether there is another page. */
      limit: T.Integer({ minimum: 1, maximum: 101 }),
    }),
    result: T.Array(DeadLetter),
    access: "internal",
    idempotent: true,
  }),
  replayDeadLetter: action({
    summary: "Give a dead letter to its handler again, through the inbox; false when it is unknown",
    params: Strict({ id: Id }),
    result: T.Boolean(),
    access: "internal",
    idempotent: true,
  }),
  deleteDeadLetter: action({
    summary: "Drop a dead letter for good; false when it is unknown",
    params: Strict({ id: Id }),
    result: T.Boolean(),
    access: "internal",
    idempotent: true,
  }),
};
