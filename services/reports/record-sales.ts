import type { EventHandler } from "../../lib/messaging/event";
import { prorate } from "../../lib/money/prorate";

/**
 * What sales reports are made of. A sale is an order that was confirmed, on that day; what was given
 * back is told by payments alone, whether the order was refunded, in part or whole, or cancelled.
 */
export const recordSale: EventHandler<"order.confirmed", unknown> = async (event, work) => {
  const { orderId, items, discount, shipping, tax, total } = event.payload;
  const discounts = prorate(
    discount.amount,
    items.map(({ lineTotal }) => lineTotal.amount),
  );
  const lines = items.map(({ sku, productId, name, quantity, lineTotal }, line) => ({
    ...{ line, sku, product_id: productId, name, quantity },
    ...{ gross: lineTotal.amount, discount: discounts[line] ?? 0 },
  }));
  await work.query(
    `WITH sold AS (
       INSERT INTO sale (order_id, confirmed_at, currency, shipping, tax, total)
       VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING order_id
     )
     INSERT INTO sale_line (order_id, line, sku, product_id, name, category, quantity, gross, discount)
     SELECT sold.order_id, l.line, l.sku, l.product_id, l.name, p.category, l.quantity, l.gross, l.discount
     FROM sold, json_to_recordset($7::json) AS l(line int, sku text, product_id uuid, name text,
       quantity int, gross bigint, discount bigint)
     LEFT JOIN product_category p ON p.product_id = l.product_id`,
    [
      orderId,
      event.occurredAt,
      total.currency,
      shipping.amount,
      tax.amount,
      total.amount,
      JSON.stringify(lines),
    ],
  );
};

export const recordRefund: EventHandler<"payment.refunded", unknown> = async (event, work) => {
  const { refundId, orderId, amount } = event.payload;
  await work.query(
    `INSERT INTO refund (refund_id, order_id, refunded_at, currency, amount)
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
    [refundId, orderId, event.occurredAt, amount.currency, amount.amount],
  );
};

type ProductEvent = "product.created" | "product.updated" | "product.archived";

/** The first category of a product is the one that its sales count in, so that none counts twice. */
export const recordCategory: EventHandler<ProductEvent, unknown> = async (event, work) => {
  const { id, categories } = event.payload.product;
  await work.query(
    `INSERT INTO product_category AS p (product_id, category, version) VALUES ($1, $2, $3)
     ON CONFLICT (product_id) DO UPDATE SET category = excluded.category, version = excluded.version
       WHERE p.version < excluded.version`,
    [id, categories[0] ?? null, event.seq],
  );
};
