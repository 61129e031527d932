import { newId } from "../../../../lib/ids";
import type { Queryable } from "../../../../lib/store/database";
import { smallestIdOf } from "../../../../lib/store/id-range";
import { VOIDED } from "../../domain/provider-charge";
import type { ChargeRequest, RefundRequest } from "../payment-provider";
import type { TestMethod } from "./test-methods";

export interface ChargeRow {
  position: number;
  id: string;
  idempotencyKey: string;
  orderId: string;
  amount: number;
  currency: string;
  method: string;
  status: "processing" | "succeeded" | "failed";
  failureCode: string | null;
  refunded: number;
  createdAt: Date;
}

export const CHARGE_COLUMNS = `position, id, idempotency_key AS "idempotencyKey", order_id AS "orderId", amount,
  currency, method, status, failure_code AS "failureCode", refunded, created_at AS "createdAt"`;

const INSERT = `INSERT INTO charge (id, idempotency_key, order_id, amount, currency, method, status,
  failure_code) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`;

const valuesOf = (
  { idempotencyKey, orderId, amount, method }: ChargeRequest,
  status: ChargeRow["status"],
  failureCode: string | null,
) => [
  `ch_${newId()}`,
  idempotencyKey,
  orderId,
  amount.amount,
  amount.currency,
  method,
  status,
  failureCode,
];

/** Makes the charge of a key with its webhook, if it is to have one; undefined when the key has a charge. */
export async function insertCharge(
  db: Queryable,
  request: ChargeRequest,
  { result, failureCode, settlesAfterMs }: TestMethod,
): Promise<ChargeRow | undefined> {
  const later = settlesAfterMs !== undefined;
  const [row] = await db.query<ChargeRow>(
    `WITH made AS (${INSERT} ON CONFLICT (idempotency_key) DO NOTHING RETURNING *),
     webhook AS (
       INSERT INTO webhook_delivery (id, charge_id, next_attempt_at)
       SELECT $9, id, now() + $10::int * interval '1 millisecond' FROM made WHERE $10 IS NOT NULL
     )
     SELECT ${CHARGE_COLUMNS} FROM made`,
    [
      ...valuesOf(request, later ? "processing" : result, later ? null : (failureCode ?? null)),
      `evt_${newId()}`,
      settlesAfterMs ?? null,
    ],
  );
  return row;
}

/** Takes the key, so that nothing can be charged under it; a charge that succeeded before stays. */
export async function voidCharge(db: Queryable, request: ChargeRequest): Promise<ChargeRow> {
  const [row] = await db.query<ChargeRow>(
    `${INSERT} ON CONFLICT (idempotency_key) DO UPDATE SET
       status = CASE charge.status WHEN 'processing' THEN 'failed' ELSE charge.status END,
       failure_code = CASE charge.status WHEN 'processing' THEN $8 ELSE charge.failure_code END
     RETURNING ${CHARGE_COLUMNS}`,
    valuesOf(request, "failed", VOIDED),
  );
  if (!row) throw new Error("an upsert without a row");
  return row;
}

export async function findCharge(db: Queryable, key: string): Promise<ChargeRow | undefined> {
  const [row] = await db.query<ChargeRow>(
    `SELECT ${CHARGE_COLUMNS} FROM charge WHERE idempotency_key = $1`,
    [key],
  );
  return row;
}

/** Whether this request is one of the first `times` under its key; counted over restarts. */
export async function isFailing(db: Queryable, key: string, times: number): Promise<boolean> {
  const [row] = await db.query<{ count: number }>(
    `INSERT INTO server_error AS e (idempotency_key, count) VALUES ($1, 1)
     ON CONFLICT (idempotency_key) DO UPDATE SET count = e.count + 1 RETURNING count`,
    [key],
  );
  return (row?.count ?? 0) <= times;
}

/** The id of the key's refund, made now or before; throws when the charge cannot give so much back. */
export async function makeRefund(
  db: Queryable,
  { chargeId, idempotencyKey, amount: { amount, currency } }: RefundRequest,
): Promise<string> {
  try {
    const [made] = await db.query<{ id: string }>(
      `WITH made AS (
         INSERT INTO refund (idempotency_key, id, charge_id, amount)
         SELECT $1, $2, id, $4 FROM charge WHERE id = $3 AND status = 'succeeded' AND currency = $5
         ON CONFLICT (idempotency_key) DO NOTHING RETURNING id, charge_id, amount
       ), given AS (
         UPDATE charge c SET refunded = c.refunded + made.amount FROM made WHERE c.id = made.charge_id
       )
       SELECT id FROM made`,
      [idempotencyKey, `re_${newId()}`, chargeId, amount, currency],
    );
    return made?.id ?? (await findRefund(db, idempotencyKey, chargeId, amount));
  } catch (error) {
    if (!isOverRefund(error)) throw error;
    throw new Error(`charge ${chargeId} has less than ${amount} left to give back`, {
      cause: error,
    });
  }
}

const isOverRefund = (error: unknown): boolean =>
  error instanceof Error && "constraint" in error && error.constraint === "charge_covers_refunds";

async function findRefund(
  db: Queryable,
  key: string,
  chargeId: string,
  amount: number,
): Promise<string> {
  const [row] = await db.query<{ id: string; charge_id: string; amount: number }>(
    "SELECT id, charge_id, amount FROM refund WHERE idempotency_key = $1",
    [key],
  );
  if (!row) throw new Error(`there is no such charge ${chargeId} to refund`);
  if (row.charge_id !== chargeId || row.amount !== amount) {
    throw new Error("this idempotency key was used for another refund");
  }
  return row.id;
}

/** Charges below `before`, newest first; of one order when given. */
export const listCharges = (
  db: Queryable,
  filter: { orderId: string | null; before: number | null; limit: number },
): Promise<ChargeRow[]> =>
  db.query(
    filter.orderId === null
      ? `SELECT ${CHARGE_COLUMNS} FROM charge WHERE position < coalesce($1, 9223372036854775807)
         ORDER BY position DESC LIMIT $2`
      : `SELECT ${CHARGE_COLUMNS} FROM charge WHERE position < coalesce($1, 9223372036854775807)
         AND order_id = $3 ORDER BY position DESC LIMIT $2`,
    [filter.before, filter.limit, ...(filter.orderId === null ? [] : [filter.orderId])],
  );

export const chargesOf = (db: Queryable, orderIds: readonly string[]): Promise<ChargeRow[]> =>
  db.query(`SELECT ${CHARGE_COLUMNS} FROM charge WHERE order_id = ANY($1) ORDER BY position`, [
    orderIds,
  ]);

/** Orders with charges, of the last hour by their ids. */
export async function chargedOrders(
  db: Queryable,
  after: string,
  limit: number,
): Promise<string[]> {
  const rows = await db.query<{ id: string }>(
    `SELECT DISTINCT order_id AS id FROM charge
     WHERE order_id > greatest($1, ${smallestIdOf("now() - interval '1 hour'")})
     ORDER BY order_id LIMIT $2`,
    [after, limit],
  );
  return rows.map(({ id }) => id);
}
