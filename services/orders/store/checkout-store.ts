import type { Database, Queryable } from "../../../lib/store/database";
import { insertEvents } from "../../../lib/messaging/outbox";
import type { PricedOrder } from "../domain/price-order";
import type { PostalAddress } from "../../../contracts/common";
import { ORDER_COLUMNS, type OrderRow } from "./order-row";

/** Names one request of one user. */
export interface RequestKey {
  readonly userId: string;
  readonly key: string;
  /** Hash of what was asked for. */
  readonly fingerprint: string;
}

export type Lease =
  /** `deadline` (ISO 8601): when an order placed now has to be settled, by the clock that will judge it. */
  | { readonly state: "taken"; readonly deadline: string }
  | { readonly state: "running"; readonly fingerprint: string }
  | { readonly state: "done"; readonly fingerprint: string; readonly order: OrderRow };

/**
 * Longer than the deadline of a checkout; whoever takes a lease over after a crash is safe all the
 * same, since an order with the same key cannot be written twice.
 */
const LEASE = "interval '15 seconds'";

/** Begins a request, unless it was answered before or is running this moment. */
export async function takeLease(
  db: Database,
  request: RequestKey,
  timeoutMs: number,
): Promise<Lease> {
  const { userId, key, fingerprint } = request;
  const [taken] = await db.query<{ deadline: Date }>(
    `INSERT INTO checkout_lease AS l (user_id, idempotency_key, fingerprint, expires_at)
     SELECT $1, $2, $3, now() + ${LEASE}
     WHERE NOT EXISTS (SELECT FROM orders WHERE user_id = $1 AND idempotency_key = $2)
     ON CONFLICT (user_id, idempotency_key) DO UPDATE
       SET expires_at = excluded.expires_at, fingerprint = excluded.fingerprint
       WHERE l.expires_at < now()
     RETURNING now() + $4::int * interval '1 millisecond' AS deadline`,
    [userId, key, fingerprint, timeoutMs],
  );
  if (taken) return { state: "taken", deadline: taken.deadline.toISOString() };
  const placed = await findPlaced(db, request);
  if (placed) return placed;
  const [running] = await db.query<{ fingerprint: string }>(
    "SELECT fingerprint FROM checkout_lease WHERE user_id = $1 AND idempotency_key = $2",
    [userId, key],
  );
  // Neither there: the other request ended without an order between the two statements.
  return { state: "running", fingerprint: running?.fingerprint ?? fingerprint };
}

export async function findPlaced(
  db: Database,
  { userId, key }: RequestKey,
): Promise<Extract<Lease, { state: "done" }> | null> {
  const [order] = await db.query<OrderRow & { fingerprint: string }>(
    `SELECT ${ORDER_COLUMNS}, fingerprint FROM orders WHERE user_id = $1 AND idempotency_key = $2`,
    [userId, key],
  );
  return order ? { state: "done", fingerprint: order.fingerprint, order } : null;
}

export const dropLease = (db: Database, { userId, key }: RequestKey): Promise<unknown> =>
  db.query("DELETE FROM checkout_lease WHERE user_id = $1 AND idempotency_key = $2", [userId, key]);

export interface NewOrder extends PricedOrder {
  readonly id: string;
  readonly number: string;
  readonly request: RequestKey;
  readonly shippingAddress: PostalAddress;
  readonly paymentMethod: string;
  /** In upper case, as the coupon itself. */
  readonly couponCode: string | null;
  readonly cart: { readonly id: string; readonly version: number } | null;
  /** ISO 8601, from the database's clock. */
  readonly deadline: string;
}

/** Writes the order, its first history entry and its event, and ends the lease, in one statement. */
export async function insertOrder(
  db: Queryable,
  order: NewOrder,
  eventsJson: string,
): Promise<OrderRow> {
  const { request, total, cart } = order;
  const [row] = await db.query<OrderRow>(
    `WITH published AS (${insertEvents(1)}),
     freed AS (DELETE FROM checkout_lease WHERE user_id = $4 AND idempotency_key = $14),
     placed AS (
       INSERT INTO orders (id, number, user_id, status, items, currency, subtotal, discount, shipping,
         tax, total, shipping_address, payment_method, idempotency_key, fingerprint, cart_id,
         cart_version, deadline, coupon_code)
       VALUES ($2, $3, $4, 'pending', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
       RETURNING ${ORDER_COLUMNS}
     ),
     noted AS (INSERT INTO order_history (order_id, version, status) VALUES ($2, 1, 'pending'))
     SELECT * FROM placed`,
    [
      eventsJson,
      order.id,
      order.number,
      request.userId,
      JSON.stringify(order.items),
      total.currency,
      order.subtotal.amount,
      order.discount.amount,
      order.shipping.amount,
      order.tax.amount,
      total.amount,
      JSON.stringify(order.shippingAddress),
      order.paymentMethod,
      request.key,
      request.fingerprint,
      cart?.id ?? null,
      cart?.version ?? null,
      order.deadline,
      order.couponCode,
    ],
  );
  if (!row) throw new Error("an INSERT without a row");
  return row;
}
