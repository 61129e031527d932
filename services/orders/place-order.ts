import { createHash } from "node:crypto";
import { fail, invalidField } from "../../contracts/errors";
import type { PostalAddress, SkuQuantity } from "../../contracts/common";
import type { orders } from "../../contracts/orders";
import { newId } from "../../lib/ids";
import type { Ctx } from "../../lib/mesh/types";
import type { Outbox } from "../../lib/messaging/outbox";
import { violates, type Database, type Queryable } from "../../lib/store/database";
import { orderNumber } from "./domain/order-number";
import { grantOf, refuseCoupon, type Grant } from "./domain/coupon";
import {
  mergeLines,
  priceBasket,
  totalBasket,
  type Basket,
  type PricedOrder,
} from "./domain/price-order";
import {
  dropLease,
  findPlaced,
  insertOrder,
  takeLease,
  type NewOrder,
  type RequestKey,
} from "./store/checkout-store";
import { findCoupon, useCoupon } from "./store/coupon-store";
import { toPlacedOrder, type OrderRow } from "./store/order-row";

type PlaceCtx = Ctx<(typeof orders)["actions"]["place"]>;

export interface Checkout {
  readonly db: Database;
  readonly outbox: Outbox;
  readonly orderTimeoutMs: number;
}

const MAX_QUANTITY = 99;

/**
 * Places an order once for each idempotency key of a user: the same request again gets the same
 * answer, however often and however parallel it comes.
 */
export async function placeOrder(checkout: Checkout, ctx: PlaceCtx) {
  const request = requestKeyOf(ctx);
  const lease = await takeLease(checkout.db, request, checkout.orderTimeoutMs);
  if (lease.state !== "taken" && lease.fingerprint !== request.fingerprint) {
    throw fail("IDEMPOTENCY_KEY_REUSED");
  }
  switch (lease.state) {
    case "done":
      return replay(lease.order);
    case "running":
      throw fail("IDEMPOTENCY_KEY_IN_FLIGHT", undefined, { retryAfter: 1 });
    case "taken":
      return placeUnderLease(checkout, ctx, request, lease.deadline);
    default:
      return lease satisfies never;
  }
}

const replay = (row: OrderRow) => ({ order: toPlacedOrder(row), replayed: true });

async function placeUnderLease(
  checkout: Checkout,
  ctx: PlaceCtx,
  request: RequestKey,
  deadline: string,
) {
  const { db } = checkout;
  try {
    const basket = await basketOf(ctx);
    const shippingAddress = await addressOf(ctx);
    const priced = await price(ctx, basket.lines);
    const { paymentMethod } = ctx.params;
    const couponCode = (ctx.params.couponCode ?? basket.coupon)?.toUpperCase() ?? null;
    const { cart } = basket;
    const row = await insert(checkout, ctx, priced, {
      request,
      shippingAddress,
      paymentMethod,
      cart,
      deadline,
      couponCode,
    });
    return { order: toPlacedOrder(row), replayed: false };
  } catch (error) {
    if (violates(error, "orders_request")) {
      // Our lease ran out and somebody else was faster with the same key.
      const placed = await findPlaced(db, request);
      if (placed?.fingerprint === request.fingerprint) return replay(placed.order);
      throw fail("IDEMPOTENCY_KEY_REUSED");
    }
    // Nothing was ordered: the key is free for another try.
    await dropLease(db, request);
    throw violates(error, "orders_cart") ? fail("CART_ALREADY_ORDERED") : error;
  }
}

function requestKeyOf(ctx: PlaceCtx): RequestKey {
  const { idempotencyKey: key, ...asked } = ctx.params;
  if (!key) throw fail("IDEMPOTENCY_KEY_REQUIRED");
  if (key.length > 255) throw invalidField("/idempotencyKey", "must have 1 to 255 characters");
  const fingerprint = createHash("sha256").update(canonical(asked)).digest("base64url");
  return { userId: ctx.user.id, key, fingerprint };
}

/** JSON with sorted keys: the same request, however its fields were ordered. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

interface Asked {
  readonly lines: SkuQuantity[];
  readonly cart: NewOrder["cart"];
  /** The code that stands in the cart. */
  readonly coupon: string | null;
}

