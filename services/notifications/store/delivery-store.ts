import type { Queryable } from "../../../lib/store/database";
import type { ChannelName } from "../channel/channel";
import type { FactsOf, TemplateName } from "../templates";

export interface DueNotification {
  readonly id: string;
  readonly event_id: string;
  readonly user_id: string;
  readonly order_id: string | null;
  readonly channel: ChannelName;
  readonly template: TemplateName;
  readonly facts: FactsOf<TemplateName>;
  /** This try included. */
  readonly attempts: number;
  readonly created_at: Date;
}

export interface Batch {
  readonly leaseMs: number;
  readonly limit: number;
}

/** Takes what is to be sent now; nobody else takes it for `leaseMs`. */
export const claimDue = (db: Queryable, { leaseMs, limit }: Batch): Promise<DueNotification[]> =>
  db.query(
    `UPDATE notification SET attempts = attempts + 1,
       next_attempt_at = now() + $1::int * interval '1 millisecond'
     WHERE id IN (
       SELECT id FROM notification
       WHERE status = 'queued' AND bulk_id IS NULL AND next_attempt_at <= now()
       ORDER BY next_attempt_at LIMIT $2 FOR UPDATE SKIP LOCKED)
     RETURNING id, event_id, user_id, order_id, channel, template, facts, attempts, created_at`,
    [leaseMs, limit],
  );

/** Keeps what is in hand from others for another while. False once others have it, or it is sent. */
export const renewDue = async (
  db: Queryable,
  due: readonly DueNotification[],
  leaseMs: number,
): Promise<boolean> => {
  const rows = await db.query(
    `UPDATE notification n SET next_attempt_at = now() + $3::int * interval '1 millisecond'
     FROM unnest($1::uuid[], $2::int[]) AS mine (id, attempts)
     WHERE n.id = mine.id AND n.attempts = mine.attempts AND status = 'queued' RETURNING n.id`,
    [due.map(({ id }) => id), due.map(({ attempts }) => attempts), leaseMs],
  );
  return rows.length > 0;
};

/**
 * The same for one mail to many: as much of it as its rate allows, tries that are repeated counted
 * as well. Time that was not used is kept for one second only, so that nothing is made up for.
 */
export const claimBulk = (db: Queryable, { leaseMs, limit }: Batch): Promise<DueNotification[]> =>
  db.query(
    `WITH slot AS (
       SELECT id, facts, 60.0 / rate_per_minute AS seconds_each, least($2,
         greatest(1, ceil(rate_per_minute / 60.0)),
         1 + floor(extract(epoch FROM now() - next_slot_at) * rate_per_minute / 60)) AS free
       FROM bulk WHERE next_slot_at <= now() AND EXISTS (
         SELECT FROM notification n WHERE n.bulk_id = bulk.id AND n.status = 'queued'
           AND n.next_attempt_at <= now())
       ORDER BY next_slot_at LIMIT 1 FOR UPDATE SKIP LOCKED
     ), due AS (
       SELECT n.id FROM notification n JOIN slot ON n.bulk_id = slot.id
       WHERE n.status = 'queued' AND n.next_attempt_at <= now()
       ORDER BY n.next_attempt_at LIMIT (SELECT free FROM slot) FOR UPDATE OF n SKIP LOCKED
     ), paced AS (
       UPDATE bulk SET next_slot_at = greatest(next_slot_at, now() - interval '1 second')
         + (SELECT count(*) FROM due) * seconds_each * interval '1 second'
       FROM slot WHERE bulk.id = slot.id
     )
     UPDATE notification n SET attempts = attempts + 1,
       next_attempt_at = now() + $1::int * interval '1 millisecond'
     FROM due, slot WHERE n.id = due.id
     RETURNING n.id, event_id, user_id, order_id, channel, template, slot.facts, attempts, created_at`,
    [leaseMs, limit],
  );

/** How one try ended; `queued` is tried again in `retryIn` seconds. */
export type Outcome =
  /** `subject` as it was sent, in the receiver's language. */
  | { readonly id: string; readonly status: "sent"; readonly subject: string }
  | { readonly id: string; readonly status: "failed" | "skipped"; readonly reason: string }
  | {
      readonly id: string;
      readonly status: "queued";
      readonly reason: string;
      readonly retryIn: number;
    };

/** With the number of the try that ended so. */
export type Tried = Outcome & { readonly attempts: number };

/**
 * Writes down how the tries of one round ended, in one statement. One that somebody else tries by now
 * is theirs to end, unless it was sent.
 */
export async function markTried(db: Queryable, outcomes: readonly Tried[]): Promise<void> {
  await db.query(
    `UPDATE notification n SET status = o.status, subject = coalesce(o.subject, n.subject),
       last_error = o.reason,
       sent_at = CASE WHEN o.status = 'sent' THEN clock_timestamp() END,
       next_attempt_at = now() + o.retry_in * interval '1 second'
     FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::float8[], $6::int[])
       AS o (id, status, subject, reason, retry_in, attempts)
     WHERE n.id = o.id AND n.status = 'queued' AND (n.attempts = o.attempts OR o.status = 'sent')`,
    [
      outcomes.map((outcome) => outcome.id),
      outcomes.map((outcome) => outcome.status),
      outcomes.map((outcome) => (outcome.status === "sent" ? outcome.subject : null)),
      outcomes.map((outcome) => ("reason" in outcome ? storable(outcome.reason) : null)),
      outcomes.map((outcome) => (outcome.status === "queued" ? outcome.retryIn : 0)),
      outcomes.map((outcome) => outcome.attempts),
    ],
  );
}

/** A mail server may answer anything; PostgreSQL keeps no NUL. */
const storable = (reason: string): string => reason.replaceAll("\0", "").slice(0, 1000);
