import type { SqlCheck } from "./sql-check";

const LINES = `json_to_recordset(r.lines) AS line(sku text, quantity int)`;

export const stockChecks: readonly SqlCheck[] = [
  {
    id: "S1",
    when: "A",
    database: "inventory",
    title: "0 ≤ reserved ≤ on hand of every SKU",
    sql: `SELECT sku, on_hand, reserved FROM stock
      WHERE on_hand < 0 OR reserved < 0 OR reserved > on_hand`,
  },
  {
    id: "S2",
    when: "A",
    database: "inventory",
    title: "reserved = Σ quantities of the reservations that are held",
    sql: `SELECT sku, s.reserved, h.held FROM stock s FULL JOIN (
        SELECT line.sku, sum(line.quantity) AS held FROM reservation r, ${LINES}
        WHERE r.status = 'held' GROUP BY line.sku) h USING (sku)
      WHERE coalesce(s.reserved, 0) <> coalesce(h.held, 0)`,
  },
  {
    id: "S3",
    when: "A",
    database: "inventory",
    title: "on hand = Σ movements",
    sql: `SELECT sku, s.on_hand, m.moved FROM stock s FULL JOIN (
        SELECT sku, sum(delta) AS moved FROM stock_movement GROUP BY sku) m USING (sku)
      WHERE coalesce(s.on_hand, 0) <> coalesce(m.moved, 0)`,
  },
  {
    id: "S4",
    when: "A",
    database: "inventory",
    title: "at most one live reservation for an order and SKU",
    sql: `SELECT r.order_id, line.sku, count(*) AS reservations FROM reservation r, ${LINES}
      WHERE r.status IN ('held', 'committed') GROUP BY r.order_id, line.sku HAVING count(*) > 1`,
  },
  {
    id: "S6",
    when: "Q",
    database: "inventory",
    title: "no more is sold than was ever supplied",
    sql: `SELECT sku, c.sold, m.supplied FROM (
        SELECT line.sku, sum(line.quantity) AS sold FROM reservation r, ${LINES}
        WHERE r.status = 'committed' GROUP BY line.sku) c
      LEFT JOIN (SELECT sku, sum(delta) AS supplied FROM stock_movement
        WHERE order_id IS NULL GROUP BY sku) m USING (sku)
      WHERE c.sold > coalesce(m.supplied, 0)`,
  },
  {
    id: "S6",
    when: "Q",
    database: "inventory",
    title: "what left the shelf for an order, or came back, was held for it",
    sql: `SELECT order_id, sku, delta, reason, at FROM stock_movement m
      WHERE order_id IS NOT NULL AND NOT EXISTS (SELECT FROM reservation r
        WHERE r.order_id = m.order_id AND r.status <> 'rejected')`,
  },
  {
    id: "S7",
    when: "Q",
    database: "inventory",
    title: "what is held past its end is released by the next sweep",
    values: ({ sweepSeconds }) => [sweepSeconds],
    sql: `SELECT order_id, lines, expires_at FROM reservation
      WHERE status = 'held' AND expires_at < now() - $1::int * interval '1 second'`,
  },
];
