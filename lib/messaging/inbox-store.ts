import { newId } from "../ids";
import type { Database, Queryable } from "../store/database";
import type { EventEnvelope } from "./event";
import type { Failure } from "./log-failure";

export interface ParkedEvent {
  readonly attempts: number;
  readonly envelope: EventEnvelope;
}

/** Seconds after attempt n: 0.2, 0.4 … 25.6. */
const backoff = (attempts: string): string =>
  `0.2 * 2 ^ least(${attempts} - 1, 7) * interval '1 second'`;

/** What an error says, as a text that PostgreSQL can store. */
const clip = (error: string): string => error.replaceAll("\0", "").slice(0, 2_000);

/**
 * An event without its payload, for PostgreSQL to take apart. The payload itself it only keeps: JSON
 * allows texts that PostgreSQL cannot read (`\u0000`, lone surrogates), and a poison event must not
 * be able to stop its own parking.
 */
const headerOf = ({ payload: _, ...header }: EventEnvelope): object => header;

/** The inbox tables of one service (schema.ts), statement by statement. */
export class InboxStore {
  constructor(
    readonly db: Database,
    readonly node: string,
  ) {}

  /** Counts an attempt at each event before it is made; the counts. */
  async countAttempts(batch: readonly EventEnvelope[]): Promise<number[]> {
    const rows = await this.db.query<{ attempts: number }>(
      `INSERT INTO inbox_attempt AS a (event_id, attempts)
       SELECT id, 1 FROM unnest($1::uuid[]) AS id ORDER BY id
       ON CONFLICT (event_id) DO UPDATE SET attempts = a.attempts + 1
       RETURNING attempts`,
      [[...new Set(batch.map((event) => event.id))]],
    );
    return rows.map((row) => row.attempts);
  }

  /** Takes the attempt back: it was not the event's fault. */
  async uncountAttempts(batch: readonly EventEnvelope[]): Promise<void> {
    await this.db.query(
      "UPDATE inbox_attempt SET attempts = attempts - 1 WHERE event_id = ANY($1)",
      [batch.map((event) => event.id)],
    );
  }

  async uncountRetry(event: EventEnvelope): Promise<void> {
    await this.db.query(
      "UPDATE inbox SET attempts = attempts - 1 WHERE event_id = $1 AND status = 'parked'",
      [event.id],
    );
  }

