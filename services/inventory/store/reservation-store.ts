import type { SkuQuantity } from "../../../contracts/common";
import type { Queryable } from "../../../lib/store/database";
import type { StockRow } from "../domain/stock-level";

export interface ChangedStock extends StockRow {
  readonly version: number;
  /** By how much what is available changed. */
  readonly delta: number;
}

export interface HoldOutcome {
  /** `known`: the order was held, rejected or ended before; nothing was done now. */
  readonly status: "held" | "rejected" | "known";
  readonly expiresAt: string | null;
  readonly short: SkuQuantity[];
  readonly changed: ChangedStock[];
}

/** Aggregated by SKU and in one order everywhere, so that two orders never wait for each other. */
const WANTED = `wanted AS MATERIALIZED (
    SELECT sku, sum(quantity)::int AS quantity
    FROM json_to_recordset($2::json) AS line(sku text, quantity int) GROUP BY sku
  )`;

const CHANGED = `coalesce((SELECT json_agg(json_build_object('sku', sku, 'on_hand', on_hand,
    'reserved', reserved, 'version', version, 'delta', delta)) FROM changed), '[]')`;

/** Holds all lines of an order or none, in one statement; `expiresAt` is the latest end of the hold. */
export async function holdStock(
  tx: Queryable,
  orderId: string,
  lines: readonly SkuQuantity[],
  expiresAt: string,
): Promise<HoldOutcome> {
  const [row] = await tx.query<HoldOutcome>(
    `WITH ${WANTED},
     locked AS MATERIALIZED (
       SELECT s.sku, s.on_hand - s.reserved AS available
       FROM stock s WHERE s.sku IN (SELECT sku FROM wanted) ORDER BY s.sku FOR UPDATE
     ),
     short AS MATERIALIZED (
       SELECT w.sku, w.quantity FROM wanted w LEFT JOIN locked l USING (sku)
       WHERE coalesce(l.available, 0) < w.quantity
     ),
     claimed AS (
       INSERT INTO reservation (order_id, status, lines, expires_at)
       SELECT $1, CASE WHEN EXISTS (SELECT FROM short) THEN 'rejected' ELSE 'held' END,
         (SELECT json_agg(w) FROM wanted w), $3
       ON CONFLICT (order_id) DO NOTHING RETURNING status, expires_at
     ),
     changed AS (
       UPDATE stock s SET reserved = s.reserved + w.quantity, version = s.version + 1, updated_at = now()
       FROM wanted w WHERE s.sku = w.sku AND (SELECT status FROM claimed) = 'held'
       RETURNING s.sku, s.on_hand, s.reserved, s.version, -w.quantity AS delta
     )
     SELECT coalesce((SELECT status FROM claimed), 'known') AS status,
       (SELECT to_char(expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') FROM claimed) AS "expiresAt",
       coalesce((SELECT json_agg(s) FROM short s), '[]') AS short, ${CHANGED} AS changed`,
    [orderId, JSON.stringify(lines), expiresAt],
  );
  if (!row) throw new Error("a SELECT of constants without a row");
  return row;
}

/** Turns a held order into a sale: the units leave the house. False when it was not held any more. */
export async function commitHold(tx: Queryable, orderId: string): Promise<boolean> {
  const rows = await tx.query(
    `WITH ended AS (
       UPDATE reservation SET status = 'committed', version = version + 1, updated_at = now()
       WHERE order_id = $1 AND status = 'held' RETURNING lines
     ),
     wanted AS MATERIALIZED (
       SELECT line.* FROM ended, json_to_recordset(ended.lines) AS line(sku text, quantity int)
     ),
     locked AS MATERIALIZED (
       SELECT sku FROM stock WHERE sku IN (SELECT sku FROM wanted) ORDER BY sku FOR UPDATE
     ),
     changed AS (
       UPDATE stock s SET on_hand = s.on_hand - w.quantity, reserved = s.reserved - w.quantity,
         version = s.version + 1, updated_at = now()
       FROM wanted w WHERE s.sku = w.sku AND w.sku IN (SELECT sku FROM locked)
     ),
     moved AS (
       INSERT INTO stock_movement (sku, delta, reason, order_id)
       SELECT sku, -quantity, 'sold', $1 FROM wanted
     )
     SELECT 1 FROM ended`,
    [orderId],
  );
  return rows.length > 0;
}

export interface ReleaseOutcome {
  readonly version: number;
  readonly lines: SkuQuantity[];
  readonly changed: ChangedStock[];
}

/**
 * Ends a reservation: what was held is free, what was sold (and did not leave the house) is back on
 * the shelf. Null when there was nothing to give back; an order that was never held is remembered
 * as ended, in case its hold comes late.
 */
export async function releaseStock(tx: Queryable, orderId: string): Promise<ReleaseOutcome | null> {
  // By itself: a statement that had to wait for a hold to commit would not see it.
  const remembered = await tx.query(
    `INSERT INTO reservation (order_id, status, lines) VALUES ($1, 'released', '[]')
     ON CONFLICT (order_id) DO NOTHING RETURNING order_id`,
    [orderId],
  );
  if (remembered.length > 0) return null;
  const [row] = await tx.query<ReleaseOutcome>(
    `WITH before AS MATERIALIZED (
       SELECT status, lines FROM reservation WHERE order_id = $1 FOR UPDATE
     ),
     ended AS (
       UPDATE reservation SET status = 'released', version = version + 1, updated_at = now()
       WHERE order_id = $1 AND (SELECT status FROM before) IN ('held', 'committed') RETURNING version, lines
     ),
     wanted AS MATERIALIZED (
       SELECT line.*, (SELECT status FROM before) = 'committed' AS sold
       FROM ended, json_to_recordset(ended.lines) AS line(sku text, quantity int)
     ),
     locked AS MATERIALIZED (
       SELECT sku FROM stock WHERE sku IN (SELECT sku FROM wanted) ORDER BY sku FOR UPDATE
     ),
     changed AS (
       UPDATE stock s SET version = s.version + 1, updated_at = now(),
         on_hand = s.on_hand + CASE WHEN w.sold THEN w.quantity ELSE 0 END,
         reserved = s.reserved - CASE WHEN w.sold THEN 0 ELSE w.quantity END
       FROM wanted w WHERE s.sku = w.sku AND w.sku IN (SELECT sku FROM locked)
       RETURNING s.sku, s.on_hand, s.reserved, s.version, w.quantity AS delta
     ),
     moved AS (
       INSERT INTO stock_movement (sku, delta, reason, order_id)
       SELECT sku, quantity, 'returned to the shelf', $1 FROM wanted WHERE sold
     )
     SELECT version, lines, ${CHANGED} AS changed FROM ended`,
    [orderId],
  );
  return row ?? null;
}

/** Orders whose hold is past its end, by the database's clock. */
export const expiredHolds = (db: Queryable, limit: number): Promise<{ order_id: string }[]> =>
  db.query(
    "SELECT order_id FROM reservation WHERE status = 'held' AND expires_at < now() ORDER BY expires_at LIMIT $1",
    [limit],
  );

/** The order is alive after all: look again later. */
export const extendHold = (db: Queryable, orderId: string): Promise<unknown> =>
  db.query(
    "UPDATE reservation SET expires_at = now() + interval '1 minute' WHERE order_id = $1 AND status = 'held'",
    [orderId],
  );
