import type { DatabaseName, Limits } from "../check";
import type { SqlCheck } from "./sql-check";

/** `$1` is for how many hours no retention has taken an event. */
const KEPT = "now() - $1::float8 * interval '1 hour'";

/** A step that no event tells of is taken by nobody else: the next look at a clock ends the order. */
const announced = (
  database: DatabaseName,
  title: string,
  sql: string,
): SqlCheck & { readonly values: (limits: Limits) => readonly unknown[] } => ({
  id: "E1",
  when: "A",
  database,
  title,
  sql,
  values: ({ keptHours }) => [keptHours],
});

/** Each step of an order and the event that tells of it stand in one transaction. */
export const announcedChecks: readonly SqlCheck[] = [
  announced(
    "orders",
    "an order that was placed, confirmed, cancelled or refunded says so",
    `SELECT h.order_id, h.version, h.status, h.at FROM order_history h
      WHERE h.status IN ('pending', 'confirmed', 'cancelled', 'refunded') AND h.at > ${KEPT}
        AND NOT EXISTS (SELECT FROM outbox o WHERE o.aggregate_id = h.order_id::text AND o.seq = h.version
          AND o.name = CASE h.status WHEN 'pending' THEN 'order.created' ELSE 'order.' || h.status END)`,
  ),
  announced(
    "orders",
    "an order that was sent off says so",
    `SELECT id, number, status, dispatch, updated_at FROM orders
      WHERE dispatch IS NOT NULL AND updated_at > ${KEPT} AND NOT EXISTS (SELECT FROM outbox o
        WHERE o.aggregate_id = orders.id::text AND o.name = 'order.dispatch_requested')`,
  ),
  announced(
    "inventory",
    "stock that was held, refused or given back says so",
    `SELECT r.order_id, r.status, step.name AS missing FROM reservation r, LATERAL (
        SELECT CASE r.status WHEN 'rejected' THEN 'stock.rejected' ELSE 'stock.reserved' END AS name, 1 AS seq
        UNION ALL SELECT 'stock.released', r.version WHERE r.status = 'released') AS step
      WHERE r.created_at > ${KEPT}
        -- An order that ended before its stock was held is only remembered.
        AND (r.status <> 'released' OR json_array_length(r.lines) > 0)
        AND NOT EXISTS (SELECT FROM outbox o WHERE o.aggregate_id = r.order_id::text
          AND o.seq = step.seq AND o.name = step.name)`,
  ),
  announced(
    "payments",
    "money that was taken and kept says so",
    // What goes back at once is asked back in the transaction that booked it, so at the same now().
    `SELECT p.order_id, p.status, p.captured, t.created_at FROM ledger_tx t JOIN payment p USING (order_id)
      WHERE t.reference = 'charge:' || p.order_id AND p.captured > 0 AND t.created_at > ${KEPT}
        AND NOT EXISTS (SELECT FROM refund r
          WHERE r.order_id = p.order_id AND r.created_at = t.created_at AND r.amount = p.captured)
        AND NOT EXISTS (SELECT FROM outbox o
          WHERE o.aggregate_id = p.order_id::text AND o.name = 'payment.completed')`,
  ),
  announced(
    "payments",
    "money that was given back says so",
    // By pattern: a payload may hold texts that PostgreSQL refuses to take apart (\\u0000).
    `SELECT r.id, r.order_id, r.amount, t.created_at FROM refund r
      JOIN ledger_tx t ON t.reference = 'refund:' || r.id
      WHERE t.created_at > ${KEPT} AND NOT EXISTS (SELECT FROM outbox o
        WHERE o.aggregate_id = r.order_id::text AND o.name = 'payment.refunded'
          AND o.payload::text ~ ('"refundId": ?"' || r.id || '"'))`,
  ),
  announced(
    "shipping",
    "a parcel that was prepared, sent or delivered says so",
    `SELECT s.order_id, s.status, step.name AS missing FROM shipment s, LATERAL (VALUES
        ('shipment.created', s.prepared_at), ('shipment.dispatched', s.dispatched_at),
        ('shipment.delivered', s.delivered_at)) AS step (name, at)
      WHERE step.at > ${KEPT} AND NOT EXISTS (SELECT FROM outbox o
        WHERE o.aggregate_id = s.order_id::text AND o.name = step.name)`,
  ),
];
