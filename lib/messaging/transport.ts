import type { EventEnvelope } from "./event";

/** One service's interest: every replica of it is the same consumer. */
export interface Consumer {
  readonly name: string;
  readonly events: readonly string[];
  /**
   * Takes a batch, in order. Resolves once each event is handled, parked or dead in the consumer's
   * own store; rejects when that store is away, and then gets the batch again.
   */
  receive(batch: readonly EventEnvelope[]): Promise<void>;
}

/** The port behind which the broker stands: in-process (embedded) or JetStream (cluster). */
export interface Transport {
  /**
   * Resolves once the event can no longer be lost: on the broker's disk, or, in process, taken by
   * every consumer. Rejects when that is not known; the outbox then publishes it again.
   */
  publish(event: EventEnvelope): Promise<void>;
  /** Starts delivery to a consumer. The returned function stops it, after the batch in hand. */
  subscribe(consumer: Consumer): Promise<() => Promise<void>>;
  /** Delivery begins: every service of this process has subscribed. */
  open(): void;
  close(): Promise<void>;
}
