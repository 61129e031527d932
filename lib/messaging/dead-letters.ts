import { newId } from "../ids";
import type { Database } from "../store/database";
import type { EventEnvelope } from "./event";

export interface DeadLetterRow {
  id: string;
  event: EventEnvelope;
  error: string;
  attempts: number;
  created_at: Date;
  replayed_at: Date | null;
  parked_at: Date | null;
}

export interface DeadLetterFilter {
  readonly id?: string;
  readonly event?: string;
  /** Only letters older than this one. */
  readonly before?: string;
  /** Only letters newer than this one, and oldest first. */
  readonly after?: string;
  /** A part of its error, in any case. */
  readonly reason?: string;
  readonly olderThanSeconds?: number;
  /** Those put aside too. */
  readonly withParked?: boolean;
  readonly limit: number;
}

/** What a person did to a letter, and why. */
export interface Deed {
  readonly id: string;
  readonly by: string;
  readonly note: string;
}

export interface AuditPage {
  /** Only deeds older than this one. */
  readonly before?: string;
  readonly limit: number;
}

export interface AuditRow {
  readonly id: string;
  readonly letterId: string;
  readonly eventId: string;
  readonly event: string;
  readonly deed: "parked" | "deleted";
  readonly by: string;
  readonly note: string;
  readonly at: string;
}

/** Letters that wait for a person, newest first; with an id, that one even when it was replayed. */
export const findDeadLetters = (db: Database, filter: DeadLetterFilter): Promise<DeadLetterRow[]> =>
  db.query(
    `SELECT d.id, d.event, d.error, d.attempts, d.created_at, d.replayed_at, d.parked_at
     FROM dead_letter d JOIN inbox i USING (event_id)
     WHERE ($1::uuid IS NULL AND d.replayed_at IS NULL OR d.id = $1)
       AND ($2::text IS NULL OR i.name = $2)
       AND ($3::uuid IS NULL OR d.id < $3) AND ($4::uuid IS NULL OR d.id > $4)
       AND ($6::text IS NULL OR strpos(lower(d.error), lower($6)) > 0)
       AND ($7::float8 IS NULL OR d.created_at < now() - $7 * interval '1 second')
       AND ($8 OR d.parked_at IS NULL OR d.id = $1)
     ORDER BY d.id ${filter.after === undefined ? "DESC" : "ASC"} LIMIT $5`,
    [
      filter.id ?? null,
      filter.event ?? null,
      filter.before ?? null,
      filter.after ?? null,
      filter.limit,
      filter.reason ?? null,
      filter.olderThanSeconds ?? null,
      filter.withParked ?? false,
    ],
  );

/** Puts the event back in front of its handler, with a fresh count; false when there is no such letter. */
export const replayDeadLetter = (db: Database, id: string): Promise<boolean> =>
  db.transaction(async (tx) => {
    const [letter] = await tx.query<{ event_id: string }>(
      "UPDATE dead_letter SET replayed_at = clock_timestamp(), parked_at = NULL WHERE id = $1 AND replayed_at IS NULL RETURNING event_id",
      [id],
    );
    if (!letter) return false;
    await tx.query(
      `UPDATE inbox SET status = 'parked', attempts = 0, next_attempt_at = now(),
         handled_at = clock_timestamp(), event = (SELECT event FROM dead_letter WHERE id = $2)
       WHERE event_id = $1 AND status = 'dead'`,
      [letter.event_id, id],
    );
    return true;
  });

/** Notes a deed that `letter` (a statement RETURNING id, event_id of `dead_letter`) does to the letter `$1`. */
async function audited(db: Database, letter: string, deed: string, { id, by, note }: Deed) {
  const rows = await db.query(
    `WITH letter AS (${letter})
     INSERT INTO dead_letter_audit (id, letter_id, event_id, event, deed, by, note)
     SELECT $2, l.id, l.event_id, i.name, $3, $4, $5 FROM letter l JOIN inbox i USING (event_id)
     RETURNING id`,
    [id, newId(), deed, by, note],
  );
  return rows.length > 0;
}

/** Drops the letter; its inbox row stays `dead`, so that a late duplicate is not handled either. */
export const deleteDeadLetter = (db: Database, deed: Deed): Promise<boolean> =>
  audited(db, "DELETE FROM dead_letter WHERE id = $1 RETURNING id, event_id", "deleted", deed);

/** Puts the letter aside: it is not replayed with others, and nobody is alarmed by it. */
export const parkDeadLetter = (db: Database, deed: Deed): Promise<boolean> =>
  audited(
    db,
    `UPDATE dead_letter SET parked_at = clock_timestamp() WHERE id = $1 AND replayed_at IS NULL
     RETURNING id, event_id`,
    "parked",
    deed,
  );

/** Newest first, those before `before`. */
export async function deadLetterAudit(
  db: Database,
  { before, limit }: AuditPage,
): Promise<AuditRow[]> {
  const rows = await db.query<Omit<AuditRow, "at"> & { readonly at: Date }>(
    `SELECT id, letter_id AS "letterId", event_id AS "eventId", event, deed, by, note, at
     FROM dead_letter_audit WHERE $1::uuid IS NULL OR id < $1 ORDER BY id DESC LIMIT $2`,
    [before ?? null, limit],
  );
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}
