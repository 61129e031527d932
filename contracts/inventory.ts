import { Type as T, type Static } from "@sinclair/typebox";
import { action, defineContract, event } from "../lib/mesh/contract";
import { Strict } from "../lib/mesh/schema";
import { Id, Money, OneOf, Sku, SkuQuantity, Text, Time } from "./common";
import { byIdempotencyKey, repeatable, Repeatable } from "./repeatable";
import { OrderIds, settle, toReconcile } from "./reconciliation";

export const StockLevel = Strict({
  sku: T.String(),
  onHand: T.Integer(),
  reserved: T.Integer(),
  available: T.Integer(),
});
export type StockLevel = Static<typeof StockLevel>;

export const HoldStanding = Strict({
  orderId: Id,
  status: OneOf(["held", "rejected", "committed", "released"]),
  expired: T.Boolean({ description: "held, and its end is past by half a minute" }),
});
export type HoldStanding = Static<typeof HoldStanding>;

export const MAX_ON_HAND = 1_000_000;
export const OnHand = T.Integer({ minimum: 0, maximum: MAX_ON_HAND });

export const inventory = defineContract({
  name: "inventory",
  durable: true,
  actions: {
    get: action({
      summary: "Stock of a SKU",
      params: Strict({ sku: Sku }),
      result: StockLevel,
      access: "admin",
      idempotent: true,
      route: { method: "GET", path: "/admin/inventory/:sku", errors: ["SKU_NOT_FOUND"] },
    }),
    set: action({
      summary: "Set what is on hand after a count; never below what is reserved",
      params: Strict({ sku: Sku, onHand: OnHand }),
      result: StockLevel,
      access: "admin",
      idempotent: false,
      route: {
        method: "PUT",
        path: "/admin/inventory/:sku",
        errors: ["SKU_NOT_FOUND", "STOCK_RESERVED"],
      },
    }),
    adjust: action({
      summary: "Add to or take from what is on hand",
      params: Strict({
        ...repeatable,
        sku: Sku,
        delta: T.Integer({ minimum: -MAX_ON_HAND, maximum: MAX_ON_HAND }),
        reason: Text(255, 1),
      }),
      result: Repeatable(StockLevel),
      access: "admin",
      idempotent: false,
      route: {
        method: "POST",
        path: "/admin/inventory/:sku/adjust",
        errors: ["SKU_NOT_FOUND", "STOCK_RESERVED", "IDEMPOTENCY_KEY_REUSED"],
        ...byIdempotencyKey,
      },
    }),
    stock: action({
      summary:
        "Set what is on hand of many SKUs, as an import does; an equal value changes nothing, nor does what the same `batch` has counted before",
      params: Strict({
        levels: T.Array(Strict({ sku: Sku, onHand: OnHand }), { minItems: 1, maxItems: 500 }),
        reason: Text(255, 1),
        batch: T.Optional(Id),
      }),
      result: Strict({
        changed: T.Integer(),
        refused: T.Array(Strict({ sku: T.String(), message: T.String() })),
      }),
      access: "internal",
      timeoutMs: 10_000,
      idempotent: true,
    }),
    toReconcile: toReconcile(
      "Orders whose stock is to be compared: those held, or all that were held or sold lately",
    ),
    standings: action({
      summary: "How the stock of orders stands; an order that was never held is left out",
      params: OrderIds,
      result: T.Array(HoldStanding),
      access: "internal",
      idempotent: true,
    }),
    settle: settle("Release or commit what is held, as the order stands", { timeoutMs: 10_000 }),
    availability: action({
      summary: "What can be bought of each SKU now; an unknown one has none",
      params: Strict({ skus: T.Array(Sku, { maxItems: 500 }) }),
      result: T.Record(T.String(), Strict({ available: T.Integer(), lowStock: T.Boolean() })),
      access: "internal",
      idempotent: true,
    }),
  },
  events: {
    "stock.reserved": event({
      summary: "All lines of an order are held until `expiresAt`",
      version: 1,
      payload: Strict({
        orderId: Id,
        userId: Id,
        total: Money,
        paymentMethod: T.String(),
        expiresAt: Time,
        deadline: Time,
      }),
    }),
    "stock.rejected": event({
      summary: "An order cannot be held; nothing of it is",
      version: 1,
      payload: Strict({ orderId: Id, short: T.Array(SkuQuantity) }),
    }),
    "stock.released": event({
      summary: "What was held for, or taken by, an ended order can be bought again",
      version: 1,
      payload: Strict({ orderId: Id, lines: T.Array(SkuQuantity) }),
    }),
    "stock.changed": event({
      summary: "The stock of a SKU is another one now",
      version: 1,
      payload: StockLevel,
    }),
  },
  calls: ["catalog.offers", "orders.standings"],
  consumes: [
    "order.created",
    "order.confirmed",
    "order.cancelled",
    "order.refunded",
    "product.created",
    "product.updated",
  ],
});
