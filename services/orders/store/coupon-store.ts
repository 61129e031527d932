import type { Coupon } from "../../../contracts/orders";
import type { Money } from "../../../lib/money/money";
import { toPage } from "../../../lib/store/cursor";
import type { Queryable } from "../../../lib/store/database";
import type { CouponTerms, CouponUse } from "../domain/coupon";

interface CouponRow extends CouponTerms {
  readonly code: string;
  readonly uses: number;
  readonly createdAt: Date;
}

export interface CouponNow extends CouponRow, Pick<CouponUse, "usesOfUser" | "now"> {}

const COLUMNS = `code, kind, percent_off AS "percentOff", amount_off AS "amountOff",
  minimum_subtotal AS "minimumSubtotal", starts_at AS "startsAt", ends_at AS "endsAt",
  max_uses AS "maxUses", max_uses_per_user AS "maxUsesPerUser", uses, created_at AS "createdAt",
  ended_at AS "endedAt"`;

/** A coupon with what it takes to judge it now. */
export async function findCoupon(
  db: Queryable,
  code: string,
  userId: string | null,
): Promise<CouponNow | null> {
  const [row] = await db.query<CouponNow>(
    `SELECT ${COLUMNS}, clock_timestamp() AS now,
       (SELECT count(*)::int FROM coupon_use u WHERE u.code = c.code AND u.user_id = $2) AS "usesOfUser"
     FROM coupon c WHERE code = upper($1)`,
    [code, userId],
  );
  return row ?? null;
}

/** The same; its counts keep still until the commit. */
export async function lockCoupon(
  tx: Queryable,
  code: string,
  userId: string,
): Promise<CouponNow | null> {
  // By itself: a statement that had to wait for the lock sees the uses from before it waited.
  await tx.query("SELECT FROM coupon WHERE code = upper($1) FOR UPDATE", [code]);
  return findCoupon(tx, code, userId);
}

/** Counts a use by an order; the coupon's row is locked by then. */
export const useCoupon = (
  tx: Queryable,
  code: string,
  userId: string,
  orderId: string,
): Promise<unknown> =>
  tx.query(
    `WITH used AS (INSERT INTO coupon_use (order_id, code, user_id) VALUES ($3, $1, $2))
     UPDATE coupon SET uses = uses + 1 WHERE code = $1`,
    [code, userId, orderId],
  );

/** Gives a use back, once: its order ended without a sale. */
export const returnCoupon = (tx: Queryable, orderId: string): Promise<unknown> =>
  tx.query(
    `WITH returned AS (DELETE FROM coupon_use WHERE order_id = $1 RETURNING code)
     UPDATE coupon SET uses = uses - 1 WHERE code = (SELECT code FROM returned)`,
    [orderId],
  );

export interface NewCoupon extends Omit<CouponTerms, "endedAt"> {
  readonly code: string;
}

export async function insertCoupon(db: Queryable, coupon: NewCoupon): Promise<Coupon> {
  const [row] = await db.query<CouponRow>(
    `INSERT INTO coupon (code, kind, percent_off, amount_off, minimum_subtotal, starts_at, ends_at,
       max_uses, max_uses_per_user)
     VALUES (upper($1), $2, $3, $4, $5, $6, $7, $8, $9) RETURNING ${COLUMNS}`,
    [
      coupon.code,
      coupon.kind,
      coupon.percentOff,
      coupon.amountOff,
      coupon.minimumSubtotal,
      coupon.startsAt,
      coupon.endsAt,
      coupon.maxUses,
      coupon.maxUsesPerUser,
    ],
  );
  if (!row) throw new Error("an INSERT without a row");
  return toCoupon(row);
}

export async function listCoupons(db: Queryable, before: [string, string] | null, limit: number) {
  const rows = await db.query<CouponRow>(
    `SELECT ${COLUMNS} FROM coupon
     WHERE $2::timestamptz IS NULL OR (created_at, code) < ($2, $3)
     ORDER BY created_at DESC, code DESC LIMIT $1`,
    // As a Date, since not every time that ISO 8601 knows is one to PostgreSQL.
    [limit + 1, before ? new Date(before[0]) : null, before?.[1] ?? null],
  );
  const page = toPage(rows, limit, (row) => [row.createdAt.toISOString(), row.code]);
  return { items: page.rows.map(toCoupon), nextCursor: page.nextCursor };
}

/** False when there is no such coupon. */
export const endCoupon = async (db: Queryable, code: string): Promise<boolean> =>
  (
    await db.query(
      "UPDATE coupon SET ended_at = coalesce(ended_at, now()) WHERE code = upper($1) RETURNING code",
      [code],
    )
  ).length > 0;

function toCoupon(row: CouponRow): Coupon {
  const given = <K extends string, V>(key: K, value: V | null) =>
    (value === null ? {} : { [key]: value }) as Partial<Record<K, V>>;
  const iso = (date: Date | null): string | null => date?.toISOString() ?? null;
  return {
    code: row.code,
    kind: row.kind,
    ...given("percentOff", row.percentOff === null ? null : row.percentOff / 100),
    ...given<"amountOff", Money>("amountOff", row.amountOff),
    ...given<"minimumSubtotal", Money>("minimumSubtotal", row.minimumSubtotal),
    ...given("startsAt", iso(row.startsAt)),
    ...given("endsAt", iso(row.endsAt)),
    ...given("maxUses", row.maxUses),
    ...given("maxUsesPerUser", row.maxUsesPerUser),
    uses: row.uses,
    createdAt: row.createdAt.toISOString(),
    endedAt: iso(row.endedAt),
  };
}
