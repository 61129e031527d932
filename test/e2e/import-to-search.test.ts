import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Product } from "../../contracts/catalog";
import type { Job } from "../../contracts/reports";
import type { SearchResult } from "../../contracts/search";
import { searchByHand } from "../support/brute-force-search";
import { ADMIN, AdminClient, Client } from "../support/client";
import { noRealCatalogue, realImportFiles, type Stocked } from "../support/real-catalogue";
import { eventually, startTestShop, type TestShop } from "../support/shop";

/** From the import route to the search route, with nothing but HTTP in between. */
describe.skipIf(noRealCatalogue)("real catalogues, imported and searched", () => {
  let shop: TestShop;
  let admin: AdminClient;
  let buyer: Client;
  /** What the catalogue and the inventory say, to count by hand. */
  let all: Stocked[];

  beforeAll(async () => {
    shop = await startTestShop({ env: ADMIN });
    const anyone = new Client(shop.url);
    admin = await AdminClient.signIn(shop.url);
    buyer = await anyone.register();
    for (const { name, csv } of realImportFiles()) await importFile(name, csv);
    all = await readShop();
    const inStock = searchByHand(all, { inStock: true }).ids.length;
    await eventually(async () => (await query({ inStock: true })).total === inStock, {
      what: `${inStock} products in stock`,
    });
  });
  afterAll(() => shop.stop());

  async function importFile(name: string, csv: string): Promise<void> {
    const answer = await fetch(`${shop.url}/api/v1/admin/products/import`, {
      method: "POST",
      headers: { authorization: `Bearer ${admin.token ?? ""}`, "content-type": "text/csv" },
      body: csv,
    });
    const location = answer.headers.get("location") ?? "";
    expect([name, answer.status]).toEqual([name, 202]);
    const job = await eventually(
      async () => {
        const { body } = await admin.get<Job>(location);
        return ["completed", "failed"].includes(body.status) && body;
      },
      { timeoutMs: 60_000, what: `the import of ${name}` },
    );
    expect(job, name).toMatchObject({ status: "completed", errors: [] });
    expect(job.progress.done).toBe(job.progress.total);
  }

  async function readShop(): Promise<Stocked[]> {
    const products: Product[] = [];
    for (let cursor = ""; ;) {
      const { body } = await admin.get<{ items: Product[]; nextCursor: string | null }>(
        `/products?limit=100${cursor}`,
      );
      products.push(...body.items);
      if (!body.nextCursor) break;
      cursor = `&cursor=${body.nextCursor}`;
    }
    return Promise.all(
      products.map(async (product) => ({
        product,
        firstStock: await Promise.all(
          product.variants.map(async ({ sku }) => ({
            sku,
            onHand: (await admin.stock(sku)).available,
          })),
        ),
      })),
    );
  }

  async function query(params: Record<string, unknown>): Promise<SearchResult> {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(params)) search.set(name, String(value));
    const { status, body } = await buyer.get<SearchResult>(`/search?${search.toString()}`);
    expect(status, JSON.stringify(body)).toBe(200);
    return body;
  }

  /** All that is found, page after page. */
  async function idsOf(params: Record<string, unknown>): Promise<string[]> {
    const ids: string[] = [];
    for (let cursor: Record<string, string> = {}; ;) {
      const { items, nextCursor } = await query({ limit: 100, ...params, ...cursor });
      ids.push(...items.map(({ productId }) => productId));
      if (!nextCursor) return ids;
      cursor = { cursor: nextCursor };
    }
  }

  const named = (name: string): Product => {
    const found = all.find(({ product }) => product.name === name);
    if (!found) throw new Error(`there is no ${name}`);
    return found.product;
  };

  test("every product of all three files is there", async () => {
    expect(all.length).toBeGreaterThan(230);
    expect((await query({})).total).toBe(all.length);
    expect(new Set(await idsOf({}))).toEqual(new Set(all.map(({ product }) => product.id)));
  });

  test("each is found by its name, by its beginning, and with a slip in its longest word", async () => {
    for (const { product } of all) {
      const { id, name } = product;
      expect(await idsOf({ q: name }), name).toContain(id);
      const begun = /^.*?\S{3}(?=\S*$)/.exec(name)?.[0] ?? name;
      expect(await idsOf({ q: begun }), begun).toContain(id);
      const slip = misspelt(name);
      expect(await idsOf({ q: slip }), slip).toContain(id);
    }
  });

  const narrowed: [what: string, filters: Parameters<typeof searchByHand>[1]][] = [
    ["nothing", {}],
    ["category", { category: "smartphones" }],
    ["category of an export", { category: "bracelet" }],
    ["brand", { brand: "Apple" }],
    ["brand of an export", { brand: "partners-demo" }],
    ["attribute", { attributes: { warranty: "Lifetime warranty" } }],
    ["attribute of a variant", { attributes: { colour: "Blue" } }],
    ["price range", { minPrice: 1_000, maxPrice: 5_000 }],
    ["stock", { inStock: true }],
    ["category and brand", { category: "smartphones", brand: "Apple" }],
    [
      "all of it",
      {
        category: "laptops",
        attributes: { returns: "No return policy" },
        minPrice: 1,
        inStock: true,
      },
    ],
  ];
  test.each(narrowed)("narrowed by %s, the items and every count are right", async (_, filters) => {
    const { attributes = {}, ...plain } = filters;
    const named = Object.entries(attributes).map(([name, value]) => [`attributes.${name}`, value]);
    const params = { ...plain, ...Object.fromEntries(named) } as Record<string, unknown>;
    const expected = searchByHand(all, filters);
    expect(expected.ids.length).toBeGreaterThan(0);
    const found = await query(params);
    expect(found.total).toBe(expected.ids.length);
    expect(found.facets).toEqual(expected.facets);
    expect(found.estimated).toBeUndefined();
    expect((await idsOf(params)).sort()).toEqual([...expected.ids].sort());
  });

  test("nothing found offers the nearest spelling, which finds something", async () => {
    for (const [typed, meant] of [
      ["zzzzqq mascara", "mascara"],
      ["xqxq Bracelett", "bracelet"],
    ] as const) {
      const found = await query({ q: typed });
      expect(found).toMatchObject({ items: [], total: 0, didYouMean: meant });
      expect((await query({ q: found.didYouMean })).total).toBeGreaterThan(0);
    }
    expect((await query({ q: "mascara" })).didYouMean).toBeNull();
  });

  /** Ms from the answer to a change until searches see it. */
  async function seenAfter(probe: () => Promise<boolean>): Promise<number> {
    const began = performance.now();
    await eventually(probe, { what: "the change in the index" });
    return performance.now() - began;
  }

  test("archived, repriced or sold out: the index is right within a second", async () => {
    const found = async (id: string, params: Record<string, unknown>) =>
      (await query({ limit: 100, ...params })).items.find(({ productId }) => productId === id);
    const lags: number[] = [];

    for (const amount of [123_456, 99_900, 123_457]) {
      const { id, name, variants } = named("Rolex Submariner Watch");
      const repriced = variants.map((one) => ({ ...one, price: { ...one.price, amount } }));
      const { status } = await admin.request("PATCH", `/admin/products/${id}`, {
        variants: repriced,
      });
      expect(status).toBe(200);
      lags.push(
        await seenAfter(async () => (await found(id, { q: name }))?.price.amount === amount),
      );
      expect(await found(id, { minPrice: amount, maxPrice: amount })).toBeDefined();
      expect(await found(id, { q: name, minPrice: amount + 1 })).toBeUndefined();
    }

    for (const name of ["Apple Airpods", "Brown Leather Belt Watch", "Black Sun Glasses"]) {
      const { id, variants } = named(name);
      const { sku } = variants[0] ?? { sku: "" };
      await admin.put(`/admin/inventory/${sku}`, { onHand: 2 });
      await eventually(async () => await found(id, { q: name, inStock: true }));
      const placed = await buyer.order([{ sku, quantity: 2 }]);
      expect(placed.status).toBe(202);
      lags.push(await seenAfter(async () => !(await found(id, { q: name, inStock: true }))));
      expect(await found(id, { q: name })).toBeDefined();
      await buyer.until(placed.body.id, "confirmed");
    }

    for (const name of ["Chanel Coco Noir Eau De", "Eggs", "Kiwi"]) {
      const { id, categories } = named(name);
      const [category = ""] = categories;
      const { total } = await query({ category });
      expect((await admin.request("DELETE", `/admin/products/${id}`)).status).toBe(204);
      lags.push(await seenAfter(async () => !(await found(id, { q: name }))));
      const after = await query({ category });
      expect(after.total).toBe(total - 1);
      expect(after.facets.categories.find(({ value }) => value === category)?.count).toBe(
        total - 1,
      );
    }

    // The limit; one slow turn of a busy machine is not the shop's.
    const typical = [...lags].sort((a, b) => a - b)[Math.floor(lags.length / 2)];
    expect(typical, lags.map(Math.round).join(", ")).toBeLessThan(1_000);
  });

  test("a product page shows what search holds alike, and does without when search is away", async () => {
    const { id, slug } = named("Samsung Galaxy S8");
    const page = async () =>
      (
        await buyer.get<{ product: Product; related: Product[] | null; degraded: string[] }>(
          `/storefront/products/${slug}`,
        )
      ).body;
    const { related, degraded } = await page();
    expect(degraded).toEqual([]);
    expect(related?.map((one) => one.brand)).toEqual(Array(4).fill("Samsung"));
    expect(related?.map((one) => one.id)).not.toContain(id);
    await shop.broker.destroyService("search");
    expect(await page()).toMatchObject({ product: { id }, related: null, degraded: ["related"] });
  });
});

/** Two neighbours in the longest word swapped. */
function misspelt(name: string): string {
  const words = name.split(/[^\p{L}]+/u).sort((a, b) => b.length - a.length);
  const [word = ""] = words;
  const at = word.length >> 1;
  const slip = word.slice(0, at - 1) + word.charAt(at) + word.charAt(at - 1) + word.slice(at + 1);
  return word.length < 5 ? name : name.replace(word, slip);
}
