import { fail, invalidField } from "../../contracts/errors";
import type { Coupon } from "../../contracts/orders";
import type { ActionParams, ActionResult } from "../../lib/mesh/types";
import { zero } from "../../lib/money/money";
import { violates, type Database } from "../../lib/store/database";
import { faultOfTerms, grantOf, refuseCoupon } from "./domain/coupon";
import { findCoupon, insertCoupon, type NewCoupon } from "./store/coupon-store";

/** Throws COUPON_TAKEN, and VALIDATION_FAILED for terms that make no sense together. */
export async function createCoupon(
  db: Database,
  asked: ActionParams<"orders.createCoupon">,
): Promise<Coupon> {
  const coupon: NewCoupon = {
    code: asked.code,
    kind: asked.kind,
    percentOff: asked.percentOff === undefined ? null : toBasisPoints(asked.percentOff),
    amountOff: asked.amountOff ?? null,
    minimumSubtotal: asked.minimumSubtotal ?? null,
    startsAt: asked.startsAt ? new Date(asked.startsAt) : null,
    endsAt: asked.endsAt ? new Date(asked.endsAt) : null,
    maxUses: asked.maxUses ?? null,
    maxUsesPerUser: asked.maxUsesPerUser ?? null,
  };
  const fault = faultOfTerms(coupon);
  if (fault) throw invalidField(fault.path, fault.message);
  try {
    return await insertCoupon(db, coupon);
  } catch (error) {
    throw violates(error, "coupon_pkey") ? fail("COUPON_TAKEN") : error;
  }
}

/** 12.5 % are 1,250; what is finer would be rounded unseen. */
function toBasisPoints(percent: number): number {
  const basisPoints = Math.round(percent * 100);
  // 100 × 8.2 is no whole number to a computer; two decimals are.
  if (basisPoints / 100 === percent) return basisPoints;
  throw invalidField("/percentOff", "has more than two decimals");
}

/** What a cart shows; the order itself decides again, under the coupon's lock. */
export async function quoteCoupon(
  db: Database,
  { code, userId, subtotal }: ActionParams<"orders.quoteCoupon">,
): Promise<ActionResult<"orders.quoteCoupon">> {
  const coupon = await findCoupon(db, code, userId ?? null);
  const invalid = coupon
    ? refuseCoupon(coupon, { ...coupon, subtotal })
    : "there is no such coupon";
  if (!coupon || invalid) {
    const none = zero(subtotal.currency);
    return { code: code.toUpperCase(), discount: none, freeShipping: false, invalid };
  }
  return { code: coupon.code, ...grantOf(coupon, subtotal), invalid: null };
}
