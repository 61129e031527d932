import type { Queryable } from "../../../lib/store/database";
import type { Period } from "../domain/sales-period";
import type { SalesRow } from "../domain/sales-row";

/** All that counts in a period: each order once, each of its lines, each refund of an order that was a sale. */
const ENTRIES = `
  WITH sold AS (SELECT * FROM sale WHERE confirmed_at >= $1 AND confirmed_at < $2),
  entry AS (
    SELECT (confirmed_at AT TIME ZONE 'UTC')::date AS day, currency, 1 AS orders, 0 AS quantity,
      0::bigint AS gross, 0::bigint AS discount, shipping, tax, total, 0::bigint AS refunds
    FROM sold
    UNION ALL
    SELECT (confirmed_at AT TIME ZONE 'UTC')::date, currency, 0, quantity, gross, discount, 0, 0, 0, 0
    FROM sold JOIN sale_line USING (order_id)
    UNION ALL
    SELECT (refunded_at AT TIME ZONE 'UTC')::date, currency, 0, 0, 0, 0, 0, 0, 0, amount
    FROM refund WHERE refunded_at >= $1 AND refunded_at < $2
      AND EXISTS (SELECT FROM sale WHERE sale.order_id = refund.order_id)
  )`;
const SUMS = `sum(orders) AS orders, sum(quantity) AS quantity, sum(gross) AS gross,
  sum(discount) AS discount, sum(gross - discount) AS net, sum(shipping) AS shipping,
  sum(tax) AS tax, sum(total) AS total, sum(refunds) AS refunds`;

/** A product of which nothing was known when it was sold counts where it is now. */
const LINES = `
  WITH line AS (
    SELECT sale.currency, order_id, sku, l.name, quantity, gross, discount,
      coalesce(l.category, p.category, '(none)') AS category
    FROM sale JOIN sale_line l USING (order_id) LEFT JOIN product_category p USING (product_id)
    WHERE confirmed_at >= $1 AND confirmed_at < $2
  )`;
const LINE_SUMS = `count(DISTINCT order_id) AS orders, sum(quantity) AS quantity, sum(gross) AS gross,
  sum(discount) AS discount, sum(gross - discount) AS net`;

const STATEMENTS: Readonly<Record<SalesRow["section"], string>> = {
  day: `${ENTRIES} SELECT to_char(day, 'YYYY-MM-DD') AS day, currency, ${SUMS}
    FROM entry GROUP BY entry.day, currency ORDER BY entry.day, currency`,
  product: `${LINES} SELECT sku, max(name) AS product, category, currency, ${LINE_SUMS}
    FROM line GROUP BY sku, category, currency ORDER BY net DESC, sku, category, currency`,
  category: `${LINES} SELECT category, currency, ${LINE_SUMS}
    FROM line GROUP BY category, currency ORDER BY category, currency`,
  total: `${ENTRIES} SELECT currency, ${SUMS} FROM entry GROUP BY currency ORDER BY currency`,
};

type Found = Readonly<Record<string, string | null>>;

/** The rows of one section. */
export async function salesRows(
  db: Queryable,
  section: SalesRow["section"],
  { from, until }: Period,
): Promise<SalesRow[]> {
  const rows = await db.query<Found>(STATEMENTS[section], [from, until]);
  return rows.map((row) => toRow(section, row));
}

/** Sums come as text, since PostgreSQL's may be larger than a number; those of a shop are not. */
function toRow(section: SalesRow["section"], row: Found): SalesRow {
  const amount = (name: string): number => Number(row[name]);
  const once = (name: string): number | null => (row[name] === undefined ? null : amount(name));
  const text = (name: string): string | null => row[name] ?? null;
  return {
    section,
    day: text("day"),
    category: text("category"),
    sku: text("sku"),
    product: text("product"),
    currency: row["currency"] ?? "",
    orders: amount("orders"),
    quantity: amount("quantity"),
    gross: amount("gross"),
    discount: amount("discount"),
    net: amount("net"),
    shipping: once("shipping"),
    tax: once("tax"),
    total: once("total"),
    refunds: once("refunds"),
  };
}
