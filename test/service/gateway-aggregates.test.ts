import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { fail } from "../../contracts/errors";
import type { OrderRecord } from "../../contracts/orders";
import { newId } from "../../lib/ids";
import { startTestGateway, standIn, type TestGateway } from "../support/gateway";
import { aProduct, aVariant } from "../support/products";

const [ADA, BOB] = [newId(), newId()];
const eur = (amount: number) => ({ amount, currency: "EUR" });
const now = new Date().toISOString();
const anOrder = (userId: string): OrderRecord => ({
  id: newId(),
  number: "S-1",
  status: "pending",
  items: [],
  subtotal: eur(0),
  discount: eur(0),
  shipping: eur(0),
  tax: eur(0),
  total: eur(0),
  shippingAddress: { name: "Ada", line1: "x", city: "Wien", postalCode: "1010", country: "AT" },
  createdAt: now,
  updatedAt: now,
  userId,
  paymentMethod: "pm_card_visa",
});

const product = aProduct({ slug: "mug", variants: [aVariant("MUG-S"), aVariant("MUG-L")] });
const [like, alike] = [aProduct(), aProduct()];
const hers = [anOrder(ADA), anOrder(ADA)];
const payment = { status: "captured", amount: eur(1), refunded: eur(0), method: "pm_card_visa" };
const shipment = { status: "preparing" as const, carrier: null, trackingNumber: null, history: [] };

/** Parts that fail at the moment, and how often each was asked. */
const failing = new Set<string>();
const asked = new Map<string, number>();
function part<T>(name: string, value: T): T {
  asked.set(name, (asked.get(name) ?? 0) + 1);
  if (failing.has(name)) throw new Error(`${name} is down`);
  return value;
}

let shop: TestGateway;
let ada: { authorization: string };
let bob: { authorization: string };
let admin: { authorization: string };
beforeAll(async () => {
  shop = await startTestGateway([
    standIn("catalog", {
      get: ({ params }: { params: { idOrSlug: string } }) => {
        if (params.idOrSlug !== "mug") throw fail("NOT_FOUND");
        return product;
      },
      byIds: ({ params }: { params: { ids: string[] } }) =>
        part(
          "catalog",
          params.ids.flatMap((id) => [like, alike].find((one) => one.id === id) ?? []),
        ),
    }),
    standIn("search", {
      related: async ({ params }: { params: { productId: string } }) => {
        if (failing.has("search-slow")) await new Promise((resolve) => setTimeout(resolve, 3_000));
        return part("search", params.productId === product.id ? [alike.id, newId(), like.id] : []);
      },
    }),
    standIn("inventory", {
      availability: ({ params }: { params: { skus: string[] } }) =>
        part(
          "availability",
          Object.fromEntries(params.skus.map((sku) => [sku, { available: 3, lowStock: true }])),
        ),
    }),
    standIn("orders", {
      list: ({ params }: { params: { userId?: string } }) => ({
        items: hers.filter(({ userId }) => params.userId === undefined || userId === params.userId),
        nextCursor: "next",
      }),
      find: ({ params }: { params: { id: string; userId?: string } }) => {
        const order = hers.find(({ id }) => id === params.id);
        if (!order || (params.userId && order.userId !== params.userId)) throw fail("NOT_FOUND");
        return order;
      },
    }),
    standIn("payments", {
      ofOrders: ({ params }: { params: { orderIds: string[] } }) =>
        part(
          "payment",
          params.orderIds.slice(0, 1).map((orderId) => ({ orderId, ...payment })),
        ),
    }),
    standIn("shipping", {
      ofOrders: async ({ params }: { params: { orderIds: string[] } }) => {
        if (failing.has("shipment-slow"))
          await new Promise((resolve) => setTimeout(resolve, 3_000));
        return part(
          "shipment",
          params.orderIds.map((orderId) => ({ orderId, ...shipment })),
        );
      },
    }),
  ]);
  [ada, bob, admin] = await Promise.all([
    shop.as(ADA, "customer"),
    shop.as(BOB, "customer"),
    shop.as(newId(), "admin"),
  ]);
});
afterAll(() => shop?.stop());
beforeEach(() => {
  failing.clear();
  asked.clear();
});

const get = (path: string, headers = {}) => shop.request(`/api/v1${path}`, { headers });

describe("a product page", () => {
  it("has the product, its stock and related products", async () => {
    const { status, json, headers } = await get("/storefront/products/mug");
    expect(status).toBe(200);
    expect(json).toEqual({
      product,
      availability: {
        "MUG-S": { available: 3, lowStock: true },
        "MUG-L": { available: 3, lowStock: true },
      },
      related: [alike, like],
      degraded: [],
    });
    expect(headers.get("etag")).not.toBeNull();
  });

  it("names what is missing, and has the rest", async () => {
    failing.add("availability").add("search");
    expect((await get("/storefront/products/mug")).json).toEqual({
      product,
      availability: null,
      related: null,
      degraded: ["availability", "related"],
    });
  });

  it.each(["search", "search-slow", "catalog"])(
    "does without related products: %s",
    async (what) => {
      failing.add(what);
      expect((await get("/storefront/products/mug")).json).toMatchObject({
        product,
        availability: { "MUG-S": { available: 3 } },
        related: null,
        degraded: ["related"],
      });
    },
  );

  it("is not there when the product is not", async () => {
    expect((await get("/storefront/products/cup")).json).toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("orders", () => {
  it("have their payments and shipments, each asked for once", async () => {
    const { json } = await get("/orders", ada);
    expect(json).toMatchObject({
      items: [
        { id: hers[0]?.id, payment, shipment, degraded: [] },
        { id: hers[1]?.id, payment: null, shipment, degraded: [] },
      ],
      nextCursor: "next",
    });
    expect(Object.fromEntries(asked)).toEqual({ payment: 1, shipment: 1 });
  });

  it("tell nobody whose they are, and are nobody else's", async () => {
    const { text } = await get(`/orders/${hers[0]?.id}`, ada);
    expect(text).not.toMatch(/userId|paymentMethod/);
    expect((await get("/orders", bob)).json).toMatchObject({ items: [] });
    expect((await get(`/orders/${hers[0]?.id}`, bob)).json).toMatchObject({
      status: 404,
      code: "NOT_FOUND",
    });
    expect((await get(`/orders/${hers[0]?.id}`)).status).toBe(401);
  });

  it("can all be seen by an admin", async () => {
    expect((await get(`/admin/orders/${hers[0]?.id}`, admin)).status).toBe(200);
    expect((await get("/admin/orders?status=pending", admin)).json).toMatchObject({
      items: [{}, {}],
    });
    expect((await get("/admin/orders", ada)).status).toBe(403);
  });

  it("come without the part that fails", async () => {
    failing.add("payment");
    const { status, json } = await get(`/orders/${hers[0]?.id}`, ada);
    expect([status, json]).toMatchObject([200, { payment: null, shipment, degraded: ["payment"] }]);
  });

  it("do not wait long for a part that is slow", async () => {
    failing.add("shipment-slow");
    const began = performance.now();
    const { json } = await get(`/orders/${hers[0]?.id}`, ada);
    expect(json).toMatchObject({ payment, shipment: null, degraded: ["shipment"] });
    expect(performance.now() - began).toBeLessThan(2_500);
  });
});
