import { describe, expect, it } from "vitest";
import { Type as T } from "@sinclair/typebox";
import { contracts } from "../../contracts";
import { errors } from "../../contracts/errors";
import type { ActionContract, Contract } from "../../lib/mesh/contract";
import { Strict } from "../../lib/mesh/schema";
import { problemType } from "../../services/gateway/problem";
import { actionTargets, routerOf } from "../../services/gateway/targets";

/**
 * Every route of the shop and who may call it. A change here is a decision, so it is made here too:
 * a route that is not in this table fails the test, as does one whose access is another.
 */
const POLICY = `
  public   GET    /.well-known/jwks.json
  admin    GET    /api/v1/admin/coupons
  admin    GET    /api/v1/admin/dead-letters
  admin    GET    /api/v1/admin/dead-letters/:id
  admin    GET    /api/v1/admin/dead-letters/audit
  admin    GET    /api/v1/admin/inventory/:sku
  admin    PUT    /api/v1/admin/inventory/:sku
  admin    GET    /api/v1/admin/jobs
  admin    GET    /api/v1/admin/jobs/:id
  admin    GET    /api/v1/admin/jobs/:id/result
  admin    GET    /api/v1/admin/notifications/bulk/:id
  admin    POST   /api/v1/admin/notifications/bulk
  admin    GET    /api/v1/admin/notifications/preview
  public   GET    /api/v1/notifications/unsubscribe
  public   POST   /api/v1/notifications/unsubscribe
  admin    GET    /api/v1/admin/orders
  admin    GET    /api/v1/admin/orders/:id
  admin    GET    /api/v1/admin/orders/:id/invoice
  admin    GET    /api/v1/admin/orders/:id/timeline
  admin    GET    /api/v1/admin/reconciliation
  admin    GET    /api/v1/admin/sandbox/charges
  admin    GET    /api/v1/admin/topology
  public   GET    /api/v1/cart
  public   PUT    /api/v1/cart/coupon
  public   PUT    /api/v1/cart/items/:sku
  public   GET    /api/v1/categories
  customer GET    /api/v1/orders
  customer GET    /api/v1/orders/:id
  customer GET    /api/v1/orders/:id/invoice
  public   GET    /api/v1/products
  public   GET    /api/v1/products/:idOrSlug
  public   GET    /api/v1/push/vapid-public-key
  public   GET    /api/v1/search
  public   GET    /api/v1/search/suggest
  public   GET    /api/v1/storefront/products/:idOrSlug
  customer GET    /api/v1/users/me
  customer GET    /api/v1/users/me/addresses
  customer GET    /api/v1/users/me/notification-preferences
  customer PATCH  /api/v1/users/me/notification-preferences
  customer GET    /api/v1/users/me/notifications
  public   GET    /images/:file
  public   GET    /media/:file
  admin    POST   /api/v1/admin/coupons
  admin    POST   /api/v1/admin/dead-letters/:id/park
  admin    POST   /api/v1/admin/dead-letters/:id/replay
  admin    POST   /api/v1/admin/dead-letters/replay
  admin    POST   /api/v1/admin/inventory/:sku/adjust
  admin    POST   /api/v1/admin/orders/:id/cancel
  admin    POST   /api/v1/admin/orders/:id/deliver
  admin    POST   /api/v1/admin/orders/:id/dispatch
  admin    POST   /api/v1/admin/orders/:id/refund
  admin    POST   /api/v1/admin/products
  admin    POST   /api/v1/admin/products/:id/images
  admin    POST   /api/v1/admin/products/import
  admin    POST   /api/v1/admin/reports/sales
  admin    POST   /api/v1/admin/search/rebuild
  public   POST   /api/v1/auth/login
  public   POST   /api/v1/auth/logout
  public   POST   /api/v1/auth/refresh
  public   POST   /api/v1/auth/register
  customer POST   /api/v1/cart/merge
  customer POST   /api/v1/orders
  customer POST   /api/v1/orders/:id/cancel
  customer POST   /api/v1/users/me/addresses
  customer POST   /api/v1/users/me/push-subscriptions
  customer DELETE /api/v1/users/me/push-subscriptions
  public   POST   /api/v1/webhooks/payments/:provider
  admin    PATCH  /api/v1/admin/products/:id
  customer PATCH  /api/v1/users/me
  customer PATCH  /api/v1/users/me/addresses/:id
  admin    DELETE /api/v1/admin/coupons/:code
  admin    DELETE /api/v1/admin/dead-letters/:id
  admin    DELETE /api/v1/admin/jobs/:id
  admin    DELETE /api/v1/admin/products/:id
  public   DELETE /api/v1/cart
  public   DELETE /api/v1/cart/coupon
  public   DELETE /api/v1/cart/items/:sku
  customer DELETE /api/v1/users/me/addresses/:id
`;

