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

export interface LookedUp {
  /** ISO 8601, by the clock that will judge it: when an order placed now has to be settled. */
  readonly deadline: string;
  /** What became of the request before. */
  readonly placed: Placed | null;
}

/** What is known of these requests, in their order. */
export async function lookUp(
  db: Database,
  requests: readonly RequestKey[],
  timeoutMs: number,
): Promise<LookedUp[]> {
  const rows = await db.query<{ deadline: Date; fingerprint: string | null } & OrderRow>(
    `SELECT now() + $3::int * interval '1 millisecond' AS deadline, fingerprint, ${ORDER_COLUMNS}
     FROM unnest($1::uuid[], $2::text[]) WITH ORDINALITY AS asked (who, key, place)
     LEFT JOIN orders ON user_id = who AND idempotency_key = key ORDER BY place`,
    [requests.map(({ userId }) => userId), requests.map(({ key }) => key), timeoutMs],
  );
  return rows.map(({ fingerprint, deadline, ...order }) => ({
    deadline: deadline.toISOString(),
    placed: fingerprint === null ? null : { fingerprint, order },
  }));
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

const NEW_COLUMNS = `id uuid, number text, user_id uuid, items json, currency text, subtotal bigint,
  discount bigint, shipping bigint, tax bigint, total bigint, shipping_address json, payment_method text,
  idempotency_key text, fingerprint text, cart_id uuid, cart_version bigint, deadline timestamptz, coupon_code text`;
const NEW_NAMES = NEW_COLUMNS.replace(/ (uuid|text|bigint|json|timestamptz)\b/g, "");

/** Orders as they are written, with the outbox rows of their events. */
export interface WrittenOrder {
  readonly order: NewOrder;
  readonly events: readonly object[];
}

/** Writes the orders, their first history entries and their events, in one statement; the rows in their order. */
export async function insertOrders(
  db: Queryable,
  written: readonly WrittenOrder[],
): Promise<OrderRow[]> {
  const rows = await db.query<OrderRow>(
    `WITH published AS (${insertEvents(1)}),
     placed AS (
       INSERT INTO orders (${NEW_NAMES}, status)
       SELECT ${NEW_NAMES}, 'pending' FROM json_to_recordset($2::json) AS o (${NEW_COLUMNS})
       RETURNING ${ORDER_COLUMNS}
     ),
     noted AS (INSERT INTO order_history (order_id, version, status) SELECT id, 1, 'pending' FROM placed)
     SELECT * FROM placed`,
    [
      JSON.stringify(written.flatMap(({ events }) => events)),
      JSON.stringify(written.map(({ order }) => toNewRow(order))),
    ],
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return written.map(({ order }) => {
    const row = byId.get(order.id);
    if (!row) throw new Error("an INSERT without a row");
    return row;
  });
}

const toNewRow = ({ request, cart, ...order }: NewOrder): object => ({
  id: order.id,
  number: order.number,
  user_id: request.userId,
  items: order.items,
  currency: order.total.currency,
  subtotal: order.subtotal.amount,
  discount: order.discount.amount,
  shipping: order.shipping.amount,
  tax: order.tax.amount,
  total: order.total.amount,
  shipping_address: order.shippingAddress,
  payment_method: order.paymentMethod,
  idempotency_key: request.key,
  fingerprint: request.fingerprint,
  cart_id: cart?.id ?? null,
  cart_version: cart?.version ?? null,
  deadline: order.deadline,
  coupon_code: order.couponCode,
});

export async function insertOrder(db: Queryable, written: WrittenOrder): Promise<OrderRow> {
  const [row] = await insertOrders(db, [written]);
  if (!row) throw new Error("one order, and no row");
  return row;
}
