import type { Logger } from "moleculer";
import { messageOf } from "../errors";
import { newId } from "../ids";
import { isTransient, isUnavailable, type Database, type Queryable } from "../store/database";
import { Poller } from "../store/poller";
import type { AnyEventHandler, EventEnvelope } from "./event";
import type { Outbox } from "./outbox";

export interface InboxOptions {
  readonly db: Database;
  readonly outbox: Outbox;
  readonly node: string;
  readonly handlers: Readonly<Record<string, AnyEventHandler>>;
  /** What is wrong with an event's payload or version; null when nothing is. */
  readonly faultOf: (event: EventEnvelope) => string | null;
  readonly logger: Pick<Logger, "warn" | "error">;
  readonly maxAttempts?: number;
}

const MAX_ATTEMPTS = 8;
const PARKED_POLL_MS = 1_000;

/** After attempt n: 0.2 s, 0.4 s … 25.6 s. */
const BACKOFF = "0.2 * 2 ^ least(attempts - 1, 7) * interval '1 second'";

interface ParkedRow {
  attempts: number;
  envelope: EventEnvelope;
}

/**
 * Applies each event exactly once: the row that says it is handled commits with what the handler
 * wrote and published. A whole batch shares a commit; when one of it fails, each is tried alone, and
 * the one that fails again is parked in this same database and tried later, with the later events
 * of its aggregate behind it, until it is done or a dead letter. The broker never has to retry.
 */
export class Inbox {
  readonly #options: InboxOptions;
  readonly #maxAttempts: number;
  readonly #parked: Poller;

