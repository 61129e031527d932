import { newId } from "../ids";
import type { ContractTable } from "../mesh/contract";
import type { EventEnvelope, NewEvent } from "./event";
import type { Cause, OutboxStore } from "./outbox";
import type { RecoverableOutbox } from "./stream-watch";
import type { Backlog, TraceRow } from "./trace";

/**
 * Documents that carry the events they have not published yet. A store without transactions still
 * writes one document at once: the state and the event that tells of it.
 */
export interface PendingEvents {
  /** The oldest pending event of each document that is not in `skip`. */
  pendingHeads(limit: number, skip: readonly string[]): Promise<EventEnvelope[]>;
  /** Takes exactly these events out of their documents; what was added meanwhile stays. */
  dropPending(events: readonly EventEnvelope[]): Promise<void>;
  /** All that waits, oldest first. */
  pending(): Promise<EventEnvelope[]>;
  /** What was published, where it is kept for a broker that loses it. */
  readonly published?: PublishedEvents;
}

export interface PublishedEvents extends RecoverableOutbox {
  /** Forgets what was published longer ago. */
  forget(hours: number): Promise<void>;
}

export interface DocumentOutboxOptions {
  readonly source: string;
  readonly node: string;
  readonly contracts: ContractTable;
  readonly documents: PendingEvents;
}

interface Failure {
  readonly attempts: number;
  readonly error: string;
  /** By the clock that nobody sets. */
  readonly notBefore: number;
}

/** After failure n: 0.4 s, 0.8 s … 30 s. */
const backoffMs = (attempts: number): number => Math.min(30_000, 200 * 2 ** attempts);

/** The outbox of a service whose documents carry their events. A published one leaves its document. */
export class DocumentOutbox implements OutboxStore {
  readonly #options: DocumentOutboxOptions;
  /** By document. In memory: after a restart there is no reason to wait. */
  readonly #failures = new Map<string, Failure>();

  constructor(options: DocumentOutboxOptions) {
    this.#options = options;
  }

  /** The event as the write that brings it about has to put it into its document. */
  seal(event: NewEvent, cause: Cause = {}): EventEnvelope {
    const { source, contracts } = this.#options;
    return {
      id: newId(),
      name: event.name,
      version: contracts[source]?.events[event.name]?.version ?? 1,
      source,
      aggregateId: event.aggregateId,
      seq: event.seq,
      payload: event.payload,
      correlationId: event.correlationId ?? cause.correlationId ?? event.aggregateId,
      causationId: event.causationId ?? cause.causationId ?? null,
      traceparent: event.traceparent ?? cause.traceparent ?? null,
      occurredAt: new Date().toISOString(),
    };
  }

  async due(limit: number, busy: readonly string[]): Promise<EventEnvelope[]> {
    const now = performance.now();
    const resting = [...this.#failures].filter(([, failure]) => failure.notBefore > now);
    return this.#options.documents.pendingHeads(limit, [...busy, ...resting.map(([id]) => id)]);
  }

  async markPublished(events: readonly EventEnvelope[]): Promise<void> {
    await this.#options.documents.dropPending(events);
    for (const event of events) this.#failures.delete(event.aggregateId);
  }

  async markFailed({ aggregateId }: EventEnvelope, error: string): Promise<void> {
    const attempts = (this.#failures.get(aggregateId)?.attempts ?? 0) + 1;
    const notBefore = performance.now() + backoffMs(attempts);
    this.#failures.set(aggregateId, { attempts, error, notBefore });
  }

  async trace(correlationId: string): Promise<TraceRow[]> {
    const pending = await this.#options.documents.pending();
    return pending
      .filter((event) => event.correlationId === correlationId)
      .map((event) => this.#toTraceRow(event));
  }

  async backlog(): Promise<Pick<Backlog, "pendingEvents" | "oldestPendingMs" | "recoveries">> {
    const { documents } = this.#options;
    const pending = await documents.pending();
    const mark = await documents.published?.streamMark();
    const oldest = pending[0];
    return {
      pendingEvents: pending.length,
      oldestPendingMs: oldest ? Math.max(0, Date.now() - Date.parse(oldest.occurredAt)) : 0,
      recoveries: mark?.recoveries ?? 0,
    };
  }

  #toTraceRow(event: EventEnvelope): TraceRow {
    const failure = this.#failures.get(event.aggregateId);
    return {
      kind: "published",
      node: this.#options.node,
      event: event.name,
      event_id: event.id,
      seq: event.seq,
      status: "pending",
      attempts: failure?.attempts ?? 0,
      at: new Date(event.occurredAt),
      latency_ms: null,
      causation_id: event.causationId,
      traceparent: event.traceparent,
      error: failure?.error ?? null,
    };
  }
}
