import type { SqlCheck } from "./sql-check";

export const orderSqlChecks: readonly SqlCheck[] = [
  {
    id: "O2",
    when: "Q",
    database: "orders",
    title: "no order is pending past its deadline",
    values: ({ sweepSeconds }) => [sweepSeconds],
    sql: `SELECT id, number, created_at, deadline FROM orders
      WHERE status = 'pending' AND deadline < now() - $1::int * interval '1 second'`,
  },
  {
    id: "O2",
    when: "Q",
    database: "orders",
    title: "what ends the wait of an order is not handled without an end of the wait",
    values: ({ sweepSeconds }) => [sweepSeconds],
    // Whichever comes first moves a pending order, in the transaction that handles it. A move may
    // have waited for its row lock, but not for long.
    sql: `SELECT i.event_id, i.name, i.aggregate_id, i.handled_at, h.status, h.at FROM inbox i
      LEFT JOIN order_history h ON h.order_id = i.aggregate_id::uuid AND h.version = 2
      WHERE i.name IN ('stock.rejected', 'payment.completed', 'payment.failed') AND i.status = 'done'
        AND coalesce(h.at, now()) > i.handled_at + $1::int * interval '1 second'`,
  },
  {
    id: "O3",
    when: "A",
    database: "orders",
    title: "a coupon is used by the orders that stand with it, for their user, and by no other",
    sql: `SELECT coalesce(o.id, u.order_id) AS id, o.status, o.coupon_code, u.code AS used,
        o.user_id AS "user", u.user_id AS "usedBy"
      FROM orders o FULL JOIN coupon_use u ON u.order_id = o.id
      WHERE u.code IS DISTINCT FROM CASE WHEN o.status <> 'cancelled' THEN o.coupon_code END
        OR u.user_id <> o.user_id`,
  },
  {
    id: "O3",
    when: "A",
    database: "orders",
    title: "a coupon counts its uses",
    sql: `SELECT c.code, c.uses, count(u.order_id) AS orders FROM coupon c
      LEFT JOIN coupon_use u USING (code) GROUP BY c.code HAVING c.uses <> count(u.order_id)`,
  },
  {
    id: "N1",
    when: "A",
    database: "notifications",
    title: "one notification at most for an event, a user and a channel",
    sql: `SELECT event_id, user_id, channel, count(*) AS notifications FROM notification
      GROUP BY event_id, user_id, channel HAVING count(*) > 1`,
  },
];
