import { Type as T } from "@sinclair/typebox";
import { action, defineContract } from "../lib/mesh/contract";
import { Strict } from "../lib/mesh/schema";
import { Product } from "./catalog";
import { Id, IdOrSlug, ListOf, Nullable, Page } from "./common";
import { Order, OrderStatus } from "./orders";

/** What no single service can answer: the gateway asks several and says which part is missing. */
export const gateway = defineContract({
  name: "gateway",
  actions: {
    storefrontProduct: action({
      summary: "A product page: the product, its stock, related products",
      params: Strict({ idOrSlug: IdOrSlug }),
      result: Strict({
        product: Product,
        availability: Nullable(
          T.Record(T.String(), Strict({ available: T.Integer(), lowStock: T.Boolean() })),
        ),
        related: Nullable(T.Array(Product)),
        degraded: T.Array(T.String()),
      }),
      access: "public",
      idempotent: true,
      route: { method: "GET", path: "/storefront/products/:idOrSlug", tag: "catalog" },
    }),
    orders: action({
      summary: "The signed-in user's orders, newest first",
      params: Strict({ ...Page }),
      result: ListOf(Order),
      access: "customer",
      idempotent: true,
      route: { method: "GET", path: "/orders", tag: "orders" },
    }),
    order: action({
      summary: "One of the signed-in user's orders, with its payment and shipment",
      params: Strict({ id: Id }),
      result: Order,
      access: "customer",
      idempotent: true,
      correlation: "id",
      route: { method: "GET", path: "/orders/:id", tag: "orders" },
    }),
    adminOrders: action({
      summary: "All orders, newest first",
      params: Strict({ status: T.Optional(OrderStatus), ...Page }),
      result: ListOf(Order),
      access: "admin",
      idempotent: true,
      route: { method: "GET", path: "/admin/orders", tag: "orders" },
    }),
    adminOrder: action({
      summary: "Any order",
      params: Strict({ id: Id }),
      result: Order,
      access: "admin",
      idempotent: true,
      correlation: "id",
      route: { method: "GET", path: "/admin/orders/:id", tag: "orders" },
    }),
  },
  events: {},
  calls: [
    "*.backlog",
    "catalog.byIds",
    "catalog.get",
    "inventory.availability",
    "orders.find",
    "orders.history",
    "orders.list",
    "payments.ofOrders",
    "reports.jobFile",
    "search.related",
    "shipping.ofOrders",
    "users.jwks",
  ],
  callsRoutes: true,
  hears: ["cache.invalidate.catalog", "order.status"],
  consumes: [],
});
