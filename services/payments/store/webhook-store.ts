import type { RetentionRule } from "../../../lib/messaging/retention";
import type { Queryable } from "../../../lib/store/database";

export interface WebhookEvent {
  readonly provider: string;
  readonly id: string;
  readonly type: string;
  readonly orderId: string | null;
}

export async function isKnownWebhook(
  db: Queryable,
  { provider, id }: Pick<WebhookEvent, "provider" | "id">,
): Promise<boolean> {
  const rows = await db.query(
    "SELECT event_id FROM webhook_event WHERE provider = $1 AND event_id = $2",
    [provider, id],
  );
  return rows.length > 0;
}

/** False when it was received before; a parallel delivery of the same waits here for our commit. */
export async function noteWebhook(tx: Queryable, event: WebhookEvent): Promise<boolean> {
  const rows = await tx.query(
    `INSERT INTO webhook_event (provider, event_id, type, order_id) VALUES ($1, $2, $3, $4)
     ON CONFLICT DO NOTHING RETURNING event_id`,
    [event.provider, event.id, event.type, event.orderId],
  );
  return rows.length > 0;
}

/** Providers give up after days; a repeat that came later would find its charge settled all the same. */
export const oldWebhooks: RetentionRule = {
  name: "webhooks",
  sql: `DELETE FROM webhook_event WHERE (provider, event_id) IN (
    SELECT provider, event_id FROM webhook_event WHERE received_at < now() - interval '90 days'
    LIMIT $1)`,
};
