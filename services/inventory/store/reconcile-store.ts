import type { HoldStanding } from "../../../contracts/inventory";
import { pageOf, type CandidatePage } from "../../../contracts/reconciliation";
import type { Queryable } from "../../../lib/store/database";
import { idsAfter, NO_ID, smallestIdOf } from "../../../lib/store/id-range";

const PAGE = 100;

const statements = {
  open: `SELECT order_id AS id FROM reservation WHERE status = 'held' AND order_id > $1
    ORDER BY order_id LIMIT $2`,
  recent: `SELECT order_id AS id FROM reservation
    WHERE order_id > greatest($1, ${smallestIdOf("now() - interval '1 hour'")})
    ORDER BY order_id LIMIT $2`,
};

export async function holdsToReconcile(
  db: Queryable,
  which: keyof typeof statements,
  after: string = NO_ID,
): Promise<CandidatePage> {
  return pageOf(await idsAfter(db, statements[which], after, PAGE), PAGE);
}

/** A hold counts as expired once the sweep of holds has had half a minute for it. */
export const holdStandings = (
  db: Queryable,
  orderIds: readonly string[],
): Promise<HoldStanding[]> =>
  db.query(
    `SELECT order_id AS "orderId", status,
       status = 'held' AND coalesce(expires_at < now() - interval '30 seconds', false) AS expired
     FROM reservation WHERE order_id = ANY($1)`,
    [orderIds],
  );