  constructor(options: InboxOptions) {
    this.#options = options;
    this.#maxAttempts = options.maxAttempts ?? MAX_ATTEMPTS;
    this.#parked = new Poller({
      name: "parked events",
      everyMs: PARKED_POLL_MS,
      logger: options.logger,
      run: () => this.#retryParked(),
    });
  }

  start(): void {
    this.#parked.start();
  }

  async stop(): Promise<void> {
    await this.#parked.stop();
  }

  /** Looks for parked events now, as after a replay. */
  wake(): void {
    this.#parked.wake();
  }

  /**
   * Resolves once every event of the batch is handled, parked or dead; rejects when the database is
   * away, and counts nothing against the events then.
   */
  async receive(batch: readonly EventEnvelope[]): Promise<void> {
    const attempts = await this.#countAttempts(batch);
    // One that was begun before and never ended may have killed the process: it goes alone.
    const fresh = attempts.every((row) => row.attempts === 1);
    if (fresh && (await this.#handleTogether(batch))) return;
    // Alone, each is counted in its turn: one that kills the process must not take those behind it along.
    await this.#forgetAttempts(batch);
    for (const event of batch) await this.#handleAlone(event);
  }

  #countAttempts(batch: readonly EventEnvelope[]): Promise<{ attempts: number }[]> {
    return this.#options.db.query(
      `INSERT INTO inbox_attempt AS a (event_id, attempts)
       SELECT id, 1 FROM unnest($1::uuid[]) AS id ORDER BY id
       ON CONFLICT (event_id) DO UPDATE SET attempts = a.attempts + 1
       RETURNING attempts`,
      [[...new Set(batch.map((event) => event.id))]],
    );
  }

  /** False when the batch has to be taken apart. */
  async #handleTogether(batch: readonly EventEnvelope[]): Promise<boolean> {
    try {
      await this.#handle(batch);
      return true;
    } catch (error) {
      if (!isUnavailable(error)) return false;
      await this.#forgetAttempts(batch);
      throw error;
    }
  }

  async #handleAlone(event: EventEnvelope): Promise<void> {
    const [{ attempts } = { attempts: 1 }] = await this.#countAttempts([event]);
    const fault = this.#options.faultOf(event);
    if (fault) return this.#park(event, attempts, fault, "dead");
    if (attempts > this.#maxAttempts) {
      return this.#park(event, attempts, "the process died while handling it", "dead");
    }
    try {
      await this.#handle([event]);
    } catch (error) {
      if (isUnavailable(error) || isTransient(error)) {
        await this.#forgetAttempts([event]);
        throw error;
      }
      this.#options.logger.warn(`${event.name} ${event.id} failed: ${messageOf(error)}`);
      const status = attempts < this.#maxAttempts ? "parked" : "dead";
      await this.#park(event, attempts, messageOf(error), status);
    }
  }

  /** One transaction: claim, handle in order, publish. */
  async #handle(batch: readonly EventEnvelope[]): Promise<void> {
    const { db, outbox } = this.#options;
    const recorder = await db.transaction(async (tx) => {
      const claimed = await this.#claim(tx, batch);
      const recorder = outbox.record(tx);
      for (const event of batch) {
        if (!claimed.delete(event.id)) continue; // handled before, or twice in this batch
        await this.#handlerOf(event)(event, recorder.unit(causeOf(event)));
      }
      await recorder.flush();
      return recorder;
    });
    recorder.committed();
  }

  #handlerOf(event: EventEnvelope): AnyEventHandler {
    const handler = this.#options.handlers[event.name];
    if (!handler) throw new Error(`nobody here handles ${event.name}`);
    const fault = this.#options.faultOf(event);
    if (fault) throw new Error(fault);
    return handler;
  }

  /**
   * Marks the events as done and returns those that nobody marked before. A parallel delivery of the
   * same event waits here for our commit. An event whose aggregate has a parked one is parked too.
   */
  async #claim(tx: Queryable, batch: readonly EventEnvelope[]): Promise<Set<string>> {
    const rows = await tx.query<{ event_id: string; status: string }>(
      `WITH e AS (
         SELECT r.*, r.event AS raw FROM json_to_recordset($1::json) AS r(
           id uuid, name text, "aggregateId" text, seq bigint, "correlationId" text,
           "causationId" uuid, traceparent text, "occurredAt" timestamptz, event json)
       ), forgotten AS (
         DELETE FROM inbox_attempt WHERE event_id IN (SELECT id FROM e)
       )
       INSERT INTO inbox (event_id, name, aggregate_id, seq, correlation_id, causation_id,
         traceparent, occurred_at, status, attempts, node, event, next_attempt_at)
       SELECT e.id, e.name, e."aggregateId", e.seq, e."correlationId", e."causationId",
         e.traceparent, e."occurredAt", CASE WHEN p.blocked THEN 'parked' ELSE 'done' END,
         CASE WHEN p.blocked THEN 0 ELSE 1 END, $2,
         CASE WHEN p.blocked THEN e.raw END, CASE WHEN p.blocked THEN now() END
       FROM e, LATERAL (SELECT EXISTS (
         SELECT FROM inbox WHERE status = 'parked' AND aggregate_id = e."aggregateId") AS blocked) p
       ON CONFLICT (event_id) DO NOTHING
       RETURNING event_id, status`,
      [JSON.stringify(batch.map((event) => ({ ...event, event }))), this.#options.node],
    );
    return new Set(rows.filter((row) => row.status === "done").map((row) => row.event_id));
  }

  async #park(
    event: EventEnvelope,
    attempts: number,
    error: string,
    status: "parked" | "dead",
  ): Promise<void> {
    await this.#options.db.transaction(async (tx) => {
      const parked = await tx.query(
        `INSERT INTO inbox (event_id, name, aggregate_id, seq, correlation_id, causation_id,
           traceparent, occurred_at, status, attempts, node, event, next_attempt_at, last_error)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, attempts, $11, $12,
           now() + ${BACKOFF}, $13 FROM (SELECT $10::int AS attempts) a
         ON CONFLICT (event_id) DO NOTHING RETURNING event_id`,
        [
          event.id,
          event.name,
          event.aggregateId,
          event.seq,
          event.correlationId,
          event.causationId,
          event.traceparent,
          event.occurredAt,
          status,
          attempts,
          this.#options.node,
          JSON.stringify(event),
          error.slice(0, 2000),
        ],
      );
      await tx.query("DELETE FROM inbox_attempt WHERE event_id = $1", [event.id]);
      // No row: it was handled, parked or dead before, and came once more.
      if (parked.length > 0 && status === "dead") await this.#bury(tx, event, attempts, error);
    });
  }

  /** The dead letter stands in the same transaction as the end of trying: neither without the other. */
  async #bury(tx: Queryable, event: EventEnvelope, attempts: number, error: string): Promise<void> {
    this.#options.logger.error(
      `${event.name} ${event.id} is a dead letter after ${attempts} attempts: ${error}`,
    );
    await tx.query(
      `INSERT INTO dead_letter AS d (id, event_id, event, error, attempts) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (event_id) DO UPDATE SET error = $4, attempts = d.attempts + $5,
         created_at = clock_timestamp(), replayed_at = NULL`,
      [newId(), event.id, JSON.stringify(event), error.slice(0, 2000), attempts],
    );
  }

  /** Not counted against events whose database went away in the middle. */
  async #forgetAttempts(batch: readonly EventEnvelope[]): Promise<void> {
    await this.#options.db
      .query("UPDATE inbox_attempt SET attempts = attempts - 1 WHERE event_id = ANY($1)", [
        batch.map((event) => event.id),
      ])
      .catch((error: unknown) =>
        this.#options.logger.warn(`attempts stay counted: ${messageOf(error)}`),
      );
  }

  async #forgetRetry(event: EventEnvelope): Promise<void> {
    await this.#options.db
      .query("UPDATE inbox SET attempts = attempts - 1 WHERE event_id = $1 AND status = 'parked'", [
        event.id,
      ])
      .catch((error: unknown) =>
        this.#options.logger.warn(`a retry stays counted: ${messageOf(error)}`),
      );
  }

  async #retryParked(): Promise<void> {
    // One at a time, so that one that kills the process is the only one counted: counted before the
    // attempt, and pushed into the future, which is also the lease against other replicas.
    const [due] = await this.#options.db.query<ParkedRow>(
      `UPDATE inbox SET attempts = attempts + 1, node = $1,
         next_attempt_at = now() + 0.2 * 2 ^ least(attempts, 7) * interval '1 second'
       WHERE event_id IN (
         SELECT event_id FROM inbox i WHERE status = 'parked' AND next_attempt_at <= now()
           AND NOT EXISTS (SELECT FROM inbox b WHERE b.status = 'parked'
             AND b.aggregate_id = i.aggregate_id AND b.position < i.position)
         ORDER BY position LIMIT 1 FOR UPDATE SKIP LOCKED)
       RETURNING attempts, event AS envelope`,
      [this.#options.node],
    );
    if (!due) return;
    await this.#retry(due);
    this.#parked.wake();
  }

  async #retry({ envelope: event, attempts }: ParkedRow): Promise<void> {
    const { db, outbox, logger } = this.#options;
    if (attempts > this.#maxAttempts) {
      return this.#noteFailure(event, attempts, "the process died while handling it");
    }
    try {
      const recorder = await db.transaction(async (tx) => {
        const rows = await tx.query(
          `UPDATE inbox SET status = 'done', handled_at = clock_timestamp(), event = NULL,
             next_attempt_at = NULL WHERE event_id = $1 AND status = 'parked' RETURNING event_id`,
          [event.id],
        );
        const recorder = outbox.record(tx);
        if (rows.length === 0) return recorder;
        await this.#handlerOf(event)(event, recorder.unit(causeOf(event)));
        await recorder.flush();
        return recorder;
      });
      recorder.committed();
    } catch (error) {
      if (isUnavailable(error) || isTransient(error)) {
        await this.#forgetRetry(event);
        throw error;
      }
      logger.warn(`${event.name} ${event.id} failed, attempt ${attempts}: ${messageOf(error)}`);
      await this.#noteFailure(event, attempts, messageOf(error));
    }
  }

  async #noteFailure(event: EventEnvelope, attempts: number, error: string): Promise<void> {
    const dead = attempts >= this.#maxAttempts || this.#options.faultOf(event) !== null;
    await this.#options.db.transaction(async (tx) => {
      const noted = await tx.query(
        `UPDATE inbox SET last_error = $2, status = $3 WHERE event_id = $1 AND status = 'parked'
         RETURNING event_id`,
        [event.id, error.slice(0, 2000), dead ? "dead" : "parked"],
      );
      // No row: another replica has handled it meanwhile.
      if (noted.length > 0 && dead) await this.#bury(tx, event, attempts, error);
    });
  }
}

const causeOf = (event: EventEnvelope) => ({
  correlationId: event.correlationId,
  causationId: event.id,
  traceparent: event.traceparent,
});
