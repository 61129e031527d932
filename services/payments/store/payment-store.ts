import type { Money } from "../../../lib/money/money";
import type { Queryable } from "../../../lib/store/database";
import type { PaymentState } from "../domain/payment";

/** A payment as it is stored: with its count of events, and what the next one is caused by. */
export interface PaymentRow extends PaymentState {
  readonly version: number;
  readonly causedBy: string | null;
  readonly traceparent: string | null;
}

const COLUMNS = `order_id AS "orderId", user_id AS "userId", status, amount, currency, method,
  charge_id AS "chargeId", captured, refunded, refunding, attempts, cancel_reason AS "cancelReason",
  version, caused_by AS "causedBy", traceparent`;

/** What caused a write: the event that is handled, or a request. */
export interface Origin {
  readonly causedBy: string | null;
  readonly traceparent: string | null;
}

export interface NewPayment extends Origin {
  readonly orderId: string;
  readonly userId: string;
  readonly amount: Money;
  readonly method: string;
  readonly deadline: string;
}

/** Notes that orders are to be charged; not those that are known already, charged or ended. */
export async function insertPayments(
  tx: Queryable,
  payments: readonly NewPayment[],
): Promise<void> {
  const rows = payments.map(({ amount: { amount, currency }, ...payment }) => ({
    ...payment,
    amount,
    currency,
  }));
  await tx.query(
    `INSERT INTO payment (order_id, user_id, status, amount, currency, method, deadline,
       next_attempt_at, caused_by, traceparent)
     SELECT "orderId", "userId", 'requested', amount, currency, method, deadline, now(), "causedBy",
       traceparent
     FROM json_to_recordset($1::json) AS p ("orderId" uuid, "userId" uuid, amount bigint, currency text,
       method text, deadline timestamptz, "causedBy" uuid, traceparent text)
     ON CONFLICT (order_id) DO NOTHING`,
    [JSON.stringify(rows)],
  );
}

export interface CancelledOrder extends Origin {
  readonly orderId: string;
  readonly userId: string;
  readonly reason: string;
}

/** Locks the payment of a cancelled order and notes why; an order without one gets a tombstone. */
export async function markCancelled(
  tx: Queryable,
  { orderId, userId, reason, causedBy, traceparent }: CancelledOrder,
): Promise<PaymentRow> {
  const [row] = await tx.query<PaymentRow>(
    `INSERT INTO payment AS p (order_id, user_id, status, cancel_reason, caused_by, traceparent)
     VALUES ($1, $2, 'voided', $3, $4, $5)
     ON CONFLICT (order_id) DO UPDATE SET cancel_reason = coalesce(p.cancel_reason, $3),
       caused_by = coalesce($4, p.caused_by), traceparent = $5, updated_at = now()
     RETURNING ${COLUMNS}`,
    [orderId, userId, reason, causedBy, traceparent],
  );
  if (!row) throw new Error("an upsert without a row");
  return row;
}

export async function voidPayment(tx: Queryable, orderId: string): Promise<void> {
  await tx.query(
    "UPDATE payment SET status = 'voided', next_attempt_at = NULL WHERE order_id = $1",
    [orderId],
  );
}

/** The provider is to be asked at the next round. */
export async function askNow(tx: Queryable, orderId: string): Promise<void> {
  await tx.query("UPDATE payment SET next_attempt_at = now() WHERE order_id = $1", [orderId]);
}

export const findPayments = (db: Queryable, orderIds: readonly string[]): Promise<PaymentRow[]> =>
  db.query(
    `SELECT ${COLUMNS} FROM payment WHERE order_id = ANY($1) AND amount IS NOT NULL
     ORDER BY order_id`,
    [orderIds],
  );

const LOCK = `SELECT ${COLUMNS} FROM payment WHERE order_id = ANY($1) AND amount IS NOT NULL
  ORDER BY order_id FOR UPDATE`;

