import type { OrderStanding } from "../../../contracts/orders";
import { pageOf, type CandidatePage } from "../../../contracts/reconciliation";
import type { Queryable } from "../../../lib/store/database";
import { idsAfter, NO_ID } from "../../../lib/store/id-range";
import { money } from "../../../lib/money/money";

const PAGE = 100;

const statements = {
  open: `SELECT id FROM orders WHERE status IN ('pending', 'confirmed', 'shipped') AND id > $1
    ORDER BY id LIMIT $2`,
  recent: `SELECT DISTINCT order_id AS id FROM order_history
    WHERE at > now() - interval '1 hour' AND order_id > $1 ORDER BY order_id LIMIT $2`,
};

export async function ordersToReconcile(
  db: Queryable,
  which: keyof typeof statements,
  after: string = NO_ID,
): Promise<CandidatePage> {
  return pageOf(await idsAfter(db, statements[which], after, PAGE), PAGE);
}

interface StandingRow extends Omit<OrderStanding, "total"> {
  readonly total: number;
  readonly currency: string;
}

/** A deadline counts as missed once the sweep of orders has had ten seconds for it. */
export async function orderStandings(
  db: Queryable,
  orderIds: readonly string[],
): Promise<OrderStanding[]> {
  const rows = await db.query<StandingRow>(
    `SELECT id AS "orderId", status, total, currency, dispatch IS NOT NULL AS dispatched,
       status = 'pending' AND deadline < now() - interval '10 seconds' AS overdue
     FROM orders WHERE id = ANY($1)`,
    [orderIds],
  );
  return rows.map(({ total, currency, ...row }) => ({ ...row, total: money(total, currency) }));
}
