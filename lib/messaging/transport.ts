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

/** Where the broker keeps an event. */
export interface Place {
  readonly seq: number;
}

/** An event that is known to have a place in the stream. */
export interface Published extends Place {
  readonly id: string;
}

/** The broker's stream, as it tells a stream that lost events from one that did not. */
export interface StreamState {
  /** When it was made, as the broker says it. */
  readonly created: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
}

/** How far a consumer is behind with one event. */
export interface ConsumerLag {
  readonly consumer: string;
  readonly event: string;
  /** Published, and not given to any replica yet. */
  readonly waiting: number;
  /** Given to a replica, which has not taken them into its store yet. */
  readonly inHand: number;
  /** Whether any replica asks for more now. */
  readonly pulled: boolean;
}

/** What waits for the consumers of this process. */
export interface OwnLag {
  /** In this process. */
  readonly queues: readonly { readonly service: string; readonly length: number }[];
  /** On the broker; none when it is this process. */
  readonly consumers: readonly ConsumerLag[];
}

/** The port behind which the broker stands: in-process (embedded) or JetStream (cluster). */
export interface Transport {
  /**
   * Resolves once the event can no longer be lost: on the broker's disk, or, in process, taken by
   * every consumer. Rejects when that is not known, and the outbox then publishes it again: with
   * SERVICE_UNAVAILABLE when it is the broker that is away, and not this event's fault.
   */
  publish(event: EventEnvelope): Promise<Place | null>;
  /** What keeps published events now; null where nothing does. Rejects when it is away. */
  streamState(): Promise<StreamState | null>;
  /** The id of the event at a place of the stream; null when that place is empty. */
  eventAt(seq: number): Promise<string | null>;
  /** Starts delivery to a consumer. The returned function stops it, after the batch in hand. */
  subscribe(consumer: Consumer): Promise<() => Promise<void>>;
  /** Every consumer that the transport knows, of all nodes. */
  lag(): Promise<ConsumerLag[]>;
  /** That of this process's own consumers, which every NATS user may ask for. */
  ownLag(): Promise<OwnLag>;
  /** Delivery begins: every service of this process has subscribed. */
  open(): void;
  close(): Promise<void>;
}
