import type { Notification } from "../../../contracts/notifications";
import { toPage } from "../../../lib/store/cursor";
import type { Queryable } from "../../../lib/store/database";
import type { ChannelName } from "../channel/channel";
import type { FactsOf, TemplateName } from "../templates";

export interface NewNotification {
  readonly id: string;
  readonly eventId: string;
  readonly userId: string;
  readonly orderId: string;
  readonly channel: ChannelName;
  readonly template: TemplateName;
  readonly facts: FactsOf<TemplateName>;
  readonly subject: string;
}

/** One for each event, user and channel: a second one is not written. */
export async function insertNotification(tx: Queryable, row: NewNotification): Promise<void> {
  await tx.query(
    `INSERT INTO notification (id, event_id, user_id, order_id, channel, template, facts, subject)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (event_id, user_id, channel) DO NOTHING`,
    [
      row.id,
      row.eventId,
      row.userId,
      row.orderId,
      row.channel,
      row.template,
      JSON.stringify(row.facts),
      row.subject,
    ],
  );
}

/** The number of an order that we wrote about before; null when we did not. */
export async function orderNumberOf(tx: Queryable, orderId: string): Promise<string | null> {
  const [row] = await tx.query<{ number: string }>(
    `SELECT facts->>'number' AS number FROM notification
     WHERE order_id = $1 AND template = 'order-received' LIMIT 1`,
    [orderId],
  );
  return row?.number ?? null;
}

export interface DueNotification {
  readonly id: string;
  readonly event_id: string;
  readonly user_id: string;
  readonly order_id: string;
  readonly channel: ChannelName;
  readonly template: TemplateName;
  readonly facts: FactsOf<TemplateName>;
  /** This try included. */
  readonly attempts: number;
  readonly created_at: Date;
}

/** Takes what is to be sent now; nobody else takes it for `leaseSeconds`. */
export const claimDue = (
  db: Queryable,
  { leaseSeconds, limit }: { leaseSeconds: number; limit: number },
): Promise<DueNotification[]> =>
  db.query(
    `UPDATE notification SET attempts = attempts + 1,
       next_attempt_at = now() + $1::float8 * interval '1 second'
     WHERE id IN (
       SELECT id FROM notification WHERE status = 'queued' AND next_attempt_at <= now()
       ORDER BY next_attempt_at LIMIT $2 FOR UPDATE SKIP LOCKED)
     RETURNING id, event_id, user_id, order_id, channel, template, facts, attempts, created_at`,
    [leaseSeconds, limit],
  );

/** `subject` as it was sent, in the receiver's language. */
export async function markSent(db: Queryable, id: string, subject: string): Promise<void> {
  await db.query(
    `UPDATE notification SET status = 'sent', sent_at = clock_timestamp(), subject = $2,
       last_error = NULL WHERE id = $1 AND status = 'queued'`,
    [id, subject],
  );
}

/** To be tried again in so many seconds; never again when that is null. */
export async function markUnsent(
  db: Queryable,
  id: string,
  { reason, retryIn }: { reason: string; retryIn: number | null },
): Promise<void> {
  await db.query(
    `UPDATE notification SET last_error = $2,
       status = CASE WHEN $3::float8 IS NULL THEN 'failed' ELSE 'queued' END,
       next_attempt_at = now() + coalesce($3::float8, 0) * interval '1 second'
     WHERE id = $1 AND status = 'queued'`,
    [id, reason.slice(0, 1000), retryIn],
  );
}

interface NotificationRow {
  readonly id: string;
  readonly channel: ChannelName;
  readonly template: string;
  readonly subject: string;
  readonly status: Notification["status"];
  readonly order_id: string | null;
  readonly created_at: Date;
}

/** After every id: where a list begins that goes backwards. */
const LAST_ID = "ffffffff-ffff-ffff-ffff-ffffffffffff";

/** A user's notifications before an id (UUIDv7, so older ones), newest first. */
export async function listNotifications(
  db: Queryable,
  { userId, before = LAST_ID, limit }: { userId: string; before?: string; limit: number },
): Promise<{ items: Notification[]; nextCursor: string | null }> {
  const rows = await db.query<NotificationRow>(
    `SELECT id, channel, template, subject, status, order_id, created_at FROM notification
     WHERE user_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3`,
    [userId, before, limit + 1],
  );
  const page = toPage(rows, limit, (row) => [row.id]);
  return { items: page.rows.map(toNotification), nextCursor: page.nextCursor };
}

const toNotification = (row: NotificationRow): Notification => ({
  id: row.id,
  channel: row.channel,
  template: row.template,
  subject: row.subject,
  status: row.status,
  ...(row.order_id ? { orderId: row.order_id } : {}),
  createdAt: row.created_at.toISOString(),
});
