import type { EventName, EventPayload } from "../mesh/types";
import type { Queryable } from "../store/database";
import type { WriteTogether } from "./gathered";

/** A durable event as it stands in an outbox, on the broker and in an inbox. */
export interface EventEnvelope<P = unknown> {
  /** UUIDv7; the broker's message id and the inbox's key. */
  readonly id: string;
  readonly name: string;
  readonly version: number;
  /** The service that published it. */
  readonly source: string;
  readonly aggregateId: string;
  /** Counts up within (source, aggregateId), from the aggregate's row lock. */
  readonly seq: number;
  readonly payload: P;
  /** What the whole causal chain is about: the order's id in a saga. */
  readonly correlationId: string;
  /** The event whose handling published this one; null for the first of a chain. */
  readonly causationId: string | null;
  /** W3C trace context of the request that began the chain. */
  readonly traceparent: string | null;
  /** ISO 8601, by the publisher's database clock; set when it is written. */
  readonly occurredAt: string;
}

/** The version of what came over the broker and is no event of ours: unsealed, or no event at all. */
export const FOREIGN = 0;

/** What a publisher says of an event; the rest is filled in. */
export interface NewEvent<N extends EventName = EventName> {
  readonly name: N;
  readonly payload: EventPayload<N>;
  readonly aggregateId: string;
  /** The aggregate's version after the write of this same unit of work. */
  readonly seq: number;
  /** Defaults to that of the event being handled, else to `aggregateId`. */
  readonly correlationId?: string;
  /** Both default to those of the event being handled; work that was put off hands on its own. */
  readonly causationId?: string | null;
  readonly traceparent?: string | null;
}

/** One transaction of a service's database: what it writes and what it publishes are one. */
export interface UnitOfWork extends Queryable {
  /**
   * Writes the row with this transaction: together with those of other events that are gathered for the
   * same `write`, before anything else of the transaction is asked or written.
   */
  gather<Row>(write: WriteTogether<Row>, row: Row): Promise<void>;
  /** Writes the event into the outbox with this transaction. */
  publish<N extends EventName>(event: NewEvent<N>): void;
  /**
   * Runs `wake` once this transaction has committed; never when it has not. A crash in between loses
   * it, so it may only hasten what polling would find as well. It must not throw.
   */
  afterCommit(wake: () => void): void;
}

/**
 * Handles one event inside the transaction that also marks it as handled: what it writes and
 * publishes through `work` happens exactly once, or not at all. It must not call out.
 */
export type EventHandler<N extends EventName, This> = (
  this: This,
  event: EventEnvelope<EventPayload<N>>,
  work: UnitOfWork,
) => Promise<void>;

/** The same, once its types are forgotten. */
export type AnyEventHandler = (event: EventEnvelope, work: UnitOfWork) => Promise<void>;
