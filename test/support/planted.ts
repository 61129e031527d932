import type { DatabaseName } from "../../verify/check";

/** A wrong row, as SQL on one database of a healthy shop, and the claims that it breaks. */
export interface Planted {
  /** What is wrong. */
  readonly wrong: string;
  readonly database: DatabaseName;
  readonly sql: string;
  /** Exactly the invariants that must be reported. */
  readonly breaks: readonly string[];
}

const orderOf = (condition: string): string => `(SELECT id FROM orders WHERE ${condition} LIMIT 1)`;
const paymentOf = (status: string): string =>
  `(SELECT order_id FROM payment WHERE status = '${status}' LIMIT 1)`;
const committed = "(SELECT order_id FROM reservation WHERE status = 'committed' LIMIT 1)";
const constraint = (table: string, ...names: string[]): string =>
  names.map((name) => `ALTER TABLE ${table} DROP CONSTRAINT ${name} CASCADE;`).join(" ");

const money: readonly Planted[] = [
  {
    wrong: "a ledger transaction does not balance",
    database: "payments",
    sql: `ALTER TABLE ledger_entry DISABLE TRIGGER USER;
      UPDATE ledger_entry SET amount = amount - 1 WHERE id = (SELECT min(id) FROM ledger_entry WHERE account = 'sales');
      ALTER TABLE ledger_entry ENABLE TRIGGER USER`,
    breaks: ["M1"],
  },
  {
    wrong: "the ledger can be changed",
    database: "payments",
    sql: "DROP TRIGGER ledger_entry_append_only ON ledger_entry",
    breaks: ["M1"],
  },
  {
    wrong: "a capture is booked twice",
    database: "payments",
    sql: `INSERT INTO ledger_tx (tx_id, order_id, reference)
      VALUES ('00000000-0000-7000-8000-000000000001', ${paymentOf("captured")}, 'again');
      INSERT INTO ledger_entry (tx_id, account, amount, currency) VALUES
        ('00000000-0000-7000-8000-000000000001', 'provider', 5, 'EUR'),
        ('00000000-0000-7000-8000-000000000001', 'sales', -5, 'EUR')`,
    breaks: ["M1"],
  },
  {
    wrong: "neither the capture nor the refund of an order is booked",
    database: "payments",
    sql: `ALTER TABLE ledger_entry DISABLE TRIGGER USER; ALTER TABLE ledger_tx DISABLE TRIGGER USER;
      DELETE FROM ledger_entry WHERE tx_id IN (SELECT tx_id FROM ledger_tx WHERE order_id = ${paymentOf("refunded")});
      DELETE FROM ledger_tx WHERE order_id = ${paymentOf("refunded")};
      ALTER TABLE ledger_entry ENABLE TRIGGER USER; ALTER TABLE ledger_tx ENABLE TRIGGER USER`,
    breaks: ["M1"],
  },
  {
    wrong: "a capture is booked in another currency",
    database: "payments",
    sql: `ALTER TABLE ledger_entry DISABLE TRIGGER USER;
      UPDATE ledger_entry SET currency = 'USD' WHERE tx_id = (SELECT min(tx_id::text)::uuid FROM ledger_tx);
      ALTER TABLE ledger_entry ENABLE TRIGGER USER`,
    breaks: ["M1"],
  },
  {
    wrong: "more was captured than authorised",
    database: "payments",
    sql: `${constraint("payment", "payment_covers_capture")}
      UPDATE payment SET amount = amount - 1 WHERE order_id = ${paymentOf("captured")}`,
    breaks: ["M2"],
  },
  {
    wrong: "a payment counts a refund that is not there",
    database: "payments",
    sql: "UPDATE payment SET refunding = 1 WHERE status = 'partially_refunded'",
    breaks: ["M2"],
  },
  {
    wrong: "a payment is in another currency than its order",
    database: "payments",
    sql: "UPDATE payment SET currency = 'USD' WHERE status = 'declined'",
    breaks: ["M2"],
  },
  {
    wrong: "the provider took and gave back what we know nothing of",
    database: "sandbox",
    sql: "UPDATE charge SET status = 'succeeded', refunded = amount WHERE status = 'failed'",
    breaks: ["M3"],
  },
  {
    wrong: "a refund of ours is not the provider's",
    database: "sandbox",
    sql: "UPDATE refund SET id = 're_other' WHERE id = (SELECT id FROM refund LIMIT 1)",
    breaks: ["M3"],
  },
  {
    wrong: "a payment names another charge than its own",
    database: "payments",
    sql: `UPDATE payment SET charge_id = 'ch_other' WHERE order_id = ${paymentOf("captured")}`,
    breaks: ["M3"],
  },
  {
    wrong: "a charge that was refused is gone",
    database: "sandbox",
    sql: "DELETE FROM charge WHERE status = 'failed'",
    breaks: ["M3"],
  },
  {
    wrong: "a charge has no payment",
    database: "sandbox",
    sql: `INSERT INTO charge (id, idempotency_key, order_id, amount, currency, method, status)
      VALUES ('ch_stray', 'stray', gen_random_uuid(), 5, 'EUR', 'pm_card_visa', 'failed')`,
    breaks: ["M3"],
  },
  {
    wrong: "the provider keeps the money of a cancelled order",
    database: "sandbox",
    sql: "UPDATE charge SET status = 'succeeded' WHERE status = 'failed'",
    breaks: ["M3", "M4"],
  },
  {
    wrong: "an order is charged twice, once under a fresh key",
    database: "sandbox",
    sql: `INSERT INTO charge (id, idempotency_key, order_id, amount, currency, method, status)
      SELECT id || '-2', idempotency_key || '-2', order_id, amount, currency, method, status FROM charge
      WHERE status = 'succeeded' AND refunded = 0 LIMIT 1`,
    breaks: ["M3", "M4", "M5"],
  },
  {
    wrong: "an order that stands costs more than was charged",
    database: "orders",
    sql: `UPDATE orders SET shipping = shipping + 1, total = total + 1 WHERE id = ${orderOf("status = 'confirmed'")}`,
    breaks: ["M2", "M5"],
  },
  {
    wrong: "a total does not add up",
    database: "orders",
    sql: `${constraint("orders", "orders_total")}
      UPDATE orders SET discount = discount + 1 WHERE id = ${orderOf("status = 'delivered'")}`,
    breaks: ["M6"],
  },
  {
    wrong: "a line does not add up",
    database: "orders",
    sql: `UPDATE orders SET items = replace(items::text, '"quantity":1', '"quantity":1.0')::json
      WHERE false; UPDATE orders SET items = regexp_replace(items::text, '("lineTotal": ?\\{"amount": ?)2500', '\\12499')::json
      WHERE id = ${orderOf("status = 'delivered'")}`,
    breaks: ["M6"],
  },
  {
    wrong: "one idempotency key placed two orders",
    database: "orders",
    sql: `${constraint("orders", "orders_request")}
      UPDATE orders SET idempotency_key = 'same' WHERE status = 'confirmed'`,
    breaks: ["M7"],
  },
  {
    wrong: "one cart was ordered twice",
    database: "orders",
    sql: `${constraint("orders", "orders_cart")}
      UPDATE orders SET cart_id = '00000000-0000-7000-8000-000000000001', cart_version = 1 WHERE status = 'confirmed'`,
    breaks: ["M7"],
  },
  {
    wrong: "a payment has waited for an hour",
    database: "payments",
    sql: `UPDATE payment SET status = 'requested', next_attempt_at = now(), created_at = now() - interval '1 hour'
      WHERE status = 'declined'`,
    breaks: ["M8"],
  },
  {
    wrong: "a refund has waited for an hour",
    database: "payments",
    sql: `UPDATE payment SET refunding = 1 WHERE status = 'partially_refunded';
      INSERT INTO refund (id, order_id, amount, reason, created_at)
      SELECT gen_random_uuid(), order_id, 1, '', now() - interval '1 hour' FROM payment
      WHERE status = 'partially_refunded'`,
    breaks: ["M5", "M8"],
  },
];