  /**
   * Marks the events as done and returns those that nobody marked before. A parallel delivery of the
   * same event waits here for our commit. An event whose aggregate has a parked one is parked behind it.
   */
  async claim(tx: Queryable, batch: readonly EventEnvelope[]): Promise<Set<string>> {
    const rows = await tx.query<{ event_id: string; status: string }>(
      `WITH e AS (
         SELECT * FROM json_to_recordset($1::json) AS r(
           id uuid, name text, "aggregateId" text, seq bigint, "correlationId" text,
           "causationId" uuid, traceparent text, "occurredAt" timestamptz)
       ), forgotten AS (
         DELETE FROM inbox_attempt WHERE event_id IN (SELECT id FROM e)
       )
       INSERT INTO inbox (event_id, name, aggregate_id, seq, correlation_id, causation_id,
         traceparent, occurred_at, status, attempts, node)
       SELECT e.id, e.name, e."aggregateId", e.seq, e."correlationId", e."causationId",
         e.traceparent, e."occurredAt", CASE WHEN p.blocked THEN 'parked' ELSE 'done' END,
         CASE WHEN p.blocked THEN 0 ELSE 1 END, $2
       FROM e, LATERAL (SELECT EXISTS (
         SELECT FROM inbox WHERE status = 'parked' AND aggregate_id = e."aggregateId") AS blocked) p
       ON CONFLICT (event_id) DO NOTHING
       RETURNING event_id, status`,
      [JSON.stringify(batch.map(headerOf)), this.node],
    );
    const parked = new Set(rows.filter((row) => row.status === "parked").map((r) => r.event_id));
    if (parked.size > 0) {
      await this.#keepParked(
        tx,
        batch.filter((event) => parked.has(event.id)),
      );
    }
    return new Set(rows.filter((row) => row.status === "done").map((row) => row.event_id));
  }

  async #keepParked(tx: Queryable, events: readonly EventEnvelope[]): Promise<void> {
    await tx.query(
      `UPDATE inbox i SET event = e.event::json, next_attempt_at = now()
       FROM unnest($1::uuid[], $2::text[]) AS e(id, event) WHERE i.event_id = e.id`,
      [events.map((event) => event.id), events.map((event) => JSON.stringify(event))],
    );
  }

  /** Keeps an event that failed, to be tried again or, when `dead`, for a person to look at. */
  async park({ event, attempts, error, dead }: Failure): Promise<void> {
    await this.db.transaction(async (tx) => {
      const parked = await tx.query(
        `INSERT INTO inbox (event_id, name, aggregate_id, seq, correlation_id, causation_id,
           traceparent, occurred_at, status, attempts, node, event, next_attempt_at, last_error)
         SELECT id, name, "aggregateId", seq, "correlationId", "causationId", traceparent,
           "occurredAt", $3, $4, $5, $2::json, now() + ${backoff("$4::int")}, $6
         FROM json_to_record($1::json) AS r(
           id uuid, name text, "aggregateId" text, seq bigint, "correlationId" text,
           "causationId" uuid, traceparent text, "occurredAt" timestamptz)
         ON CONFLICT (event_id) DO NOTHING RETURNING event_id`,
        [
          JSON.stringify(headerOf(event)),
          JSON.stringify(event),
          dead ? "dead" : "parked",
          attempts,
          this.node,
          clip(error),
        ],
      );
      await tx.query("DELETE FROM inbox_attempt WHERE event_id = $1", [event.id]);
      // No row: it was handled, parked or dead before, and came once more.
      if (parked.length > 0 && dead) await this.#bury(tx, { event, attempts, error });
    });
  }

  /**
   * The next parked event whose time has come. One at a time, so that one that kills the process is
   * the only one counted; counted before the attempt, and pushed into the future, which is also the
   * lease against other replicas.
   */
  async takeDue(): Promise<ParkedEvent | null> {
    const [due] = await this.db.query<ParkedEvent>(
      `UPDATE inbox SET attempts = attempts + 1, node = $1,
         next_attempt_at = now() + ${backoff("attempts + 1")}
       WHERE event_id IN (
         SELECT event_id FROM inbox i WHERE status = 'parked' AND next_attempt_at <= now()
           AND NOT EXISTS (SELECT FROM inbox b WHERE b.status = 'parked'
             AND b.aggregate_id = i.aggregate_id AND b.position < i.position)
         ORDER BY position LIMIT 1 FOR UPDATE SKIP LOCKED)
       RETURNING attempts, event AS envelope`,
      [this.node],
    );
    return due ?? null;
  }

  /** Marks a parked event as done; false when another replica has. */
  async finishParked(tx: Queryable, event: EventEnvelope): Promise<boolean> {
    const rows = await tx.query(
      `UPDATE inbox SET status = 'done', handled_at = clock_timestamp(), event = NULL,
         next_attempt_at = NULL WHERE event_id = $1 AND status = 'parked' RETURNING event_id`,
      [event.id],
    );
    return rows.length > 0;
  }

  async noteFailure({ event, attempts, error, dead }: Failure): Promise<void> {
    await this.db.transaction(async (tx) => {
      const noted = await tx.query(
        `UPDATE inbox SET last_error = $2, status = $3 WHERE event_id = $1 AND status = 'parked'
         RETURNING event_id`,
        [event.id, clip(error), dead ? "dead" : "parked"],
      );
      // No row: another replica has handled it meanwhile.
      if (noted.length > 0 && dead) await this.#bury(tx, { event, attempts, error });
    });
  }

  /** The dead letter stands in the same transaction as the end of trying: neither without the other. */
  async #bury(tx: Queryable, { event, attempts, error }: Omit<Failure, "dead">): Promise<void> {
    await tx.query(
      `INSERT INTO dead_letter AS d (id, event_id, event, error, attempts) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (event_id) DO UPDATE SET error = $4, attempts = d.attempts + $5,
         created_at = clock_timestamp(), replayed_at = NULL, parked_at = NULL`,
      [newId(), event.id, JSON.stringify(event), clip(error), attempts],
    );
  }
}
