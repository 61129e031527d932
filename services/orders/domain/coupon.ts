import { money, percent, zero, type Money } from "../../../lib/money/money";

/** A coupon's terms, as far as they decide whether and what it takes off. */
export interface CouponTerms {
  readonly kind: "percentage" | "fixed" | "free_shipping";
  /** Basis points. */
  readonly percentOff: number | null;
  readonly amountOff: Money | null;
  readonly minimumSubtotal: Money | null;
  readonly startsAt: Date | null;
  readonly endsAt: Date | null;
  readonly maxUses: number | null;
  readonly maxUsesPerUser: number | null;
  readonly endedAt: Date | null;
}

export interface CouponUse {
  readonly subtotal: Money;
  /** By the database's clock. */
  readonly now: Date;
  readonly uses: number;
  readonly usesOfUser: number;
}

export type CouponReason =
  | "ended"
  | "not started yet"
  | "expired"
  | "used up"
  | "already used by you"
  | "for another currency"
  | "the basket is too small";

export interface Grant {
  readonly discount: Money;
  readonly freeShipping: boolean;
}

/** Why a coupon cannot be used here and now; null when it can. */
export function refuseCoupon(terms: CouponTerms, use: CouponUse): CouponReason | null {
  const { currency, amount } = use.subtotal;
  const currencies = [terms.amountOff, terms.minimumSubtotal].flatMap((m) => m?.currency ?? []);
  if (terms.endedAt) return "ended";
  if (terms.startsAt && use.now < terms.startsAt) return "not started yet";
  if (terms.endsAt && use.now >= terms.endsAt) return "expired";
  if (terms.maxUses !== null && use.uses >= terms.maxUses) return "used up";
  if (terms.maxUsesPerUser !== null && use.usesOfUser >= terms.maxUsesPerUser) {
    return "already used by you";
  }
  if (currencies.some((other) => other !== currency)) return "for another currency";
  if (terms.minimumSubtotal && amount < terms.minimumSubtotal.amount) {
    return "the basket is too small";
  }
  return null;
}

/** What a usable coupon takes off; never more than there is. */
export function grantOf(terms: CouponTerms, subtotal: Money): Grant {
  switch (terms.kind) {
    case "percentage":
      return { discount: percent(subtotal, terms.percentOff ?? 0), freeShipping: false };
    case "fixed": {
      const off = Math.min(terms.amountOff?.amount ?? 0, subtotal.amount);
      return { discount: money(off, subtotal.currency), freeShipping: false };
    }
    case "free_shipping":
      return { discount: zero(subtotal.currency), freeShipping: true };
    default:
      return terms.kind satisfies never;
  }
}

/** What is wrong with the terms of a new coupon, by field; null when they make sense. */
export function faultOfTerms(
  terms: Pick<CouponTerms, "kind" | "percentOff" | "amountOff" | "startsAt" | "endsAt">,
): { path: string; message: string } | null {
  const needs = { percentage: "percentOff", fixed: "amountOff", free_shipping: null }[terms.kind];
  for (const field of ["percentOff", "amountOff"] as const) {
    const given = terms[field] !== null;
    if (needs === field && !given)
      return { path: `/${field}`, message: `is required for ${terms.kind}` };
    if (needs !== field && given)
      return { path: `/${field}`, message: `makes no sense for ${terms.kind}` };
  }
  if (terms.startsAt && terms.endsAt && terms.endsAt <= terms.startsAt) {
    return { path: "/endsAt", message: "must be after startsAt" };
  }
  return null;
}
