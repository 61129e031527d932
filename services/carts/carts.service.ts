import type { ServiceSchema } from "moleculer";
import type { Runtime } from "../../config/runtime";
import { contracts } from "../../contracts";
import { fail, invalidField } from "../../contracts/errors";
import { implement } from "../../lib/mesh/implement";
import type { Caller } from "../../lib/mesh/types";
import { keyedEvents } from "../../mixins/keyed-events";
import {
  afterOrder,
  dropSkus,
  emptied,
  joined,
  setLine,
  withCoupon,
  type Cart,
} from "./domain/cart";
import { currencyOf, priceCart } from "./domain/price-cart";
import { changeCart, findCart, userCart } from "./find-cart";
import type { CartStore } from "./store/cart-store";
import { cartStore, type CartStoreMembers } from "./store/cart-store.mixin";
import { offersOf, quoteCoupon, viewCart } from "./view-cart";

const timestamp = (): string => new Date().toISOString();

/** What people mean to buy; prices and stock are asked for whenever somebody looks. */
export const cartsService = (runtime: Runtime): ServiceSchema =>
  implement(contracts.carts)<CartStoreMembers>({
    mixins: [
      keyedEvents<CartStoreMembers>(runtime, {
        service: "carts",
        recordsOf: (service) => service.store.inbox,
      }),
      cartStore(runtime),
    ],
    actions: {
      async get(ctx) {
        return viewCart(this, ctx, await findCart(this.store, ctx));
      },
      async setItem(ctx) {
        const { sku, quantity } = ctx.params;
        const cart = await findCart(this.store, ctx);
        if (quantity > 0) await assertSold(ctx, cart, sku);
        const line = { sku, quantity };
        const changed = await changeCart(this.store, cart, (old, now) => setLine(old, line, now));
        return viewCart(this, ctx, changed);
      },
      async removeItem(ctx) {
        const skus = [ctx.params.sku];
        const cart = await findCart(this.store, ctx);
        const changed = await changeCart(this.store, cart, (old, now) => dropSkus(old, skus, now));
        return viewCart(this, ctx, changed);
      },
      async clear(ctx) {
        const cart = await findCart(this.store, ctx);
        const changed = await changeCart(this.store, cart, emptied);
        return viewCart(this, ctx, changed);
      },
      async setCoupon(ctx) {
        const cart = await findCart(this.store, ctx);
        const code = await usableCoupon(ctx, cart, ctx.params.code);
        const changed = await changeCart(this.store, cart, (old, now) =>
          withCoupon(old, code, now),
        );
        return viewCart(this, ctx, changed);
      },
      async removeCoupon(ctx) {
        const cart = await findCart(this.store, ctx);
        const changed = await changeCart(this.store, cart, (old, now) =>
          withCoupon(old, null, now),
        );
        return viewCart(this, ctx, changed);
      },
      async merge(ctx) {
        return viewCart(this, ctx, await mergeGuest(this.store, ctx.user.id, ctx.params.cartId));
      },
      async adopt({ params: { userId, cartId } }) {
        await mergeGuest(this.store, userId, cartId);
        return null;
      },
      async linesOf({ params: { userId } }) {
        const cart = await this.store.ofUser(userId);
        if (!cart) return { cartId: null, version: 0, lines: [], coupon: null };
        const { id: cartId, version, lines, coupon } = cart;
        return { cartId, version, lines: [...lines], coupon };
      },
    },
    events: {
      async "order.created"({ payload }) {
        if (payload.cartId === null) return;
        await this.store.update(payload.cartId, (cart) => afterOrder(cart, payload, timestamp()));
      },
    },
  });

/** A guest's cart that is not there, or not a guest's, changes nothing; so does asking twice. */
async function mergeGuest(store: CartStore, userId: string, guestId: string): Promise<Cart> {
  const cart = await userCart(store, userId);
  const now = timestamp();
  return (await store.merge(cart.id, guestId, (own, guest) => joined(own, guest, now))) ?? cart;
}

/** Throws SKU_NOT_FOUND; and VALIDATION_FAILED for another currency than the cart's. */
async function assertSold(caller: Caller, { lines }: Cart, sku: string): Promise<void> {
  const others = lines.filter((line) => line.sku !== sku);
  const offers = await offersOf(caller, [sku, ...others.map((line) => line.sku)]);
  const offer = offers.find((candidate) => candidate.sku === sku);
  if (!offer) throw fail("SKU_NOT_FOUND", `no SKU ${sku} is sold`);
  const currency = currencyOf(others, offers) ?? offer.price.currency;
  if (offer.price.currency !== currency) {
    const message = `${sku} is sold in ${offer.price.currency}, the cart is in ${currency}`;
    throw invalidField("/items", message);
  }
}

/** The coupon's own spelling of its code. Throws COUPON_INVALID with the reason. */
async function usableCoupon(caller: Caller, { lines, userId }: Cart, code: string) {
  const skus = lines.map((line) => line.sku);
  const { subtotal } = priceCart(lines, await offersOf(caller, skus), null);
  const quote = await quoteCoupon(caller, { code, userId, subtotal });
  if (quote.invalid !== null) throw fail("COUPON_INVALID", quote.invalid);
  return quote.code;
}
