import { Type as T, type Static } from "@sinclair/typebox";
import { action, defineContract } from "../lib/mesh/contract";
import { sensitive, Strict } from "../lib/mesh/schema";
import { CartId, Id, MAX_QUANTITY, Money, Nullable, Sku, SkuQuantity, Time } from "./common";
import { TypedCoupon } from "./orders";

export const Cart = Strict({
  id: Id,
  items: T.Array(
    Strict({
      sku: T.String(),
      productId: Id,
      name: T.String(),
      unitPrice: Money,
      quantity: T.Integer(),
      lineTotal: Money,
      image: Nullable(T.String()),
      available: Nullable(T.Boolean({ description: "null: inventory did not answer" })),
    }),
  ),
  itemCount: T.Integer(),
  subtotal: Money,
  coupon: T.Optional(T.String()),
  discount: T.Optional(Money),
  updatedAt: Time,
  degraded: T.Array(T.String()),
});
export type Cart = Static<typeof Cart>;

const cartId = T.Optional(CartId);
const headers = { cartId: "x-cart-id" };
const CartAnswer = Strict({ cart: Cart, guestCartId: Nullable(sensitive("secret", Id)) });
const reply = ({ cart, guestCartId }: Static<typeof CartAnswer>) => ({
  body: cart,
  headers: { "cache-control": "no-store", ...(guestCartId ? { "x-cart-id": guestCartId } : {}) },
});

export const carts = defineContract({
  name: "carts",
  durable: true,
  actions: {
    get: action({
      summary: "The cart of the user or, by X-Cart-Id, of the guest; prices and stock as of now",
      params: Strict({ cartId }),
      result: CartAnswer,
      access: "public",
      idempotent: true,
      route: { method: "GET", path: "/cart", headers, reply },
    }),
    setItem: action({
      summary: "Put so many of a SKU into the cart; 0 removes it",
      params: Strict({
        cartId,
        sku: Sku,
        quantity: T.Integer({ minimum: 0, maximum: MAX_QUANTITY }),
      }),
      result: CartAnswer,
      access: "public",
      idempotent: true,
      route: { method: "PUT", path: "/cart/items/:sku", headers, reply, errors: ["SKU_NOT_FOUND"] },
    }),
    removeItem: action({
      summary: "Take a SKU out of the cart",
      params: Strict({ cartId, sku: Sku }),
      result: CartAnswer,
      access: "public",
      idempotent: true,
      route: { method: "DELETE", path: "/cart/items/:sku", headers, reply },
    }),
    clear: action({
      summary: "Empty the cart",
      params: Strict({ cartId }),
      result: CartAnswer,
      access: "public",
      idempotent: true,
      route: { method: "DELETE", path: "/cart", headers, reply },
    }),
    setCoupon: action({
      summary: "Use a coupon at the next checkout; `discount` is what it would take off now",
      params: Strict({ cartId, code: TypedCoupon }),
      result: CartAnswer,
      access: "public",
      idempotent: true,
      route: {
        method: "PUT",
        path: "/cart/coupon",
        headers,
        reply,
        errors: ["COUPON_INVALID"],
        // Nobody types more codes; who guesses them does.
        limit: { budget: "coupons", perMinute: 60 },
      },
    }),
    removeCoupon: action({
      summary: "Use no coupon",
      params: Strict({ cartId }),
      result: CartAnswer,
      access: "public",
      idempotent: true,
      route: { method: "DELETE", path: "/cart/coupon", headers, reply },
    }),
    merge: action({
      summary: "The user's cart takes the lines of a guest's, which ends",
      params: Strict({ cartId: sensitive("secret", Id) }),
      result: CartAnswer,
      access: "customer",
      idempotent: true,
      route: { method: "POST", path: "/cart/merge", reply },
    }),
    adopt: action({
      summary: "The same at login, before a token exists",
      params: Strict({ userId: Id, cartId: CartId }),
      result: T.Null(),
      access: "internal",
      idempotent: true,
    }),
    linesOf: action({
      summary: "What a user's cart holds, for a checkout; `version` changes with each change of it",
      params: Strict({ userId: Id }),
      result: Strict({
        cartId: Nullable(Id),
        version: T.Integer(),
        lines: T.Array(SkuQuantity),
        coupon: Nullable(T.String()),
      }),
      access: "internal",
      idempotent: true,
    }),
  },
  events: {},
  calls: ["catalog.offers", "inventory.availability", "orders.quoteCoupon"],
  consumes: ["order.created"],
});
