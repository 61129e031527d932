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
    id: "O3",
    when: "A",
    database: "orders",
    title: "a coupon is used by the orders that stand with it, and by none that was cancelled",
    sql: `SELECT o.id, o.status, o.coupon_code, u.code AS used FROM orders o
      LEFT JOIN coupon_use u ON u.order_id = o.id
      WHERE u.code IS DISTINCT FROM CASE WHEN o.status <> 'cancelled' THEN o.coupon_code END`,
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