async function basketOf(ctx: PlaceCtx): Promise<Asked> {
  if (ctx.params.items) {
    return { lines: checkedLines(ctx.params.items), cart: null, coupon: null };
  }
  const asked = await ctx.call("carts.linesOf", { userId: ctx.user.id });
  const { cartId, version, lines, coupon } = asked;
  return { lines: checkedLines(lines), cart: cartId ? { id: cartId, version } : null, coupon };
}

function checkedLines(lines: readonly SkuQuantity[]): SkuQuantity[] {
  const merged = mergeLines(lines);
  if (merged.length === 0) throw fail("CART_EMPTY");
  const tooMany = merged.find((line) => line.quantity > MAX_QUANTITY);
  if (tooMany) throw invalidField("/items", `at most ${MAX_QUANTITY} of ${tooMany.sku}`);
  return merged;
}

async function addressOf(ctx: PlaceCtx): Promise<PostalAddress> {
  const { shippingAddress, shippingAddressId } = ctx.params;
  if (shippingAddress && shippingAddressId) {
    throw invalidField("/shippingAddressId", "give either an address or the id of one, not both");
  }
  if (shippingAddress) return shippingAddress;
  if (!shippingAddressId) throw invalidField("/shippingAddress", "is required");
  return ctx.call("users.addressOf", { userId: ctx.user.id, id: shippingAddressId });
}

async function price(ctx: PlaceCtx, lines: readonly SkuQuantity[]): Promise<Basket> {
  const offers = await ctx.call("catalog.offers", { skus: lines.map((line) => line.sku) });
  const priced = priceBasket(lines, offers);
  if (!("fault" in priced)) return priced;
  switch (priced.fault) {
    case "unknown-sku":
      throw fail("SKU_NOT_FOUND", `no SKU ${priced.sku} is sold`);
    case "mixed-currencies":
      throw invalidField("/items", `one order cannot mix ${priced.currencies.join(" and ")}`);
    default:
      return priced satisfies never;
  }
}

type Details = Omit<NewOrder, "id" | "number" | keyof PricedOrder>;

async function insert(
  { db, outbox }: Checkout,
  ctx: PlaceCtx,
  basket: Basket,
  details: Details,
): Promise<OrderRow> {
  for (;;) {
    const id = newId();
    const write = (tx: Queryable, grant?: Grant): Promise<OrderRow> => {
      const priced = totalBasket(basket, details.shippingAddress.country, grant);
      const order: NewOrder = { ...priced, ...details, id, number: orderNumber(id) };
      return insertOrder(tx, order, outbox.toJson([created(order)], ctx));
    };
    try {
      const { couponCode } = details;
      const row = couponCode
        ? await db.transaction(async (tx) =>
            write(tx, await redeem(tx, couponCode, id, ctx.user.id, basket)),
          )
        : await write(db);
      outbox.wake();
      return row;
    } catch (error) {
      if (!violates(error, "orders_number")) throw error;
    }
  }
}

/** Counts the use under the coupon's row lock, so that its last use goes to one order only. */
async function redeem(
  tx: Queryable,
  code: string,
  orderId: string,
  userId: string,
  { subtotal }: Basket,
): Promise<Grant> {
  const coupon = await findCoupon(tx, code, { userId, lock: true });
  if (!coupon) throw fail("COUPON_INVALID", "there is no such coupon");
  const reason = refuseCoupon(coupon, { ...coupon, subtotal });
  if (reason) throw fail("COUPON_INVALID", reason);
  await useCoupon(tx, coupon.code, userId, orderId);
  return grantOf(coupon, subtotal);
}

const created = (order: NewOrder) =>
  ({
    name: "order.created",
    aggregateId: order.id,
    seq: 1,
    payload: {
      orderId: order.id,
      number: order.number,
      userId: order.request.userId,
      cartId: order.cart?.id ?? null,
      items: order.items,
      total: order.total,
      paymentMethod: order.paymentMethod,
      shippingAddress: order.shippingAddress,
      deadline: order.deadline,
    },
  }) as const;
