import type { Notification } from "../../../contracts/notifications";
import type { RetentionRule } from "../../../lib/messaging/retention";
import { toPage } from "../../../lib/store/cursor";
import type { Queryable } from "../../../lib/store/database";
import { smallestIdOf } from "../../../lib/store/id-range";
import type { ChannelName } from "../channel/channel";
import type { FactsOf, TemplateName } from "../templates";

export interface NewNotification {
  readonly id: string;
  readonly eventId: string;
  readonly userId: string;
  readonly orderId: string | null;
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

/** What is told by mail and, to a user who has a browser for it, by push. */
export interface NewMail extends Omit<NewNotification, "channel" | "id"> {
  readonly mailId: string;
  readonly pushId: string;
}

export async function insertMailsAndPushes(
  tx: Queryable,
  mails: readonly NewMail[],
): Promise<void> {
  await tx.query(
    `INSERT INTO notification (id, event_id, user_id, order_id, channel, template, facts, subject)
     SELECT w.id, "eventId", "userId", "orderId", w.channel, template, facts, subject
     FROM json_to_recordset($1::json) AS m ("mailId" uuid, "pushId" uuid, "eventId" uuid, "userId" uuid,
       "orderId" uuid, template text, facts json, subject text),
       LATERAL (VALUES ("mailId", 'email'), ("pushId", 'push')) AS w (id, channel)
     WHERE w.channel = 'email' OR EXISTS (SELECT FROM push_subscription WHERE user_id = "userId")
     ON CONFLICT (event_id, user_id, channel) DO NOTHING`,
    [JSON.stringify(mails)],
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
  {
    userId,
    before = LAST_ID,
    limit,
  }: { userId: string; before?: string | undefined; limit: number },
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

/**
 * A year after it ended a notification goes, long after the last event that could tell the same again.
 * A mail to many goes on counting its own; the lock keeps two nodes from counting one twice.
 */
export const oldNotifications: RetentionRule = {
  name: "notifications",
  sql: `WITH old AS (
    SELECT id, bulk_id, status FROM notification
    WHERE id < ${smallestIdOf("now() - interval '1 year'")} AND status <> 'queued'
      AND coalesce(sent_at, next_attempt_at) < now() - interval '1 year'
    ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
  ), counted AS (
    SELECT bulk_id, count(*) FILTER (WHERE status = 'sent') AS sent,
      count(*) FILTER (WHERE status = 'failed') AS failed,
      count(*) FILTER (WHERE status = 'skipped') AS skipped
    FROM old GROUP BY bulk_id
  ), noted AS (
    UPDATE bulk SET sent_before = sent_before + c.sent, failed_before = failed_before + c.failed,
      skipped_before = skipped_before + c.skipped
    FROM counted c WHERE bulk.id = c.bulk_id
  ) DELETE FROM notification WHERE id IN (SELECT id FROM old)`,
};
