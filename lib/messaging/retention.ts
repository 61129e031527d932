import type { Logger } from "moleculer";
import type { Database } from "../store/database";
import { smallestIdOf } from "../store/id-range";
import { Poller } from "../store/poller";

/** How long the broker keeps events, in hours (7 days); what dedupes or republishes them is kept longer. */
export interface EventRetention {
  readonly streamHours: number;
}

/**
 * Nested (RELIABILITY §6.7): an outbox outlives the stream, so that it can fill a new one; an inbox
 * outlives whatever can deliver an event again. Dead letters stay until somebody handles them.
 */
export const outboxHours = ({ streamHours }: EventRetention): number => (streamHours * 8) / 7;
export const inboxHours = ({ streamHours }: EventRetention): number => (streamHours * 30) / 7;

/** What a service forgets besides: a DELETE of at most `$1` rows, older than its own text says. */
export interface RetentionRule {
  readonly name: string;
  readonly sql: string;
}

const HOUR_MS = 3_600_000;
const LONGEST_PAUSE_MS = 10 * 60_000;
const SHORTEST_PAUSE_MS = 2_000;
/** At least so many rounds in the time that is kept, so that no table is much longer than that. */
const ROUNDS = 20;
const BATCH = 1_000;
/** So that a round never keeps the database busy for long; the next one goes on. */
const BATCHES_A_ROUND = 100;

/** Ids are UUIDv7, so the primary key finds the old ones: `$2` hours ago, as the smallest id of that time. */
const IDS_BEFORE = smallestIdOf("now() - $2::float8 * interval '1 hour'");

const outboxSql = `DELETE FROM outbox WHERE id IN (
  SELECT id FROM outbox WHERE id < ${IDS_BEFORE} AND published_at < now() - $2::float8 * interval '1 hour'
  ORDER BY id LIMIT $1)`;
/** A dead event whose letter was deleted is over too. */
const inboxSql = `DELETE FROM inbox WHERE event_id IN (
  SELECT event_id FROM inbox i WHERE event_id < ${IDS_BEFORE}
    AND (status = 'done' OR status = 'dead'
      AND NOT EXISTS (SELECT FROM dead_letter d WHERE d.event_id = i.event_id))
    AND handled_at < now() - $2::float8 * interval '1 hour'
  ORDER BY event_id LIMIT $1)`;
/** Left behind by processes that died between counting and handling, long after. */
const attemptSql = `DELETE FROM inbox_attempt WHERE event_id IN (
  SELECT event_id FROM inbox_attempt WHERE event_id < ${IDS_BEFORE} ORDER BY event_id LIMIT $1)`;

const pauseOf = ({ streamHours }: EventRetention): number =>
  Math.max(SHORTEST_PAUSE_MS, Math.min((streamHours * HOUR_MS) / ROUNDS, LONGEST_PAUSE_MS));

export interface RetentionOptions {
  readonly db: Database;
  readonly keep: EventRetention;
  readonly rules?: readonly RetentionRule[];
  readonly logger: Pick<Logger, "warn" | "info">;
}

/** Deletes what is old enough, in small batches, so that tables stay flat and nobody waits for a lock. */
export class Retention {
  readonly #options: RetentionOptions;
  readonly #poller: Poller;
  #stopping = false;

  constructor(options: RetentionOptions) {
    this.#options = options;
    this.#poller = new Poller({
      name: "retention",
      everyMs: pauseOf(options.keep),
      logger: options.logger,
      run: () => this.prune(),
    });
  }

  start(): void {
    this.#poller.start();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#poller.stop();
  }

  async prune(): Promise<void> {
    const { keep, rules = [], logger } = this.#options;
    const [outbox, inbox] = [outboxHours(keep), inboxHours(keep)];
    const counts = {
      outbox: await this.#deleteAll(outboxSql, outbox),
      inbox: await this.#deleteAll(inboxSql, inbox),
      attempts: await this.#deleteAll(attemptSql, inbox),
    };
    const others = [];
    for (const { name, sql } of rules) others.push([name, await this.#deleteAll(sql)] as const);
    const deleted = [...Object.entries(counts), ...others].filter(([, count]) => count > 0);
    if (deleted.length > 0) {
      logger.info(`old rows deleted: ${deleted.map((entry) => entry.join(" ")).join(", ")}`);
    }
  }

  async #deleteAll(sql: string, hours?: number): Promise<number> {
    let total = 0;
    for (let batch = 0; batch < BATCHES_A_ROUND && !this.#stopping; batch++) {
      const values = hours === undefined ? [BATCH] : [BATCH, hours];
      const deleted = await this.#options.db.query(`${sql} RETURNING 1`, values);
      total += deleted.length;
      if (deleted.length < BATCH) break;
    }
    return total;
  }
}
