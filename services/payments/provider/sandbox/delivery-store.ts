import type { Queryable } from "../../../../lib/store/database";
import { CHARGE_COLUMNS, type ChargeRow } from "./sandbox-store";

/** A webhook whose time has come. */
export interface DueDelivery {
  readonly id: string;
  readonly chargeId: string;
  readonly method: string;
  /** Counts this attempt. */
  readonly attempts: number;
}

export const claimDueDeliveries = (
  db: Queryable,
  limit: number,
  leaseMs: number,
): Promise<DueDelivery[]> =>
  db.query(
    `WITH due AS MATERIALIZED (
       SELECT id FROM webhook_delivery WHERE delivered_at IS NULL AND next_attempt_at <= now()
       ORDER BY next_attempt_at LIMIT $1 FOR UPDATE SKIP LOCKED
     )
     UPDATE webhook_delivery d SET attempts = d.attempts + 1,
       next_attempt_at = now() + $2::int * interval '1 millisecond'
     FROM due, charge c WHERE d.id = due.id AND c.id = d.charge_id
     RETURNING d.id, d.charge_id AS "chargeId", c.method, d.attempts`,
    [limit, leaseMs],
  );

/** Gives a charge that is still processing its end; resolves with how it stands. */
export async function endProcessing(
  db: Queryable,
  chargeId: string,
  status: "succeeded" | "failed",
  failureCode: string | null,
): Promise<ChargeRow> {
  await db.query(
    "UPDATE charge SET status = $2, failure_code = $3 WHERE id = $1 AND status = 'processing'",
    [chargeId, status, failureCode],
  );
  const [row] = await db.query<ChargeRow>(`SELECT ${CHARGE_COLUMNS} FROM charge WHERE id = $1`, [
    chargeId,
  ]);
  if (!row) throw new Error(`no charge ${chargeId}`);
  return row;
}

export async function deferDelivery(
  db: Queryable,
  id: string,
  retryMs: number,
  error: string,
): Promise<void> {
  await db.query(
    `UPDATE webhook_delivery SET next_attempt_at = now() + $2::int * interval '1 millisecond',
       last_error = $3 WHERE id = $1`,
    [id, retryMs, error.slice(0, 1000)],
  );
}

export async function endDelivery(db: Queryable, id: string): Promise<void> {
  await db.query(
    "UPDATE webhook_delivery SET delivered_at = now(), last_error = NULL WHERE id = $1",
    [id],
  );
}
