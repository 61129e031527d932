import { Type as T, type Static } from "@sinclair/typebox";
import { action, defineContract, event } from "../lib/mesh/contract";
import { Strict } from "../lib/mesh/schema";
import {
  GivenPaymentMethod,
  Id,
  ListOf,
  Money,
  Nullable,
  OneOf,
  OrderLine,
  Page,
  PaymentMethod,
  PostalAddress,
  SkuQuantity,
  Text,
  Time,
} from "./common";
import {
  byIdempotencyKey,
  IdempotencyKey,
  repeatable,
  Repeatable,
  replayHeader,
} from "./repeatable";
import { OrderIds, settle, toReconcile } from "./reconciliation";

export const OrderStatus = OneOf([
  "pending",
  "confirmed",
  "shipped",
  "delivered",
  "cancelled",
  "refunded",
]);
export type OrderStatus = Static<typeof OrderStatus>;
export const cancelReasons = [
  "OUT_OF_STOCK",
  "PAYMENT_DECLINED",
  "TIMEOUT",
  "CUSTOMER_REQUEST",
  "ADMIN_REQUEST",
] as const;
export const CancelReason = OneOf(cancelReasons);
export type CancelReason = Static<typeof CancelReason>;

/** What the orders service itself knows of an order; the gateway adds payment and shipment. */
export const orderFields = {
  id: Id,
  number: T.String({ description: "for people, as `S-7K2M4-QXD1V`" }),
  status: OrderStatus,
  cancelReason: T.Optional(CancelReason),
  items: T.Array(OrderLine),
  subtotal: Money,
  couponCode: T.Optional(T.String()),
  discount: Money,
  shipping: Money,
  tax: Money,
  total: Money,
  shippingAddress: PostalAddress,
  createdAt: Time,
  updatedAt: Time,
};
export const OrderRecord = Strict({
  ...orderFields,
  userId: Id,
  paymentMethod: PaymentMethod,
  /** By whom it was to leave the house, once that was asked for. */
  dispatch: T.Optional(Strict({ carrier: T.String(), trackingNumber: T.String() })),
});
export type OrderRecord = Static<typeof OrderRecord>;

export const PaymentPart = Strict({
  status: T.String(),
  amount: Money,
  refunded: Money,
  method: T.String(),
});
export const ShipmentPart = Strict({
  status: OneOf(["preparing", "dispatched", "delivered", "cancelled"]),
  carrier: Nullable(T.String()),
  trackingNumber: Nullable(T.String()),
  history: T.Array(Strict({ status: T.String(), at: Time })),
});

/** An order as a client sees it. */
export const Order = Strict({
  ...orderFields,
  payment: Nullable(PaymentPart),
  shipment: Nullable(ShipmentPart),
  degraded: T.Array(T.String()),
});
export type Order = Static<typeof Order>;

/** An order as far as it has to agree with what the others did for it. */
export const OrderStanding = Strict({
  orderId: Id,
  status: OrderStatus,
  total: Money,
  dispatched: T.Boolean(),
  overdue: T.Boolean({ description: "pending, and its deadline is past" }),
});
export type OrderStanding = Static<typeof OrderStanding>;

/** The facts that everybody needs when an order begins. */
const OrderCreated = Strict({
  orderId: Id,
  number: T.String(),
  userId: Id,
  cartId: Nullable(Id),
  items: T.Array(OrderLine),
  total: Money,
  paymentMethod: PaymentMethod,
  shippingAddress: PostalAddress,
  deadline: Time,
});
const reference = { orderId: Id, number: T.String(), userId: Id };
const orderParam = Strict({ id: Id });
const orderRoute = (path: string, errors: string[]) =>
  ({ method: "POST", path, status: 202, errors }) as const;

/** A code as people type it; compared in upper case. */
export const CouponCode = T.String({
  minLength: 3,
  maxLength: 40,
  pattern: "^[A-Za-z0-9][A-Za-z0-9_-]*$",
});

/** Whatever a customer types in its place: what is no code is no coupon either. */
export const TypedCoupon = Text(255, 1);