const stock: readonly Planted[] = [
  {
    wrong: "there is less than nothing on hand",
    database: "inventory",
    sql: `${constraint("stock", "stock_on_hand_check", "stock_covers_reserved")}
      UPDATE stock SET on_hand = -1 WHERE sku = 'B-1';
      INSERT INTO stock_movement (sku, delta, reason) VALUES ('B-1', -51, 'lost')`,
    breaks: ["S1"],
  },
  {
    wrong: "more is reserved than is held",
    database: "inventory",
    sql: "UPDATE stock SET reserved = 1 WHERE sku = 'B-1'",
    breaks: ["S2"],
  },
  {
    wrong: "stock appeared from nowhere",
    database: "inventory",
    sql: "UPDATE stock SET on_hand = on_hand + 1 WHERE sku = 'B-1'",
    breaks: ["S3"],
  },
  {
    wrong: "an order has its stock twice",
    database: "inventory",
    sql: `${constraint("reservation", "reservation_pkey")}
      INSERT INTO reservation SELECT * FROM reservation WHERE order_id = ${committed}`,
    breaks: ["S4", "S5"],
  },
  {
    wrong: "a confirmed order has no stock",
    database: "inventory",
    sql: `DELETE FROM reservation WHERE order_id = ${committed}`,
    breaks: ["S5", "S6"],
  },
  {
    wrong: "a hold of an order that is over was not released",
    database: "inventory",
    sql: `UPDATE stock SET reserved = reserved + 1 WHERE sku = 'A-1';
      UPDATE reservation SET status = 'held', expires_at = now() + interval '1 hour'
      WHERE order_id = (SELECT r.order_id FROM reservation r LEFT JOIN stock_movement m USING (order_id)
        WHERE r.status = 'released' AND m.id IS NULL)`,
    breaks: ["S5"],
  },
  {
    wrong: "an order got something else than it ordered",
    database: "inventory",
    sql: `UPDATE reservation SET lines = '[{"sku":"B-1","quantity":1}]' WHERE order_id = ${committed}`,
    breaks: ["S5", "S6"],
  },
  {
    wrong: "more was sold than was supplied",
    database: "inventory",
    sql: `INSERT INTO stock_movement (sku, delta, reason, order_id)
      VALUES ('A-1', -100, 'lost', NULL), ('A-1', 100, 'sold', gen_random_uuid())`,
    breaks: ["S6"],
  },
  {
    wrong: "what an order bought left the shelf twice",
    database: "inventory",
    sql: `INSERT INTO stock_movement (sku, delta, reason, order_id)
      VALUES ('A-1', -1, 'sold', ${committed}), ('A-1', 1, 'returned', ${committed})`,
    breaks: ["S6"],
  },
  {
    wrong: "something was sold to no order",
    database: "inventory",
    sql: `INSERT INTO stock_movement (sku, delta, reason, order_id) VALUES ('A-1', -1, 'sold', gen_random_uuid());
      UPDATE stock SET on_hand = on_hand - 1 WHERE sku = 'A-1'`,
    breaks: ["S6"],
  },
  {
    wrong: "nobody knows any more what a cancelled order had bought",
    database: "inventory",
    sql: `DELETE FROM reservation WHERE order_id = (SELECT r.order_id FROM reservation r
      JOIN stock_movement USING (order_id) WHERE status = 'released' LIMIT 1)`,
    breaks: ["S6"],
  },
  {
    wrong: "a hold is past its end",
    database: "inventory",
    sql: `UPDATE stock SET reserved = reserved + 1 WHERE sku = 'A-1';
      UPDATE reservation SET status = 'held', expires_at = now() - interval '1 hour'
      WHERE order_id = (SELECT r.order_id FROM reservation r LEFT JOIN stock_movement m USING (order_id)
        WHERE r.status = 'released' AND m.id IS NULL)`,
    breaks: ["S5", "S7"],
  },
];

