import type { Logger } from "moleculer";
import type { carts } from "../../contracts/carts";
import type { Offer } from "../../contracts/catalog";
import type { Money } from "../../contracts/common";
import { messageOf, unavailable } from "../../lib/errors";
import type { Caller, ResultOf } from "../../lib/mesh/types";
import { dropSkus, type Cart } from "./domain/cart";
import { priceCart, type Availability } from "./domain/price-cart";
import type { CartStore } from "./store/cart-store";

/** What it takes to show carts. */
export interface Carts {
  readonly store: CartStore;
  readonly logger: Pick<Logger, "debug">;
}

export type CartAnswer = ResultOf<(typeof carts)["actions"]["get"]>;

/** A cart can be looked at without these; a person who waits would rather do so. */
const PATIENCE_MS = 1_000;

/**
 * The cart at the prices and the stock of now. What is not sold any more is left out, and out of the
 * cart too. Throws SERVICE_UNAVAILABLE when the catalogue does not answer.
 */
export async function viewCart(carts: Carts, caller: Caller, cart: Cart): Promise<CartAnswer> {
  const skus = cart.lines.map((line) => line.sku);
  const [offers, availability] = await Promise.all([
    offersOf(caller, skus),
    availabilityOf(carts, caller, skus),
  ]);
  const { unsold, ...priced } = priceCart(cart.lines, offers, availability);
  const kept = unsold.length > 0 ? await withoutSkus(carts, cart, unsold) : cart;
  const coupon = await couponOf(carts, caller, kept, priced.subtotal);
  const degraded = [availability ? [] : "availability", coupon.degraded].flat();
  return {
    cart: { id: kept.id, ...priced, ...coupon.fields, updatedAt: kept.updatedAt, degraded },
    guestCartId: kept.userId === null ? kept.id : null,
  };
}

async function withoutSkus({ store }: Carts, cart: Cart, skus: string[]): Promise<Cart> {
  const now = new Date().toISOString();
  return (await store.update(cart.id, (old) => dropSkus(old, skus, now))) ?? cart;
}

/** Offers of what is sold of these SKUs. */
export async function offersOf(caller: Caller, skus: string[]): Promise<Offer[]> {
  if (skus.length === 0) return [];
  try {
    return await caller.call("catalog.offers", { skus });
  } catch (error) {
    throw unavailable(error);
  }
}

async function availabilityOf(
  { logger }: Carts,
  caller: Caller,
  skus: string[],
): Promise<Availability> {
  if (skus.length === 0) return {};
  try {
    return await caller.call("inventory.availability", { skus }, { timeout: PATIENCE_MS });
  } catch (error) {
    logger.debug(`a cart without availability: ${messageOf(error)}`);
    return null;
  }
}

/** What the cart's coupon takes off now: nothing while it cannot be used, as for too small a basket. */
async function couponOf({ logger }: Carts, caller: Caller, cart: Cart, subtotal: Money) {
  const { coupon, userId } = cart;
  if (coupon === null) return { fields: {}, degraded: [] };
  try {
    const { discount } = await quoteCoupon(caller, { code: coupon, userId, subtotal });
    return { fields: { coupon, discount }, degraded: [] };
  } catch (error) {
    logger.debug(`a cart without its discount: ${messageOf(error)}`);
    return { fields: { coupon }, degraded: ["coupon"] };
  }
}

export const quoteCoupon = (
  caller: Caller,
  { userId, ...quote }: { code: string; userId: string | null; subtotal: Money },
) =>
  caller.call(
    "orders.quoteCoupon",
    { ...quote, ...(userId === null ? {} : { userId }) },
    { timeout: PATIENCE_MS },
  );