/** Locks those payments that nobody else holds at the moment: waiting for several could deadlock. */
export const lockFreePayments = (
  tx: Queryable,
  orderIds: readonly string[],
): Promise<PaymentRow[]> => tx.query(`${LOCK} SKIP LOCKED`, [orderIds]);

export async function lockPayment(tx: Queryable, orderId: string): Promise<PaymentRow | undefined> {
  const [row] = await tx.query<PaymentRow>(LOCK, [[orderId]]);
  return row;
}

/** A payment whose turn it is to be asked for at the provider. */
export interface DuePayment {
  readonly orderId: string;
  readonly amount: number;
  readonly currency: string;
  readonly method: string;
  /** Counts this attempt. */
  readonly attempts: number;
  readonly cancelled: boolean;
  /** The order's time is over, by the database's clock. */
  readonly expired: boolean;
}

/**
 * Takes up to `limit` due payments for `leaseMs`; whoever dies with one leaves it to the next. The
 * attempt is counted here, before it is made, so that none is ever taken for not made.
 */
export const claimDuePayments = (
  db: Queryable,
  limit: number,
  leaseMs: number,
): Promise<DuePayment[]> =>
  db.query(
    `WITH due AS MATERIALIZED (
       SELECT order_id FROM payment
       WHERE status IN ('requested', 'processing') AND next_attempt_at <= now()
       ORDER BY next_attempt_at LIMIT $1 FOR UPDATE SKIP LOCKED
     )
     UPDATE payment p SET attempts = attempts + 1,
       next_attempt_at = now() + $2::int * interval '1 millisecond'
     FROM due WHERE p.order_id = due.order_id
     RETURNING p.order_id AS "orderId", amount, currency, method, attempts,
       cancel_reason IS NOT NULL AS cancelled, deadline <= now() AS expired`,
    [limit, leaseMs],
  );

/** The new state of a locked payment. */
export interface SettledPayment {
  readonly orderId: string;
  readonly status: string;
  readonly chargeId: string | null;
  readonly captured: number;
  readonly refunding: number;
  /** How many events are published with it. */
  readonly events: number;
  readonly failureCode: string | null;
  readonly error: string | null;
  /** When to ask again; null when there is nothing left to ask. */
  readonly retryMs: number | null;
}

export async function updatePayments(
  tx: Queryable,
  settled: readonly SettledPayment[],
): Promise<void> {
  await tx.query(
    `UPDATE payment p SET status = s.status, charge_id = coalesce(p.charge_id, s."chargeId"),
       captured = s.captured, refunding = s.refunding, version = p.version + s.events,
       failure_code = s."failureCode", last_error = s.error,
       next_attempt_at = now() + s."retryMs" * interval '1 millisecond', updated_at = now()
     FROM json_to_recordset($1::json) AS s("orderId" uuid, status text, "chargeId" text,
       captured bigint, refunding bigint, events int, "failureCode" text, error text, "retryMs" int)
     WHERE p.order_id = s."orderId"`,
    [JSON.stringify(settled)],
  );
}

/** Sets an amount aside for a refund that is under way. */
export async function addRefunding(tx: Queryable, orderId: string, amount: number): Promise<void> {
  await tx.query(
    "UPDATE payment SET refunding = refunding + $2, updated_at = now() WHERE order_id = $1",
    [orderId, amount],
  );
}

/** Turns what was set aside into what was given back; resolves with the new version. */
export async function addRefunded(
  tx: Queryable,
  orderId: string,
  amount: number,
  status: string,
): Promise<number> {
  const [row] = await tx.query<{ version: number }>(
    `UPDATE payment SET refunded = refunded + $2, refunding = refunding - $2, status = $3,
       version = version + 1, updated_at = now()
     WHERE order_id = $1 RETURNING version`,
    [orderId, amount, status],
  );
  if (!row) throw new Error(`no payment of order ${orderId}`);
  return row.version;
}