const steps: readonly Planted[] = [
  {
    wrong: "an order skipped a version",
    database: "orders",
    sql: `UPDATE orders SET version = version + 1 WHERE id = ${orderOf("status = 'confirmed'")}`,
    breaks: ["O1"],
  },
  {
    wrong: "an order left a final status",
    database: "orders",
    sql: `UPDATE orders SET version = version + 2 WHERE id = ${orderOf("status = 'refunded'")};
      INSERT INTO order_history (order_id, version, status)
      SELECT id, version - 1, 'confirmed' FROM orders WHERE status = 'refunded'
      UNION ALL SELECT id, version, 'refunded' FROM orders WHERE status = 'refunded'`,
    breaks: ["E1", "O1"],
  },
  {
    wrong: "an order is pending past its deadline",
    database: "orders",
    sql: `UPDATE orders SET status = 'pending', version = 1, cancel_reason = NULL, deadline = now() - interval '1 hour'
      WHERE cancel_reason = 'OUT_OF_STOCK';
      DELETE FROM order_history WHERE version > 1 AND order_id = ${orderOf("status = 'pending'")}`,
    breaks: ["N2", "O2", "O4"],
  },
  {
    wrong: "a payment was handled, and its order waited on",
    database: "orders",
    sql: `UPDATE order_history SET at = at + interval '1 minute'
      WHERE version = 2 AND order_id = ${orderOf("cancel_reason = 'PAYMENT_DECLINED'")}`,
    breaks: ["O2"],
  },
  {
    wrong: "the use of a coupon is gone",
    database: "orders",
    sql: "DELETE FROM coupon_use",
    breaks: ["O3"],
  },
  {
    wrong: "no order used a coupon, and its use counts",
    database: "orders",
    sql: `INSERT INTO coupon_use SELECT gen_random_uuid(), code, user_id FROM coupon_use;
      UPDATE coupon SET uses = uses + 1`,
    breaks: ["O3"],
  },
  {
    wrong: "a coupon was used by somebody else than who ordered",
    database: "orders",
    sql: "UPDATE coupon_use SET user_id = gen_random_uuid()",
    breaks: ["O3"],
  },
  {
    wrong: "a coupon miscounts its uses",
    database: "orders",
    sql: "UPDATE coupon SET uses = uses + 1",
    breaks: ["O3"],
  },
  {
    wrong: "an order stands, and was undone all the same",
    database: "orders",
    sql: `DELETE FROM order_history WHERE status = 'refunded';
      UPDATE orders SET status = 'confirmed', version = version - 1 WHERE status = 'refunded'`,
    breaks: ["O3", "O4", "S5"],
  },
  {
    wrong: "a confirmed order has no shipment",
    database: "shipping",
    sql: `DELETE FROM shipment WHERE order_id = (SELECT order_id FROM shipment WHERE status = 'preparing' LIMIT 1)`,
    breaks: ["O4"],
  },
  {
    wrong: "a parcel goes to somebody else",
    database: "shipping",
    sql: `UPDATE shipment SET user_id = gen_random_uuid() WHERE status = 'delivered'`,
    breaks: ["O5"],
  },
];

