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
  parkedAt: Nullable(Time),
});
export const Deed = Strict({
  id: Id,
  consumer: T.String(),
  letterId: Id,
  eventId: Id,
  event: T.String(),
  deed: OneOf(["parked", "deleted"]),
  by: T.String(),
  note: T.String(),
  at: Time,
});
/** Which letters: of an error that contains `reason`, dead for longer than `olderThanSeconds`. */
export const letterFilter = {
  reason: T.Optional(T.String({ minLength: 1, maxLength: 200 })),
  olderThanSeconds: T.Optional(T.Integer({ minimum: 0, maximum: 1_000_000_000 })),
};
const deedParams = Strict({
  id: Id,
  by: T.String({ maxLength: 64 }),
  note: T.String({ maxLength: 500 }),
});
export type DeadLetter = Static<typeof DeadLetter>;

/** How much waits in the outbox and inbox of a service. */
export const Backlog = Strict({
  pendingEvents: T.Integer(),
  oldestPendingMs: T.Integer(),
  parkedEvents: T.Integer(),
  oldestParkedMs: T.Integer(),
  deadLetters: T.Integer(),
  recoveries: T.Integer({
    description: "how often all was published again, as the broker had lost it",
  }),
});

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
    result: Backlog,
    access: "internal",
    idempotent: true,
  }),
  deadLetters: action({
    summary:
      "Dead letters not replayed yet: newest first, older than `before`; or oldest first, newer than `after`",
    params: Strict({
      id: T.Optional(Id),
      event: T.Optional(T.String({ maxLength: 64 })),
      ...letterFilter,
      withParked: T.Optional(T.Boolean()),
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
    idempotent: false,
  }),
  deleteDeadLetter: action({
    summary: "Drop a dead letter for good; false when it is unknown",
    params: deedParams,
    result: T.Boolean(),
    access: "internal",
    idempotent: false,
  }),
  parkDeadLetter: action({
    summary: "Put a dead letter aside; false when it is unknown",
    params: deedParams,
    result: T.Boolean(),
    access: "internal",
    idempotent: false,
  }),
  deadLetterAudit: action({
    summary: "Who put which dead letter aside or away, and why; newest first, older than `before`",
    params: Strict({ before: T.Optional(Id), limit: T.Integer({ minimum: 1, maximum: 101 }) }),
    result: T.Array(Deed),
    access: "internal",
    idempotent: true,
  }),
};
