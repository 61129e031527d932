import type { Bulk } from "../../../contracts/notifications";
import { newId } from "../../../lib/ids";
import type { Queryable } from "../../../lib/store/database";
import type { FactsOf, TemplateName } from "../templates";

export interface NewBulk {
  readonly id: string;
  readonly template: TemplateName;
  readonly facts: FactsOf<TemplateName>;
  readonly subject: string;
  readonly ratePerMinute: number;
  readonly createdBy: string;
}

/** `collected`: whether its receivers are written together with it. */
export async function insertBulk(
  tx: Queryable,
  bulk: NewBulk,
  { collected }: { collected: boolean },
): Promise<void> {
  const { id, template, facts, subject, ratePerMinute, createdBy } = bulk;
  await tx.query(
    `INSERT INTO bulk (id, template, facts, subject, rate_per_minute, created_by, collected)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [id, template, JSON.stringify(facts), subject, ratePerMinute, createdBy, collected],
  );
}

/** A row for each receiver; one that has it already, or wants no offers, gets no mail of it. */
export async function insertReceivers(
  tx: Queryable,
  bulkId: string,
  userIds: readonly string[],
): Promise<void> {
  await tx.query(
    `INSERT INTO notification
       (id, event_id, bulk_id, user_id, channel, template, facts, subject, status, last_error)
     SELECT r.id, b.id, b.id, r.user_id, 'email', b.template, '{}', b.subject,
       CASE WHEN p.email_marketing IS FALSE THEN 'skipped' ELSE 'queued' END,
       CASE WHEN p.email_marketing IS FALSE THEN 'not wanted' END
     FROM unnest($2::uuid[], $3::uuid[]) AS r (id, user_id) JOIN bulk b ON b.id = $1
       LEFT JOIN preference p ON p.user_id = r.user_id
     ON CONFLICT (event_id, user_id, channel) DO NOTHING`,
    [bulkId, userIds.map(() => newId()), userIds],
  );
}

export interface OpenBulk {
  readonly id: string;
  readonly collected_after: string | null;
}

/** The oldest bulk whose receivers are not all known. */
export async function findOpenBulk(db: Queryable): Promise<OpenBulk | undefined> {
  const [row] = await db.query<OpenBulk>(
    "SELECT id, collected_after FROM bulk WHERE NOT collected ORDER BY id LIMIT 1",
  );
  return row;
}

/** Notes how far the walk is; false when another node has come further meanwhile. */
export async function moveOn(
  tx: Queryable,
  { id, collected_after: before }: OpenBulk,
  { last, done }: { last: string | null; done: boolean },
): Promise<boolean> {
  const rows = await tx.query(
    `UPDATE bulk SET collected_after = coalesce($3, collected_after), collected = $4
     WHERE id = $1 AND collected_after IS NOT DISTINCT FROM $2::uuid AND NOT collected RETURNING id`,
    [id, before, last, done],
  );
  return rows.length > 0;
}

interface BulkRow {
  readonly id: string;
  readonly subject: string;
  readonly collected: boolean;
  readonly rate_per_minute: number;
  readonly created_at: Date;
  readonly queued: number;
  readonly sent: number;
  readonly failed: number;
  readonly skipped: number;
}

export async function findBulk(db: Queryable, id: string): Promise<Bulk | undefined> {
  const [row] = await db.query<BulkRow>(
    `SELECT b.id, b.subject, b.collected, b.rate_per_minute, b.created_at, n.*
     FROM bulk b, LATERAL (
       SELECT count(*) FILTER (WHERE status = 'queued')::int AS queued,
         sent_before + count(*) FILTER (WHERE status = 'sent')::int AS sent,
         failed_before + count(*) FILTER (WHERE status = 'failed')::int AS failed,
         skipped_before + count(*) FILTER (WHERE status = 'skipped')::int AS skipped
       FROM notification WHERE bulk_id = b.id) n
     WHERE b.id = $1`,
    [id],
  );
  if (!row) return undefined;
  const { subject, collected, queued, sent, failed, skipped } = row;
  const total = queued + sent + failed + skipped;
  return {
    id,
    status: !collected ? "collecting" : queued > 0 ? "sending" : "completed",
    subject,
    ratePerMinute: row.rate_per_minute,
    progress: { total, queued, sent, failed, skipped },
    createdAt: row.created_at.toISOString(),
  };
}
