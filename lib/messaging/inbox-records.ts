import { newId } from "../ids";
import type { AuditRow, DeadLetterFilter, DeadLetterRow, Deed } from "./dead-letters";
import type { EventEnvelope } from "./event";
import type { TraceRow } from "./trace";

/** What a keyed inbox keeps of an event that is not, or not well, handled. A handled one leaves nothing. */
export interface InboxRecord {
  readonly event: EventEnvelope;
  /** `begun`: counted, and tried for the first time · `dropped`: its dead letter was deleted. */
  readonly status: "begun" | "parked" | "dead" | "dropped";
  readonly attempts: number;
  /** ISO 8601, as all times here. */
  readonly at: string;
  readonly error: string | null;
  readonly nextAttemptAt: string | null;
  readonly letter: Letter | null;
  /** What people did to its letters, oldest first. */
  readonly audit?: readonly AuditRow[];
}

interface Letter {
  readonly id: string;
  readonly createdAt: string;
  readonly replayedAt: string | null;
  readonly parkedAt?: string | null;
}

/** Where records are kept, by the event's id. When it is away, it rejects with SERVICE_UNAVAILABLE. */
export interface InboxRecords {
  /** In the order of the ids; null where nothing is kept. */
  get(eventIds: readonly string[]): Promise<(InboxRecord | null)[]>;
  put(records: readonly InboxRecord[]): Promise<void>;
  remove(eventId: string): Promise<void>;
  all(): Promise<InboxRecord[]>;
  /** ms of the Unix epoch, by the one clock of all who share these records. */
  now(): Promise<number>;
}

export const newRecord = (event: EventEnvelope, attempts: number): InboxRecord => ({
  event,
  status: "begun",
  attempts,
  at: new Date().toISOString(),
  error: null,
  nextAttemptAt: null,
  letter: null,
});

type WithLetter = InboxRecord & { readonly letter: Letter };

const withLetters = (records: readonly InboxRecord[]): WithLetter[] =>
  records.flatMap((record) => (record.letter ? { ...record, letter: record.letter } : []));

export const findLetter = (records: readonly InboxRecord[], id: string): WithLetter | undefined =>
  withLetters(records).find(({ letter }) => letter.id === id);

/**
 * Letters that wait for a person, newest first, or behind `after` oldest first; with an id, that one
 * even when it was replayed.
 */
export function deadLettersOf(
  records: readonly InboxRecord[],
  filter: DeadLetterFilter,
): DeadLetterRow[] {
  const { id, event: name, before, after, limit } = filter;
  return withLetters(records)
    .filter(({ status, letter }) => (id === undefined ? status === "dead" : letter.id === id))
    .filter(({ event }) => name === undefined || event.name === name)
    .filter(({ letter }) => before === undefined || letter.id < before)
    .filter(({ letter }) => after === undefined || letter.id > after)
    .filter((record) => isAskedFor(record, filter))
    .sort((a, b) => (a.letter.id < b.letter.id === (after !== undefined) ? -1 : 1))
    .slice(0, limit)
    .map(({ event, error, attempts, letter }) => ({
      id: letter.id,
      event,
      error: error ?? "",
      attempts,
      created_at: new Date(letter.createdAt),
      replayed_at: letter.replayedAt === null ? null : new Date(letter.replayedAt),
      parked_at: letter.parkedAt ? new Date(letter.parkedAt) : null,
    }));
}

function isAskedFor({ error, letter }: WithLetter, filter: DeadLetterFilter): boolean {
  const { id, reason = "", olderThanSeconds = 0, withParked = false } = filter;
  return (
    (error ?? "").toLowerCase().includes(reason.toLowerCase()) &&
    Date.parse(letter.createdAt) <= Date.now() - olderThanSeconds * 1000 &&
    (withParked || id !== undefined || !letter.parkedAt)
  );
}

/** The record with a deed noted to its letter. */
export const withDeed = (
  record: WithLetter,
  deed: AuditRow["deed"],
  { by, note }: Deed,
): InboxRecord => ({
  ...record,
  audit: [
    ...(record.audit ?? []),
    {
      id: newId(),
      letterId: record.letter.id,
      eventId: record.event.id,
      event: record.event.name,
      ...{ deed, by, note, at: new Date().toISOString() },
    },
  ],
});

/** `handledAt`: for an event that was handled well. */
export function toTraceRow(node: string, record: InboxRecord, handledAt?: Date): TraceRow {
  const { event, status, attempts, error } = record;
  return {
    kind: "handled",
    node,
    event: event.name,
    event_id: event.id,
    seq: event.seq,
    status: handledAt ? "done" : status,
    attempts,
    at: handledAt ?? new Date(record.at),
    latency_ms: handledAt ? handledAt.getTime() - Date.parse(event.occurredAt) : null,
    causation_id: event.causationId,
    traceparent: event.traceparent,
    error: handledAt ? null : error,
  };
}
