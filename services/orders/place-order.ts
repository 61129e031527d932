import { createHash } from "node:crypto";
import { fail, invalidField } from "../../contracts/errors";
import type { PostalAddress, SkuQuantity } from "../../contracts/common";
import type { orders } from "../../contracts/orders";
import { newId } from "../../lib/ids";
import type { Ctx } from "../../lib/mesh/types";
import type { Outbox } from "../../lib/messaging/outbox";
import { violates, type Database } from "../../lib/store/database";
import { orderNumber } from "./domain/order-number";
import { mergeLines, priceOrder, type PricedOrder } from "./domain/price-order";
import {
  dropLease,
  findPlaced,
  insertOrder,
  takeLease,
  type NewOrder,
  type RequestKey,
} from "./store/checkout-store";
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
    const priced = await price(ctx, basket.lines, shippingAddress.country);
    const { paymentMethod } = ctx.params;
    const details = { request, shippingAddress, paymentMethod, cart: basket.cart, deadline };
    const row = await insert(checkout, ctx, { ...priced, ...details });
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

async function basketOf(ctx: PlaceCtx): Promise<{ lines: SkuQuantity[]; cart: NewOrder["cart"] }> {
  if (ctx.params.items) return { lines: checkedLines(ctx.params.items), cart: null };
  const { cartId, version, lines } = await ctx.call("carts.linesOf", { userId: ctx.user.id });
  return { lines: checkedLines(lines), cart: cartId ? { id: cartId, version } : null };
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

async function price(
  ctx: PlaceCtx,
  lines: readonly SkuQuantity[],
  country: string,
): Promise<PricedOrder> {
  const offers = await ctx.call("catalog.offers", { skus: lines.map((line) => line.sku) });
  const priced = priceOrder(lines, offers, country);
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

async function insert(
  { db, outbox }: Checkout,
  ctx: PlaceCtx,
  details: Omit<NewOrder, "id" | "number">,
): Promise<OrderRow> {
  for (;;) {
    const id = newId();
    const order: NewOrder = { ...details, id, number: orderNumber(id) };
    try {
      const row = await insertOrder(db, order, outbox.toJson([created(order)], ctx));
      outbox.wake();
      return row;
    } catch (error) {
      if (!violates(error, "orders_number")) throw error;
    }
  }
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
