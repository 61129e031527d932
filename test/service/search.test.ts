import type { MetricTypes } from "moleculer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Product } from "../../contracts/catalog";
import { newId } from "../../lib/ids";
import { hasCode } from "../../lib/errors";
import type { EventName, EventPayload } from "../../lib/mesh/types";
import { searchByHand } from "../support/brute-force-search";
import { published } from "../support/doubles";
import { envelope } from "../support/events";
import { aProduct, anEventOf, aVariant } from "../support/products";
import { noRealCatalogue, realCatalogue, type Stocked } from "../support/real-catalogue";
import { startTestShop, type TestShop } from "../support/shop";

let shop: TestShop;
const admin = { id: newId(), roles: ["admin"] };

/** What the catalogue would tell of all its products; slow when a test says so. */
const shelves: { product: Product; version: number }[] = [];
let pause: Promise<void> = Promise.resolve();
const asked: string[][] = [];

const catalogDouble = published("catalog", {
  page: async ({ params }) => {
    await pause;
    const { after = "", limit } = params as { after?: string; limit: number };
    return shelves
      .filter(({ product }) => product.id > after)
      .sort((a, b) => (a.product.id < b.product.id ? -1 : 1))
      .slice(0, limit);
  },
});
const inventoryDouble = published("inventory", {
  availability: ({ params }) => {
    const skus = params.skus as string[];
    asked.push(skus);
    return Object.fromEntries(skus.map((sku) => [sku, { available: 7, lowStock: false }]));
  },
});

beforeAll(async () => {
  shop = await startTestShop({
    services: ["search"],
    doubles: [catalogDouble, inventoryDouble],
    env: { METRICS_PORT: "0" },
  });
});
afterAll(() => shop.stop());

const publish = <N extends EventName>(
  name: N,
  payload: EventPayload<N>,
  aggregateId: string,
  seq: number,
) => shop.runtime.transport.publish(envelope(name, payload, { aggregateId, seq }));

const created = (product: Product, version = 1) =>
  shop.runtime.transport.publish(anEventOf(product, version));
const archived = (product: Product, version: number) =>
  publish("product.archived", { product: { ...product, status: "archived" } }, product.id, version);
const stockChanged = (sku: string, available: number, seq: number) =>
  publish("stock.changed", { sku, onHand: available, reserved: 0, available }, sku, seq);

const query = (params: Parameters<typeof shop.call<"search.query">>[1] = {}) =>
  shop.call("search.query", params);
const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();
const totalOf = async (q: string) => (await query({ q })).total;

describe("events", () => {
  test("a product is found at once, at its price of now, until it is archived", async () => {
    const product = aProduct({ name: "Zanzibar chest", brand: "Dhow", categories: ["chests"] });
    await created(product);
    expect(await query({ q: "zanzibar" })).toMatchObject({
      items: [
        {
          ...{ productId: product.id, slug: product.slug, name: "Zanzibar chest", brand: "Dhow" },
          ...{ price: { amount: 1000, currency: "EUR" }, image: null },
          highlight: "<mark>Zanzibar</mark> chest",
        },
      ],
      total: 1,
      facets: {
        categories: [{ value: "chests", count: 1 }],
        brands: [{ value: "Dhow", count: 1 }],
        attributes: {},
        price: [{ from: 1000, to: 2500, count: 1 }],
      },
      didYouMean: null,
      nextCursor: null,
    });
    await created({ ...product, variants: [aVariant("ZAN-1", 4200)] }, 2);
    expect((await query({ q: "zanzibar" })).items[0]?.price.amount).toBe(4200);
    await archived(product, 3);
    expect(await totalOf("zanzibar")).toBe(0);
  });

  test("a product that is sold out is out of stock, and back when it is back", async () => {
    const product = aProduct({ name: "Sellout lamp", variants: [aVariant("SELL-1")] });
    const firstStock = [{ sku: "SELL-1", onHand: 2 }];
    await publish("product.created", { product, firstStock }, product.id, 1);
    const inStock = async () => (await query({ q: "sellout", inStock: true })).total;
    expect(await inStock()).toBe(1);
    await stockChanged("SELL-1", 0, 4);
    expect(await inStock()).toBe(0);
    expect(await totalOf("sellout")).toBe(1);
    await stockChanged("SELL-1", 3, 5);
    expect(await inStock()).toBe(1);
  });

  test("tell how old they were when the index showed them", async () => {
    const lag = () =>
      (
        shop.broker.metrics.getMetric("shop_search_lag_seconds") as MetricTypes.Gauge
      ).generateSnapshot()[0]?.value;
    const minuteOld = { ...anEventOf(aProduct(), 1), occurredAt: ago(60_000) };
    await shop.runtime.transport.publish(minuteOld);
    expect(lag()).toBeGreaterThanOrEqual(60);
    expect(lag()).toBeLessThan(90);
    await shop.runtime.transport.publish({ ...anEventOf(aProduct(), 1), occurredAt: ago(0) });
    expect(lag()).toBeLessThan(30);
  });

  test("in any order and however often they come, they end the same", async () => {
    const product = aProduct({ name: "Shuffle rug", variants: [aVariant("SHUF-1")] });
    const story = [
      anEventOf(product, 1),
      anEventOf({ ...product, brand: "Second", description: "knotted by hand" }, 2),
      anEventOf({ ...product, brand: "Third" }, 3),
      envelope("stock.changed", level("SHUF-1", 5), { aggregateId: "SHUF-1", seq: 1 }),
      envelope("stock.changed", level("SHUF-1", 0), { aggregateId: "SHUF-1", seq: 2 }),
    ];
    for (let turn = 0; turn < story.length; turn++) {
      const turned = [...story.slice(turn), ...story.slice(0, turn), ...story].reverse();
      for (const event of turned) {
        // Under the same id it is a redelivery, under a new one a replay that the inbox cannot know.
        await shop.runtime.transport.publish(event);
        await shop.runtime.transport.publish({ ...event, id: newId() });
      }
      const found = await query({ q: "shuffle" });
      expect(found.facets.brands).toEqual([{ value: "Third", count: 1 }]);
      expect(await totalOf("knotted")).toBe(0);
      expect((await query({ q: "shuffle", inStock: true })).total).toBe(0);
    }
    expect(await shop.call("search.backlog", {})).toMatchObject({
      deadLetters: 0,
      parkedEvents: 0,
    });
  });
});

