import { fail } from "../../contracts/errors";
import type { Order } from "../../contracts/orders";
import { failpoint } from "../../lib/faults/points";
import { fingerprintOf } from "../../lib/fingerprint";
import { newId } from "../../lib/ids";
import type { Outbox } from "../../lib/messaging/outbox";
import { isUnavailable, violates, type Database, type Queryable } from "../../lib/store/database";
import type { OfferDesk } from "./ask-offers";
import { orderNumber } from "./domain/order-number";
import { grantOf, refuseCoupon, type Grant } from "./domain/coupon";
import { totalBasket, type Basket, type PricedOrder } from "./domain/price-order";
import type { OrderBook } from "./order-book";
import { addressOf, basketOf, price, type PlaceCtx } from "./read-basket";
import {
  insertOrder,
  type NewOrder,
  type Placed,
  type RequestKey,
  type WrittenOrder,
} from "./store/checkout-store";
import { lockCoupon, useCoupon } from "./store/coupon-store";
import { toPlacedOrder, type OrderRow } from "./store/order-row";

export interface Checkout {
  readonly db: Database;
  readonly outbox: Outbox;
  readonly book: OrderBook;
  /** Fingerprints of the requests that this node is working on, by user and key. */
  readonly running: Map<string, string>;
  readonly offersOf: OfferDesk;
  /** Told of each order that was placed. */
  readonly measure: (order: OrderRow) => void;
}

interface Outcome {
  readonly order: Order;
  readonly replayed: boolean;
}

/**
 * Places an order once for each idempotency key of a user: the same request again gets the same
 * answer, however often and however parallel it comes. The unique key of the table is the truth, on
 * every node; `running` only spares this one the work twice.
 */
export async function placeOrder(checkout: Checkout, ctx: PlaceCtx): Promise<Outcome> {
  const { running } = checkout;
  const request = requestKeyOf(ctx);
  const name = `${request.userId} ${request.key}`;
  const other = running.get(name);
  if (other !== undefined && other !== request.fingerprint) throw fail("IDEMPOTENCY_KEY_REUSED");
  if (other !== undefined) throw fail("IDEMPOTENCY_KEY_IN_FLIGHT", undefined, { retryAfter: 1 });
  running.set(name, request.fingerprint);
  try {
    const { placed, deadline } = await checkout.book.find(request);
    return placed ? replay(request, placed) : await place(checkout, ctx, request, deadline);
  } finally {
    running.delete(name);
  }
}

function replay({ fingerprint }: RequestKey, placed: Placed): Outcome {
  if (placed.fingerprint !== fingerprint) throw fail("IDEMPOTENCY_KEY_REUSED");
  return { order: toPlacedOrder(placed.order), replayed: true };
}

async function place(
  checkout: Checkout,
  ctx: PlaceCtx,
  request: RequestKey,
  deadline: string,
): Promise<Outcome> {
  try {
    const { lines, cart, coupon } = await basketOf(ctx);
    const shippingAddress = await addressOf(ctx);
    const basket = await price(ctx, checkout.offersOf, lines);
    const { paymentMethod } = ctx.params;
    const couponCode = (ctx.params.couponCode ?? coupon)?.toUpperCase() ?? null;
    const details = { request, shippingAddress, paymentMethod, cart, deadline, couponCode };
    const row = await insert(checkout, ctx, basket, details);
    return { order: toPlacedOrder(row), replayed: false };
  } catch (error) {
    if (isUnavailable(error)) throw error;
    // The same request was faster on another node, and may have used up what this one found missing.
    const { placed } = await checkout.book.find(request);
    if (placed) return replay(request, placed);
    const isTaken = violates(error, "orders_request") || violates(error, "orders_cart");
    throw isTaken ? fail("CART_ALREADY_ORDERED") : error;
  }
}

function requestKeyOf(ctx: PlaceCtx): RequestKey {
  const { idempotencyKey: key, ...asked } = ctx.params;
  return { userId: ctx.user.id, key, fingerprint: fingerprintOf(asked) };
}

type Details = Omit<NewOrder, "id" | "number" | keyof PricedOrder>;

async function insert(
  { db, outbox, book, measure }: Checkout,
  ctx: PlaceCtx,
  basket: Basket,
  details: Details,
): Promise<OrderRow> {
  for (;;) {
    const id = newId();
    const write = (grant?: Grant): WrittenOrder => {
      const priced = totalBasket(basket, details.shippingAddress.country, grant);
      const order: NewOrder = { ...priced, ...details, id, number: orderNumber(id) };
      return { order, events: outbox.toRows([created(order)], ctx) };
    };
    try {
      await failpoint("orders.place.before_commit");
      const { couponCode } = details;
      const row = couponCode
        ? await db.transaction(async (tx) =>
            insertOrder(tx, write(await redeem(tx, couponCode, id, ctx.user.id, basket))),
          )
        : await book.write(write());
      await failpoint("orders.place.after_commit");
      outbox.wake();
      measure(row);
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
  const coupon = await lockCoupon(tx, code, userId);
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
