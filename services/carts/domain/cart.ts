import { MAX_QUANTITY, type SkuQuantity } from "../../../contracts/common";
import { invalidField } from "../../../contracts/errors";

/** A cart as it is kept. Changes make a new one; one that changes nothing answers the same object. */
export interface Cart {
  readonly id: string;
  /** null: a guest's, who knows its id. */
  readonly userId: string | null;
  /** Another number after each change of what it holds, and never one that it had before. */
  readonly version: number;
  /** In the order in which they were added. */
  readonly lines: readonly SkuQuantity[];
  readonly coupon: string | null;
  /** When what it holds was changed last, and when it was used last. ISO 8601. */
  readonly updatedAt: string;
  readonly seenAt: string;
  /** The last orders that took their lines out of it. */
  readonly applied: readonly string[];
}

export const MAX_LINES = 100;
const APPLIED = 20;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const GUEST_TTL_MS = 30 * DAY_MS;
const EMPTY_GUEST_TTL_MS = HOUR_MS;

type Content = Partial<Pick<Cart, "lines" | "coupon">>;

export const newCart = (id: string, userId: string | null, now: string): Cart => ({
  id,
  userId,
  version: 0,
  lines: [],
  coupon: null,
  updatedAt: now,
  seenAt: now,
  applied: [],
});

/**
 * The version is at least the clock, so that a store that lost its newest writes does not hand out
 * one for the second time: an order is placed once for each (`CART_ALREADY_ORDERED`).
 */
const changed = (cart: Cart, content: Content, now: string): Cart => ({
  ...cart,
  ...content,
  version: Math.max(cart.version + 1, Date.parse(now)),
  updatedAt: now,
  seenAt: now,
});

/** So many of a SKU; 0 takes it out. A cart that is full refuses another one. */
export function setLine(cart: Cart, { sku, quantity }: SkuQuantity, now: string): Cart {
  if (quantity === 0) return dropSkus(cart, [sku], now);
  const line = cart.lines.find((candidate) => candidate.sku === sku);
  if (line?.quantity === quantity) return cart;
  if (!line && cart.lines.length >= MAX_LINES) {
    throw invalidField("/items", `a cart holds at most ${MAX_LINES} different things`);
  }
  const lines = line
    ? cart.lines.map((old) => (old.sku === sku ? { sku, quantity } : old))
    : [...cart.lines, { sku, quantity }];
  return changed(cart, { lines }, now);
}

export function dropSkus(cart: Cart, skus: readonly string[], now: string): Cart {
  const lines = cart.lines.filter((line) => !skus.includes(line.sku));
  return lines.length === cart.lines.length ? cart : changed(cart, { lines }, now);
}

export const emptied = (cart: Cart, now: string): Cart =>
  cart.lines.length === 0 && cart.coupon === null
    ? cart
    : changed(cart, { lines: [], coupon: null }, now);

export const withCoupon = (cart: Cart, coupon: string | null, now: string): Cart =>
  cart.coupon === coupon ? cart : changed(cart, { coupon }, now);

/** The user's cart with the guest's lines behind its own; what does not fit any more is left out. */
export function joined(cart: Cart, guest: Cart, now: string): Cart {
  const quantities = new Map(cart.lines.map(({ sku, quantity }) => [sku, quantity]));
  for (const { sku, quantity } of guest.lines) {
    if (!quantities.has(sku) && quantities.size >= MAX_LINES) continue;
    quantities.set(sku, Math.min(MAX_QUANTITY, (quantities.get(sku) ?? 0) + quantity));
  }
  const coupon = cart.coupon ?? guest.coupon;
  if (guest.lines.length === 0 && coupon === cart.coupon) return cart;
  const lines = [...quantities].map(([sku, quantity]) => ({ sku, quantity }));
  return changed(cart, { lines, coupon }, now);
}

export interface PlacedOrder {
  readonly orderId: string;
  readonly userId: string;
  readonly items: readonly SkuQuantity[];
}

/**
 * The cart without what was ordered from it; what was added since stays. An order counts once, however
 * often it is told: the last ones are remembered, and one that is older than all of them is old news
 * (ids are UUIDv7).
 */
export function afterOrder(cart: Cart, order: PlacedOrder, now: string): Cart {
  if (cart.userId !== order.userId || wasApplied(cart, order.orderId)) return cart;
  const applied = [...cart.applied, order.orderId].slice(-APPLIED);
  const ordered = new Map(order.items.map(({ sku, quantity }) => [sku, quantity]));
  const lines = cart.lines
    .map(({ sku, quantity }) => ({ sku, quantity: quantity - (ordered.get(sku) ?? 0) }))
    .filter((line) => line.quantity > 0);
  const same = cart.coupon === null && cart.lines.every(({ sku }) => !ordered.has(sku));
  return { ...(same ? cart : changed(cart, { lines, coupon: null }, now)), applied };
}

const wasApplied = ({ applied }: Cart, orderId: string): boolean =>
  applied.includes(orderId) ||
  (applied.length >= APPLIED && applied.every((known) => orderId < known));

/** Notes that the cart is in use, once a day at most. */
export const seen = (cart: Cart, now: string): Cart =>
  Date.parse(now) - Date.parse(cart.seenAt) < DAY_MS ? cart : { ...cart, seenAt: now };

/**
 * A guest's cart ends 30 days after its last use, an empty one after an hour; a user's never: null.
 * Milliseconds since 1970.
 */
export function expiresAt(cart: Cart): number | null {
  if (cart.userId !== null) return null;
  const ttl = cart.lines.length > 0 ? GUEST_TTL_MS : EMPTY_GUEST_TTL_MS;
  return Date.parse(cart.seenAt) + ttl;
}

export function isExpired(cart: Cart, nowMs: number): boolean {
  const end = expiresAt(cart);
  return end !== null && nowMs > end;
}