const level = (sku: string, available: number) => ({
  sku,
  onHand: available,
  reserved: 0,
  available,
});

describe("requests", () => {
  test("a page hands on to the next; a forged or foreign cursor is refused", async () => {
    const some = Array.from({ length: 5 }, () => aProduct({ name: "Cursory stool" }));
    for (const product of some) await created(product);
    const first = await query({ q: "cursory", limit: 3 });
    const second = await query({ q: "cursory", limit: 3, cursor: first.nextCursor ?? "" });
    const ids = [...first.items, ...second.items].map(({ productId }) => productId);
    expect(ids.sort()).toEqual(some.map(({ id }) => id).sort());
    expect(second.nextCursor).toBeNull();
    const forge = (key: unknown) => Buffer.from(JSON.stringify(key)).toString("base64url");
    const cursors = [
      "x",
      forge([]),
      forge(["all", "score", 0, 0, "not-an-id"]),
      forge(["all", "score", 0, 1.5, newId()]),
      forge(["all", "score", 0, 1e300, newId()]),
      forge(["all; DROP TABLE stock", "score", 0, 0, newId()]),
      forge(["exact", "price_asc", 0, 0, newId()]),
    ];
    for (const cursor of cursors) {
      await expect(query({ q: "cursory", cursor }), cursor).rejects.toMatchObject({
        type: "VALIDATION_FAILED",
      });
    }
    await expect(query({ sort: "newest", cursor: first.nextCursor ?? "" })).rejects.toMatchObject({
      type: "VALIDATION_FAILED",
    });
  });

  test("nobody found: no items, all facets empty, and the nearest spelling", async () => {
    await created(aProduct({ name: "Samovar" }));
    expect(await query({ q: "qqqqq samovar" })).toEqual({
      items: [],
      total: 0,
      facets: { categories: [], brands: [], attributes: {}, price: [] },
      didYouMean: "samovar",
      nextCursor: null,
    });
    expect((await query({ q: "samvoar" })).total).toBe(1);
  });

  test("suggestions and related products are answered by contract", async () => {
    const [one, two] = [aProduct({ name: "Oud of Aleppo" }), aProduct({ name: "Oud of Mosul" })];
    await created(one);
    await created(two);
    expect((await shop.call("search.suggest", { q: "ou" })).suggestions).toEqual(
      expect.arrayContaining(["oud", "Oud of Aleppo", "Oud of Mosul"]),
    );
    expect(await shop.call("search.suggest", { q: "   " })).toEqual({ suggestions: [] });
    expect(await shop.call("search.related", { productId: one.id, limit: 3 })).toEqual([two.id]);
  });
});

