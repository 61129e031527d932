import type { Database } from "../store/database";
import type { EventEnvelope } from "./event";

export interface DeadLetterRow {
  id: string;
  event: EventEnvelope;
  error: string;
  attempts: number;
  created_at: Date;
  replayed_at: Date | null;
}

export interface DeadLetterFilter {
  readonly id?: string;
  readonly event?: string;
  /** Only letters older than this one. */
  readonly before?: string;
  /** Only letters newer than this one, and oldest first. */
  readonly after?: string;
  readonly limit: number;
}

/** Letters that wait for a person, newest first; with an id, that one even when it was replayed. */
export const findDeadLetters = (db: Database, filter: DeadLetterFilter): Promise<DeadLetterRow[]> =>
  db.query(
    `SELECT d.id, d.event, d.error, d.attempts, d.created_at, d.replayed_at
     FROM dead_letter d JOIN inbox i USING (event_id)
     WHERE ($1::uuid IS NULL AND d.replayed_at IS NULL OR d.id = $1)
       AND ($2::text IS NULL OR i.name = $2)
       AND ($3::uuid IS NULL OR d.id < $3) AND ($4::uuid IS NULL OR d.id > $4)
     ORDER BY d.id ${filter.after === undefined ? "DESC" : "ASC"} LIMIT $5`,
    [
      filter.id ?? null,
      filter.event ?? null,
      filter.before ?? null,
      filter.after ?? null,
      filter.limit,
    ],
  );

/** Puts the event back in front of its handler, with a fresh count; false when there is no such letter. */
export const replayDeadLetter = (db: Database, id: string): Promise<boolean> =>
  db.transaction(async (tx) => {
    const [letter] = await tx.query<{ event_id: string }>(
      "UPDATE dead_letter SET replayed_at = clock_timestamp() WHERE id = $1 AND replayed_at IS NULL RETURNING event_id",
      [id],
    );
    if (!letter) return false;
    await tx.query(
      `UPDATE inbox SET status = 'parked', attempts = 0, next_attempt_at = now(),
         event = (SELECT event FROM dead_letter WHERE id = $2)
       WHERE event_id = $1 AND status = 'dead'`,
      [letter.event_id, id],
    );
    return true;
  });

/** Drops the letter; its inbox row stays `dead`, so that a late duplicate is not handled either. */
export const deleteDeadLetter = async (db: Database, id: string): Promise<boolean> =>
  (await db.query("DELETE FROM dead_letter WHERE id = $1 RETURNING id", [id])).length > 0;
