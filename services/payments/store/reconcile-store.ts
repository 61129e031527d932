import type { PaymentStanding } from "../../../contracts/payments";
import type { Queryable } from "../../../lib/store/database";
import { idsAfter, smallestIdOf } from "../../../lib/store/id-range";

const statements = {
  open: `SELECT order_id AS id FROM payment WHERE status IN ('requested', 'processing')
    AND order_id > $1 ORDER BY order_id LIMIT $2`,
  recent: `SELECT order_id AS id FROM payment WHERE amount IS NOT NULL
    AND order_id > greatest($1, ${smallestIdOf("now() - interval '1 hour'")})
    ORDER BY order_id LIMIT $2`,
};

export const paidOrders = (
  db: Queryable,
  which: keyof typeof statements,
  after: string,
  limit: number,
): Promise<string[]> => idsAfter(db, statements[which], after, limit);

type Row = NonNullable<PaymentStanding["payment"]> & { readonly orderId: string };

/** Late is what waits for its provider for a minute beyond the deadline, and a refund for a minute. */
export const paymentRows = (db: Queryable, orderIds: readonly string[]): Promise<Row[]> =>
  db.query(
    `SELECT order_id AS "orderId", status, captured, refunded, refunding, currency,
       status IN ('requested', 'processing') AND deadline < now() - interval '60 seconds' AS late,
       EXISTS (SELECT FROM refund r WHERE r.order_id = p.order_id AND r.status = 'requested'
         AND r.created_at < now() - interval '60 seconds') AS "refundLate"
     FROM payment p WHERE order_id = ANY($1) AND amount IS NOT NULL`,
    [orderIds],
  );

/** The provider is to be asked at the next round, if its answer is still awaited. */
export const askIfOpen = (tx: Queryable, orderId: string): Promise<unknown> =>
  tx.query(
    `UPDATE payment SET next_attempt_at = now()
     WHERE order_id = $1 AND status IN ('requested', 'processing')`,
    [orderId],
  );