const first = (name: string): string => `(SELECT id FROM outbox WHERE name = '${name}' LIMIT 1)`;

const events: readonly Planted[] = [
  {
    wrong: "an event was not published",
    database: "payments",
    sql: `UPDATE outbox SET published_at = NULL WHERE id = ${first("payment.completed")}`,
    breaks: ["E1"],
  },
  {
    wrong: "an event was handled that nobody published",
    database: "shipping",
    sql: "DELETE FROM outbox WHERE name = 'shipment.delivered'",
    breaks: ["E1", "E2"],
  },
  {
    wrong: "a consumer has not handled an event",
    database: "inventory",
    sql: `DELETE FROM inbox WHERE event_id = (SELECT event_id FROM inbox WHERE name = 'order.confirmed' LIMIT 1)`,
    breaks: ["E3"],
  },
  {
    wrong: "an event was acknowledged away",
    database: "orders",
    sql: `UPDATE inbox SET status = 'dead'
      WHERE event_id = (SELECT event_id FROM inbox WHERE name = 'payment.completed' LIMIT 1)`,
    breaks: ["E3"],
  },
  {
    wrong: "an event is parked for ever",
    database: "shipping",
    sql: `UPDATE inbox SET status = 'parked'
      WHERE event_id = (SELECT event_id FROM inbox WHERE name = 'order.confirmed' LIMIT 1)`,
    breaks: ["E3"],
  },
  {
    wrong: "two events of an aggregate have one sequence",
    database: "orders",
    sql: `${constraint("outbox", "outbox_aggregate_id_seq_key")}
      UPDATE outbox SET seq = 1 WHERE id = ${first("order.confirmed")}`,
    breaks: ["E1", "E4"],
  },
  {
    wrong: "a consumer handled one sequence under two ids",
    database: "notifications",
    sql: `UPDATE inbox SET seq = 1 WHERE name = 'order.confirmed'`,
    breaks: ["E4"],
  },
  {
    wrong: "an event belongs to another story",
    database: "shipping",
    sql: "UPDATE outbox SET correlation_id = 'elsewhere' WHERE name = 'shipment.delivered'",
    breaks: ["E5"],
  },
  {
    wrong: "the cause of an event does not exist",
    database: "payments",
    sql: "UPDATE outbox SET causation_id = gen_random_uuid() WHERE name = 'payment.completed'",
    breaks: ["E5"],
  },
  {
    wrong: "an event is its own cause",
    database: "payments",
    sql: "UPDATE outbox SET causation_id = id WHERE name = 'payment.completed'",
    breaks: ["E5"],
  },
  {
    wrong: "a step of the saga came out of nothing",
    database: "payments",
    sql: "UPDATE outbox SET causation_id = NULL WHERE name = 'payment.completed'",
    breaks: ["E5"],
  },
  {
    wrong: "somebody was told twice",
    database: "notifications",
    sql: `${constraint("notification", "notification_once")}
      INSERT INTO notification (id, event_id, user_id, order_id, channel, template, facts, subject)
      SELECT gen_random_uuid(), event_id, user_id, order_id, channel, template, facts, subject
      FROM notification LIMIT 1`,
    breaks: ["N1"],
  },
  {
    wrong: "somebody was not told",
    database: "notifications",
    sql: "DELETE FROM notification WHERE template = 'shipment-delivered'",
    breaks: ["N1"],
  },
  {
    wrong: "somebody was told of a confirmation that never was",
    database: "notifications",
    sql: `INSERT INTO notification (id, event_id, user_id, order_id, channel, template, facts, subject)
      SELECT gen_random_uuid(), gen_random_uuid(), user_id, order_id, 'sms', 'order-confirmed', facts, subject
      FROM notification n WHERE template = 'order-cancelled' AND NOT EXISTS (SELECT FROM notification o
        WHERE o.order_id = n.order_id AND o.template = 'order-confirmed') LIMIT 1`,
    breaks: ["N2"],
  },
];