describe("a rebuild", () => {
  const rebuild = () => shop.call("search.rebuild", {}, admin);

  test("makes the index what the catalogue has, with the stock that inventory tells", async () => {
    const stale = aProduct({ name: "Stale biscuit" });
    await created(stale);
    await stockChanged("KNOWN-1", 0, 9);
    const [known, fresh, gone] = [
      aProduct({ name: "Rebuilt known", variants: [aVariant("KNOWN-1")] }),
      aProduct({ name: "Rebuilt fresh", variants: [aVariant("FRESH-1")] }),
      aProduct({ name: "Rebuilt gone", status: "archived" }),
    ];
    shelves.splice(
      0,
      Infinity,
      ...[known, fresh, gone].map((product) => ({ product, version: 2 })),
    );
    expect(await rebuild()).toMatchObject({ products: 3 });
    expect(await totalOf("stale")).toBe(0);
    expect(await totalOf("rebuilt")).toBe(2);
    expect((await query({ q: "rebuilt", inStock: true })).items).toMatchObject([
      { name: "Rebuilt fresh" },
    ]);
    expect(asked.flat()).not.toContain("KNOWN-1");
    await created(gone, 1);
    expect(await totalOf("rebuilt gone")).toBe(0);
  });

  test("loses nothing that happens while it runs, and is run once for all who ask", async () => {
    let go: () => void = () => undefined;
    pause = new Promise((resolve) => (go = resolve));
    const [moved, late] = [
      aProduct({ name: "Meanwhile moved" }),
      aProduct({ name: "Meanwhile late" }),
    ];
    shelves.splice(0, Infinity, { product: moved, version: 1 });
    await created(moved);
    const both = Promise.all([rebuild(), rebuild()]);
    await created({ ...moved, brand: "Newer" }, 2);
    await created(late);
    go();
    const [one, other] = await both;
    expect(one.products).toBe(other.products);
    expect((await query({ q: "meanwhile" })).total).toBe(2);
    expect((await query({ q: "meanwhile moved" })).facets.brands).toEqual([
      { value: "Newer", count: 1 },
    ]);
  });

  test("that fails leaves the index as it was, and the next one runs", async () => {
    const product = aProduct({ name: "Unharmed vase" });
    await created(product);
    pause = Promise.reject(new Error("the catalogue is away"));
    pause.catch(() => undefined);
    await expect(rebuild()).rejects.toThrow();
    expect(await totalOf("unharmed")).toBe(1);
    pause = Promise.resolve();
    shelves.splice(0, Infinity, { product, version: 1 });
    expect(await rebuild()).toMatchObject({ products: 1 });
  });

  test("is for admins", async () => {
    const refused = await shop
      .call("search.rebuild", {}, { id: newId(), roles: ["customer"] })
      .catch((error: unknown) => error);
    expect(hasCode(refused, "FORBIDDEN")).toBe(true);
  });
});

describe.skipIf(noRealCatalogue)("real catalogues, told by events", () => {
  let all: Stocked[];
  beforeAll(async () => {
    shelves.length = 0;
    await shop.call("search.rebuild", {}, admin); // an empty shop
    all = await realCatalogue();
    await Promise.all(
      all.map(({ product, firstStock }) =>
        publish("product.created", { product, firstStock }, product.id, 1),
      ),
    );
  });

  test("are all found, exactly, with a slip, and by category, brand, attribute and price", async () => {
    expect((await query()).total).toBe(all.length);
    expect((await query({ q: "Essence Mascara Lash Princess" })).items[0]?.name).toBe(
      "Essence Mascara Lash Princess",
    );
    expect((await query({ q: "mascra" })).total).toBeGreaterThan(0);
    expect((await query({ category: "laptops" })).total).toBe(5);
    expect((await query({ brand: "Apple", category: "smartphones" })).total).toBe(4);
    expect((await query({ attributes: { colour: "Blue" } })).total).toBeGreaterThan(0);
  });

  test("have the counts that looking at every product gives", async () => {
    const requests = [
      {},
      { category: "smartphones" },
      { category: "smartphones", brand: "Apple" },
      { inStock: true, minPrice: 1_000, maxPrice: 20_000 },
      { attributes: { warranty: "Lifetime warranty", returns: "No return policy" } },
    ];
    for (const filters of requests) {
      const found = await query(filters);
      const expected = searchByHand(all, filters);
      expect(found.facets, JSON.stringify(filters)).toEqual(expected.facets);
      expect(found.total).toBe(expected.ids.length);
    }
  });
});