/** What a coupon grants and to whom. */
const couponTerms = {
  kind: OneOf(["percentage", "fixed", "free_shipping"]),
  percentOff: T.Optional(
    T.Number({ minimum: 0.01, maximum: 100, description: "percent, of at most two decimals" }),
  ),
  amountOff: T.Optional(Money),
  minimumSubtotal: T.Optional(Money),
  startsAt: T.Optional(Time),
  endsAt: T.Optional(Time),
  maxUses: T.Optional(T.Integer({ minimum: 1, maximum: 1_000_000_000 })),
  maxUsesPerUser: T.Optional(T.Integer({ minimum: 1, maximum: 1_000_000 })),
};
export const Coupon = Strict({
  code: T.String(),
  ...couponTerms,
  uses: T.Integer(),
  createdAt: Time,
  endedAt: Nullable(Time),
});
export type Coupon = Static<typeof Coupon>;
const codeParam = Strict({ code: CouponCode });

export const orders = defineContract({
  name: "orders",
  durable: true,
  actions: {
    place: action({
      summary: "Place an order; it is held, charged and confirmed behind this answer",
      params: Strict({
        idempotencyKey: IdempotencyKey,
        paymentMethod: GivenPaymentMethod,
        shippingAddress: T.Optional(PostalAddress),
        shippingAddressId: T.Optional(Id),
        items: T.Optional(T.Array(SkuQuantity, { maxItems: 100 })),
        couponCode: T.Optional(TypedCoupon),
      }),
      result: Strict({ order: Order, replayed: T.Boolean() }),
      access: "customer",
      timeoutMs: 10_000,
      idempotent: false,
      route: {
        method: "POST",
        path: "/orders",
        status: 202,
        headers: byIdempotencyKey.headers,
        requires: { "idempotency-key": "IDEMPOTENCY_KEY_REQUIRED" },
        errors: [
          "IDEMPOTENCY_KEY_REQUIRED",
          "IDEMPOTENCY_KEY_REUSED",
          "IDEMPOTENCY_KEY_IN_FLIGHT",
          "CART_EMPTY",
          "SKU_NOT_FOUND",
          "COUPON_INVALID",
        ],
        reply: ({ order, replayed }) => ({
          body: order,
          headers: {
            location: `/api/v1/orders/${order.id}`,
            ...replayHeader(replayed),
          },
        }),
      },
    }),
    cancel: action({
      summary: "Cancel one's own order before it ships",
      params: orderParam,
      result: Order,
      access: "customer",
      idempotent: true,
      correlation: "id",
      route: orderRoute("/orders/:id/cancel", ["ORDER_NOT_CANCELLABLE"]),
    }),
    find: action({
      summary: "One order; of `userId` when given",
      params: Strict({ id: Id, userId: T.Optional(Id) }),
      result: OrderRecord,
      access: "internal",
      idempotent: true,
      correlation: "id",
    }),
    list: action({
      summary: "Orders, newest first",
      params: Strict({ userId: T.Optional(Id), status: T.Optional(OrderStatus), ...Page }),
      result: ListOf(OrderRecord),
      access: "internal",
      idempotent: true,
    }),
    history: action({
      summary: "The statuses an order went through, after `afterVersion`",
      params: Strict({
        id: Id,
        userId: T.Optional(Id),
        afterVersion: T.Optional(T.Integer({ minimum: 0 })),
      }),
      result: T.Array(
        Strict({
          version: T.Integer(),
          status: OrderStatus,
          reason: T.Optional(T.String()),
          at: Time,
        }),
      ),
      access: "internal",
      idempotent: true,
      correlation: "id",
    }),
    dispatch: action({
      summary: "Hand a confirmed order to its carrier",
      params: Strict({ id: Id, carrier: Text(120, 1), trackingNumber: Text(120, 1) }),
      result: Order,
      access: "admin",
      idempotent: false,
      correlation: "id",
      route: orderRoute("/admin/orders/:id/dispatch", ["INVALID_TRANSITION"]),
    }),
    deliver: action({
      summary: "Report a shipped order as delivered",
      params: orderParam,
      result: Order,
      access: "admin",
      idempotent: false,
      correlation: "id",
      route: orderRoute("/admin/orders/:id/deliver", ["INVALID_TRANSITION"]),
    }),
    refund: action({
      summary: "Give back `amount`, or what is left of the payment",
      params: Strict({ ...repeatable, id: Id, amount: T.Optional(Money), reason: Text(255, 1) }),
      result: Repeatable(Order),
      access: "admin",
      idempotent: false,
      correlation: "id",
      route: {
        ...orderRoute("/admin/orders/:id/refund", [
          "INVALID_TRANSITION",
          "REFUND_EXCEEDS_PAYMENT",
          "IDEMPOTENCY_KEY_REUSED",
        ]),
        ...byIdempotencyKey,
      },
    }),
    adminCancel: action({
      summary: "Cancel any order that has not shipped",
      params: orderParam,
      result: Order,
      access: "admin",
      idempotent: true,
      correlation: "id",
      route: orderRoute("/admin/orders/:id/cancel", ["INVALID_TRANSITION"]),
    }),
    toReconcile: toReconcile(
      "Ids of orders that are to be compared with what was done for them: open ones, or all that changed lately",
    ),
    standings: action({
      summary: "How orders stand; one that does not exist is left out",
      params: OrderIds,
      result: T.Array(OrderStanding),
      access: "internal",
      idempotent: true,
    }),
    settle: settle("End a pending order whose deadline is past; any other stays as it is"),
    createCoupon: action({
      summary: "A new coupon: so many percent off, an amount off, or free shipping",
      params: Strict({ code: CouponCode, ...couponTerms }),
      result: Coupon,
      access: "admin",
      idempotent: false,
      route: { method: "POST", path: "/admin/coupons", status: 201, errors: ["COUPON_TAKEN"] },
    }),
    coupons: action({
      summary: "Coupons, newest first",
      params: Strict({ ...Page }),
      result: ListOf(Coupon),
      access: "admin",
      idempotent: true,
      route: { method: "GET", path: "/admin/coupons" },
    }),
    endCoupon: action({
      summary: "No order can use the coupon from now on",
      params: codeParam,
      result: T.Null(),
      access: "admin",
      idempotent: true,
      route: { method: "DELETE", path: "/admin/coupons/:code", status: 204 },
    }),
    quoteCoupon: action({
      summary: "What a coupon would take off now, or why it cannot be used",
      params: Strict({ code: TypedCoupon, userId: T.Optional(Id), subtotal: Money }),
      result: Strict({
        code: T.String(),
        discount: Money,
        freeShipping: T.Boolean(),
        invalid: Nullable(T.String({ description: "the reason" })),
      }),
      access: "internal",
      idempotent: true,
    }),
  },
  events: {
    "order.created": event({ summary: "An order was accepted", version: 1, payload: OrderCreated }),
    "order.confirmed": event({
      summary: "An order is held and paid",
      version: 1,
      payload: Strict({
        ...reference,
        items: T.Array(OrderLine),
        subtotal: Money,
        discount: Money,
        shipping: Money,
        tax: Money,
        total: Money,
        shippingAddress: PostalAddress,
      }),
    }),
    "order.cancelled": event({
      summary: "An order ended; whatever was done for it is to be undone",
      version: 1,
      payload: Strict({ ...reference, reason: CancelReason }),
    }),
    "order.dispatch_requested": event({
      summary: "A confirmed order may leave the house; it can no longer be cancelled",
      version: 1,
      payload: Strict({ ...reference, carrier: T.String(), trackingNumber: T.String() }),
    }),
    "order.refunded": event({
      summary: "All that was paid was given back",
      version: 1,
      payload: Strict({ ...reference, dispatched: T.Boolean() }),
    }),
  },
  calls: [
    "carts.linesOf",
    "catalog.offers",
    "payments.ofOrders",
    "payments.refund",
    "payments.refundable",
    "shipping.deliver",
    "shipping.ofOrders",
    "users.addressOf",
  ],
  broadcasts: ["order.status"],
  consumes: [
    "stock.rejected",
    "payment.completed",
    "payment.failed",
    "payment.refunded",
    "shipment.dispatched",
    "shipment.delivered",
  ],
});