/** A step that nobody is told of: its event is gone, or named otherwise, as if it had never been written. */
const silent: readonly Planted[] = [
  {
    wrong: "nobody was told that an order was sent off",
    database: "orders",
    sql: `UPDATE orders SET dispatch = '{"carrier":"DHL","trackingNumber":"1"}', version = version + 1
      WHERE id = ${orderOf("status = 'confirmed'")}`,
    breaks: ["E1", "O4"],
  },
  {
    wrong: "nobody was told that an order was refunded",
    database: "orders",
    sql: "UPDATE outbox SET name = 'order.other' WHERE name = 'order.refunded'",
    breaks: ["E1"],
  },
  {
    wrong: "nobody was told that stock was held",
    database: "inventory",
    sql: `UPDATE outbox SET name = 'stock.other' WHERE id = ${first("stock.reserved")}`,
    breaks: ["E1"],
  },
  {
    wrong: "nobody was told that stock was given back",
    database: "inventory",
    sql: `UPDATE outbox SET seq = seq + 1 WHERE id = ${first("stock.released")}`,
    breaks: ["E1"],
  },
  {
    wrong: "nobody was told of a capture",
    database: "payments",
    sql: `UPDATE outbox SET name = 'payment.other' WHERE id = ${first("payment.completed")}`,
    breaks: ["E1"],
  },
  {
    wrong: "nobody was told of a refund",
    database: "payments",
    sql: `UPDATE outbox SET payload = '{}' WHERE id = ${first("payment.refunded")}`,
    breaks: ["E1"],
  },
  {
    wrong: "nobody was told of a parcel",
    database: "shipping",
    sql: "UPDATE outbox SET name = 'shipment.other' WHERE name = 'shipment.dispatched'",
    breaks: ["E1"],
  },
];

export const plantedRows: readonly Planted[] = [...money, ...stock, ...steps, ...events, ...silent];