const targets = actionTargets(contracts);
const lines = (text: string) =>
  text
    .trim()
    .split("\n")
    .map((line) => line.trim().replace(/\s+/g, " "))
    .sort();

describe("the routes", () => {
  it("are those of the policy, each for whom it says", () => {
    const actual = targets.map(({ access, method, path }) => `${access} ${method} ${path}`);
    expect(actual.sort()).toEqual(lines(POLICY));
  });

  it("do not collide", () => expect(() => routerOf(targets)).not.toThrow());

  it("give what is below /admin to admins, and nothing else", () => {
    for (const { path, access } of targets) {
      expect([path, access === "admin"]).toEqual([path, path.startsWith("/api/v1/admin/")]);
    }
  });

  it("reach no internal action, and none of Moleculer's own", () => {
    for (const { name, access } of targets) {
      expect(access).not.toBe("internal");
      expect(name).toMatch(/^[a-z]+\.[a-zA-Z]+$/);
    }
  });

  it("name errors of the one table only", () => {
    for (const { route } of targets) {
      for (const code of route.errors ?? []) expect(errors).toHaveProperty(code);
    }
  });

  it("limit everything that takes a password or a refresh token, and what tells whether a coupon is good", () => {
    for (const name of ["users.register", "users.login", "users.refresh", "carts.setCoupon"]) {
      expect(targets.find((target) => target.name === name)?.limit).toBeDefined();
    }
  });
});

describe("a route that contradicts its contract", () => {
  const contractWith = (change: Partial<ActionContract>): Record<string, Contract> => ({
    shop: {
      name: "shop",
      calls: [],
      events: {},
      actions: {
        get: {
          summary: "",
          params: Strict({ id: T.String() }),
          result: T.Null(),
          access: "public",
          idempotent: true,
          route: { method: "GET", path: "/things/:id" },
          ...change,
        },
      },
    },
  });

  it.each([
    [{ access: "internal" }, "an internal action has no route"],
    [{ route: { method: "GET", path: "/things/:slug" } }, "slug is not a param"],
    [{ route: { method: "GET", path: "/x", headers: { key: "x-key" } } }, "key is not a param"],
    [{ route: { method: "PUT", path: "/x", cacheSeconds: 1 } }, "only a GET is cached"],
    [
      {
        route: { method: "GET", path: "/x", cacheSeconds: 1, limit: { budget: "b", perMinute: 1 } },
      },
      "what the cache answers is not counted",
    ],
    [
      { access: "customer", route: { method: "GET", path: "/x", cacheSeconds: 1 } },
      "only what is public is the same for everybody",
    ],
    [
      { access: "customer", route: { method: "GET", path: "/x", ignoresToken: true } },
      "only a public route can ignore tokens",
    ],
  ] as const)("%j stops the start", (change, message) => {
    expect(() => actionTargets(contractWith(change))).toThrow(message);
  });
});

describe("the error table", () => {
  it("has a status of an error and a title for each code, and a name that is stable", () => {
    for (const [code, { status, title }] of Object.entries(errors)) {
      expect(code).toMatch(/^[A-Z][A-Z_]+$/);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(title).not.toBe("");
      expect(problemType(code)).toMatch(/^https:\/\/souk\.example\/problems\/[a-z-]+$/);
    }
  });
});
