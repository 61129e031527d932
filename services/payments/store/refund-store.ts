import type { Queryable } from "../../../lib/store/database";
import type { Origin } from "./payment-store";

export interface NewRefund extends Origin {
  readonly id: string;
  readonly orderId: string;
  readonly amount: number;
  readonly reason: string;
}

export async function insertRefunds(tx: Queryable, refunds: readonly NewRefund[]): Promise<void> {
  await tx.query(
    `INSERT INTO refund (id, order_id, amount, reason, caused_by, traceparent)
     SELECT id, "orderId", amount, reason, "causedBy", traceparent
     FROM json_to_recordset($1::json) AS r(id uuid, "orderId" uuid, amount bigint, reason text,
       "causedBy" uuid, traceparent text)`,
    [JSON.stringify(refunds)],
  );
}

/** The refund of an id, whichever order it is of. */
export async function findRefund(
  db: Queryable,
  id: string,
): Promise<{ orderId: string; amount: number } | undefined> {
  const [row] = await db.query<{ orderId: string; amount: number }>(
    `SELECT order_id AS "orderId", amount FROM refund WHERE id = $1`,
    [id],
  );
  return row;
}

/** A refund whose turn it is to be asked for at the provider. */
export interface DueRefund extends NewRefund {
  readonly chargeId: string;
  readonly currency: string;
  /** Counts this attempt. */
  readonly attempts: number;
}

/** Takes up to `limit` due refunds for `leaseMs`, as `claimDuePayments` does. */
export const claimDueRefunds = (
  db: Queryable,
  limit: number,
  leaseMs: number,
): Promise<DueRefund[]> =>
  db.query(
    `WITH due AS MATERIALIZED (
       SELECT id FROM refund WHERE status = 'requested' AND next_attempt_at <= now()
       ORDER BY next_attempt_at LIMIT $1 FOR UPDATE SKIP LOCKED
     )
     UPDATE refund r SET attempts = r.attempts + 1,
       next_attempt_at = now() + $2::int * interval '1 millisecond'
     FROM due, payment p WHERE r.id = due.id AND p.order_id = r.order_id
     RETURNING r.id, r.order_id AS "orderId", r.amount, r.reason, r.caused_by AS "causedBy",
       r.traceparent, r.attempts, p.charge_id AS "chargeId", p.currency`,
    [limit, leaseMs],
  );

export async function deferRefund(
  db: Queryable,
  id: string,
  retryMs: number,
  error: string,
): Promise<void> {
  await db.query(
    `UPDATE refund SET next_attempt_at = now() + $2::int * interval '1 millisecond',
       last_error = $3, updated_at = now() WHERE id = $1 AND status = 'requested'`,
    [id, retryMs, error.slice(0, 1000)],
  );
}

/** False when it was noted before. */
export async function markRefunded(
  tx: Queryable,
  id: string,
  providerRefundId: string,
): Promise<boolean> {
  const rows = await tx.query(
    `UPDATE refund SET status = 'succeeded', provider_refund_id = $2, last_error = NULL,
       updated_at = now() WHERE id = $1 AND status = 'requested' RETURNING id`,
    [id, providerRefundId],
  );
  return rows.length > 0;
}
