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

export interface Placed {
  readonly fingerprint: string;
  readonly order: OrderRow;
}

/**
 * What became of a request before, and when (ISO 8601, by the clock that will judge it) an order
 * placed now has to be settled.
 */
export async function lookUp(
  db: Database,
  { userId, key }: RequestKey,
  timeoutMs: number,
): Promise<{ deadline: string; placed: Placed | null }> {
  const [row] = await db.query<{ deadline: Date; fingerprint: string | null } & OrderRow>(
    `SELECT now() + $3::int * interval '1 millisecond' AS deadline, fingerprint, ${ORDER_COLUMNS}
     FROM (SELECT) one LEFT JOIN orders ON user_id = $1 AND idempotency_key = $2`,
    [userId, key, timeoutMs],
  );
  if (!row) throw new Error("an outer join without a row");
  const { fingerprint, deadline, ...order } = row;
  return {
    deadline: deadline.toISOString(),
    placed: fingerprint === null ? null : { fingerprint, order },
  };
}

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

/** Writes the order, its first history entry and its event, in one statement. */
export async function insertOrder(
  db: Queryable,
  order: NewOrder,
  eventsJson: string,
): Promise<OrderRow> {
  const { request, total, cart } = order;
  const [row] = await db.query<OrderRow>(
    `WITH published AS (${insertEvents(1)}),
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
