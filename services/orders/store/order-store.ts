import type { CancelReason, OrderStatus } from "../../../contracts/orders";
import { toPage } from "../../../lib/store/cursor";
import type { Queryable } from "../../../lib/store/database";
import { statusesBefore } from "../domain/order-status";
import { ORDER_COLUMNS, type OrderRow } from "./order-row";

/** One order; of `userId` only, when given. */
export async function findOrder(
  db: Queryable,
  id: string,
  userId?: string,
): Promise<OrderRow | null> {
  const rows = await db.query<OrderRow>(
    `SELECT ${ORDER_COLUMNS} FROM orders WHERE id = $1 AND ($2::uuid IS NULL OR user_id = $2)`,
    [id, userId ?? null],
  );
  return rows[0] ?? null;
}

/** The same, locked for the rest of the transaction. */
export async function lockOrder(
  tx: Queryable,
  id: string,
  userId?: string,
): Promise<OrderRow | null> {
  const rows = await tx.query<OrderRow>(
    `SELECT ${ORDER_COLUMNS} FROM orders WHERE id = $1 AND ($2::uuid IS NULL OR user_id = $2) FOR UPDATE`,
    [id, userId ?? null],
  );
  return rows[0] ?? null;
}

export interface OrderFilter {
  readonly userId?: string;
  readonly status?: OrderStatus;
  /** Orders before this id (UUIDv7, so older). */
  readonly before?: string;
  readonly limit: number;
}

/** Newest first. Each filter has its statement, so that each runs on its index. */
export async function listOrders(db: Queryable, filter: OrderFilter) {
  const values: unknown[] = [filter.limit + 1];
  const conditions: string[] = [];
  const where = (sql: string, value: unknown): void => {
    values.push(value);
    conditions.push(`${sql} $${values.length}`);
  };
  if (filter.userId) where("user_id =", filter.userId);
  if (filter.status) where("status =", filter.status);
  if (filter.before) where("id <", filter.before);
  const rows = await db.query<OrderRow>(
    `SELECT ${ORDER_COLUMNS} FROM orders
     ${conditions.length > 0 ? `WHERE ${conditions.join(" AND ")}` : ""}
     ORDER BY id DESC LIMIT $1`,
    values,
  );
  return toPage(rows, filter.limit, (row) => [row.id]);
}

export interface HistoryRow {
  readonly version: number;
  readonly status: OrderStatus;
  readonly reason: string | null;
  readonly at: Date;
}

export const historyOf = (db: Queryable, id: string, afterVersion: number): Promise<HistoryRow[]> =>
  db.query(
    `SELECT version, status, reason, at FROM order_history
     WHERE order_id = $1 AND version > $2 ORDER BY version`,
    [id, afterVersion],
  );

export interface Step {
  readonly to: OrderStatus;
  readonly reason?: CancelReason;
}

/**
 * Moves an order on, if the table of transitions allows it from where it is; decided and written
 * under its row lock. Null when it does not, or when it is on its way to the customer and cannot be
 * cancelled any more.
 */
export async function advance(tx: Queryable, id: string, step: Step): Promise<OrderRow | null> {
  const rows = await tx.query<OrderRow>(
    `WITH moved AS (
       UPDATE orders SET status = $2, cancel_reason = $3, version = version + 1, updated_at = clock_timestamp()
       WHERE id = $1 AND status = ANY($4) AND ($2 <> 'cancelled' OR dispatch IS NULL)
       RETURNING ${ORDER_COLUMNS}
     ),
     noted AS (
       INSERT INTO order_history (order_id, version, status, reason)
       SELECT id, version, status, cancel_reason FROM moved
     )
     SELECT * FROM moved`,
    [id, step.to, step.reason ?? null, statusesBefore(step.to)],
  );
  return rows[0] ?? null;
}

/** Marks a confirmed order as on its way; null when it is not confirmed, or was marked before. */
export async function markDispatched(
  tx: Queryable,
  id: string,
  dispatch: { carrier: string; trackingNumber: string },
): Promise<OrderRow | null> {
  const rows = await tx.query<OrderRow>(
    `UPDATE orders SET dispatch = $2, version = version + 1, updated_at = clock_timestamp()
     WHERE id = $1 AND status = 'confirmed' AND dispatch IS NULL RETURNING ${ORDER_COLUMNS}`,
    [id, JSON.stringify(dispatch)],
  );
  return rows[0] ?? null;
}

/** Pending orders whose deadline is past, by the database's clock. */
export const overdueOrders = (db: Queryable, limit: number): Promise<{ id: string }[]> =>
  db.query(
    "SELECT id FROM orders WHERE status = 'pending' AND deadline < now() ORDER BY deadline LIMIT $1",
    [limit],
  );

/** Whether a pending order's deadline is past; locks the order for the rest of the transaction. */
export async function lockOverdue(tx: Queryable, id: string): Promise<boolean> {
  const rows = await tx.query(
    "SELECT id FROM orders WHERE id = $1 AND status = 'pending' AND deadline < now() FOR UPDATE",
    [id],
  );
  return rows.length > 0;
}
