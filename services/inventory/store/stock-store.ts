import type { Queryable } from "../../../lib/store/database";
import type { StockRow } from "../domain/stock-level";

export interface StockVersion extends StockRow {
  readonly version: number;
}

const RETURNING = "sku, on_hand, reserved, version";

export const findStock = async (db: Queryable, skus: readonly string[]): Promise<StockRow[]> =>
  db.query("SELECT sku, on_hand, reserved FROM stock WHERE sku = ANY($1)", [skus]);

/**
 * Rows for SKUs that are new, with their first stock; one that exists keeps what it has. A row without
 * any movement was made by a later event of the product, which came first: it gets its first stock now.
 */
export const addSkus = async (
  tx: Queryable,
  first: readonly { sku: string; onHand: number }[],
): Promise<void> => {
  await tx.query(
    `WITH added AS (
       INSERT INTO stock (sku, on_hand)
       SELECT sku, "onHand" FROM json_to_recordset($1::json) AS f(sku text, "onHand" int) ORDER BY sku
       ON CONFLICT (sku) DO NOTHING RETURNING sku, on_hand
     )
     INSERT INTO stock_movement (sku, delta, reason)
     SELECT sku, on_hand, 'first stock' FROM added WHERE on_hand > 0`,
    [JSON.stringify(first)],
  );
  const stocked = first.filter(({ onHand }) => onHand > 0);
  if (stocked.length === 0) return;
  await tx.query(
    `WITH given AS (
       UPDATE stock s SET on_hand = "onHand", updated_at = now()
       FROM json_to_recordset($1::json) AS f(sku text, "onHand" int)
       WHERE s.sku = f.sku AND s.version = 0 AND s.on_hand = 0 AND s.counted_batch IS NULL
       RETURNING s.sku, s.on_hand
     )
     INSERT INTO stock_movement (sku, delta, reason) SELECT sku, on_hand, 'first stock' FROM given`,
    [JSON.stringify(stocked)],
  );
};

/** Locks a SKU's row for the rest of the transaction. */
export async function lockStock(tx: Queryable, sku: string): Promise<StockVersion | null> {
  const rows = await tx.query<StockVersion>(
    `SELECT ${RETURNING} FROM stock WHERE sku = $1 FOR UPDATE`,
    [sku],
  );
  return rows[0] ?? null;
}

/** Changes what is on hand of a row that this transaction has locked, and writes down why. */
export async function moveStock(
  tx: Queryable,
  sku: string,
  delta: number,
  reason: string,
): Promise<StockVersion> {
  const [row] = await tx.query<StockVersion>(
    `WITH moved AS (INSERT INTO stock_movement (sku, delta, reason) VALUES ($1, $2, $3))
     UPDATE stock SET on_hand = on_hand + $2, version = version + 1, updated_at = now()
     WHERE sku = $1 RETURNING ${RETURNING}`,
    [sku, delta, reason],
  );
  if (!row) throw new Error(`stock row of ${sku} vanished under its lock`);
  return row;
}

export interface CountedRow extends StockRow {
  /** The batch that counted it last. */
  readonly counted_batch: string | null;
}

/** Locks the rows of many SKUs, in the one order of all who lock several. */
export const lockCounted = (tx: Queryable, skus: readonly string[]): Promise<CountedRow[]> =>
  tx.query(
    `SELECT sku, on_hand, reserved, counted_batch FROM stock
     WHERE sku = ANY($1) ORDER BY sku FOR UPDATE`,
    [skus],
  );

/** Moves rows that this transaction has locked, and notes which batch did; answers those that moved. */
export const moveCounted = (
  tx: Queryable,
  moves: readonly { readonly sku: string; readonly delta: number }[],
  { reason, batch }: { readonly reason: string; readonly batch: string | null },
): Promise<StockVersion[]> =>
  tx.query(
    `WITH move AS MATERIALIZED (
       SELECT sku, delta FROM json_to_recordset($1::json) AS m(sku text, delta int)
     ), noted AS (
       INSERT INTO stock_movement (sku, delta, reason)
       SELECT sku, delta, $2 FROM move WHERE delta <> 0
     ), counted AS (
       UPDATE stock s SET on_hand = on_hand + delta,
         version = version + CASE WHEN delta = 0 THEN 0 ELSE 1 END,
         counted_batch = $3, updated_at = now()
       FROM move WHERE s.sku = move.sku RETURNING s.*, delta
     )
     SELECT ${RETURNING} FROM counted WHERE delta <> 0`,
    [JSON.stringify(moves), reason, batch],
  );
