import { appendFile, mkdtemp, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Product } from "../../contracts/catalog";
import { hasCode } from "../../lib/errors";
import type { ProductStore } from "../../services/catalog/store/product-store";
import { eventually } from "../support/eventually";
import { openFileProducts, productsFile } from "../support/file-products";
import { killAfter } from "../support/kill-child";
import { openMongoProducts } from "../support/mongo-products";
import { MongoServer, mongoIsThere } from "../support/mongo-server";
import { anEventOf, aProduct, aVariant } from "../support/products";

interface IndexDescription {
  readonly key: object;
  readonly unique?: boolean;
}

interface OpenStore {
  readonly store: ProductStore;
  close(): Promise<void>;
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "souk-products-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const add = (store: ProductStore, product: Product) => store.insert(product, anEventOf(product, 1));
const rewrite = (store: ProductStore, product: Product, version: number) =>
  store.replace(product, version, anEventOf(product, version));
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "none",
    (error: unknown) => (error as { type: string }).type,
  );

/** What every store promises. `open` finds what an earlier one left for the same folder. */
function behaves(open: (folder: string) => Promise<OpenStore>): void {
  let opened: OpenStore;
  let store: ProductStore;
  beforeEach(async () => {
    opened = await open(folder);
    store = opened.store;
  });
  afterEach(() => opened.close());
  const reopen = async () => {
    await opened.close();
    opened = await open(folder);
    store = opened.store;
  };

  test("a product is found by id, slug and SKU, before and after a restart", async () => {
    const product = aProduct({
      name: 'Lamp "A" \u2028 two\u0085lines',
      attributes: { "screen.size": "5 in", $price: "no", ["__proto__"]: "odd" },
      variants: [aVariant("LAMP-1"), { ...aVariant("LAMP-2"), name: "Big" }],
      images: [{ url: "/images/a.svg", alt: "A" }],
      categories: ["lamps"],
    });
    await add(store, product);
    for (const restarted of [false, true]) {
      if (restarted) await reopen();
      expect((await store.byId(product.id))?.product).toEqual(product);
      expect((await store.bySlug(product.slug))?.version).toBe(1);
      expect(await store.bySkus(["LAMP-2", "LAMP-1", "NONE"])).toEqual([product]);
      const unknown = "0190aaaa-0000-7000-8000-000000000001";
      expect(await store.byIds([product.id, unknown, product.id])).toEqual([product]);
    }
  });

  test("an unknown product is null", async () => {
    expect(await store.byId("0190aaaa-0000-7000-8000-000000000001")).toBeNull();
    expect(await store.bySlug("nothing")).toBeNull();
    expect(await store.bySkus(["NONE"])).toEqual([]);
  });

  test("a slug and a SKU belong to one product, archived ones included", async () => {
    const old = aProduct({ status: "archived", variants: [aVariant("ONE"), aVariant("TWO")] });
    await add(store, old);
    expect(await codeOf(add(store, aProduct({ slug: old.slug })))).toBe("SLUG_TAKEN");
    expect(await codeOf(add(store, aProduct({ variants: [aVariant("TWO")] })))).toBe("SKU_TAKEN");
    const other = aProduct();
    await add(store, other);
    expect(await codeOf(rewrite(store, { ...other, slug: old.slug }, 2))).toBe("SLUG_TAKEN");
    const grabbing = { ...other, variants: [...other.variants, aVariant("ONE")] };
    expect(await codeOf(rewrite(store, grabbing, 2))).toBe("SKU_TAKEN");
    await reopen();
    expect((await store.byId(other.id))?.product).toEqual(other);
    expect(await codeOf(add(store, aProduct({ variants: [aVariant("ONE")] })))).toBe("SKU_TAKEN");
  });

  test("a slug and a SKU that a product gave up are free again", async () => {
    const product = aProduct({ slug: "first", variants: [aVariant("A"), aVariant("B")] });
    await add(store, product);
    await rewrite(store, { ...product, slug: "second", variants: [aVariant("B")] }, 2);
    await add(store, aProduct({ slug: "first", variants: [aVariant("A")] }));
    expect(await store.bySlug("first")).toMatchObject({ version: 1 });
    expect(await store.bySkus(["B"])).toMatchObject([{ slug: "second" }]);
  });

  test("of two writes over the same version one wins", async () => {
    const product = aProduct();
    await add(store, product);
    const results = await Promise.all(
      ["a", "b", "c"].map((name) => rewrite(store, { ...product, name }, 2)),
    );
    expect(results.filter(Boolean)).toHaveLength(1);
    expect((await store.byId(product.id))?.version).toBe(2);
  });

  test("a page takes up behind the last product seen, in every order", async () => {
    const prices = [500, 300, 500, 100, 500];
    const products = prices.map((amount, n) => aProduct({ variants: [aVariant(`P${n}`, amount)] }));
    for (const product of products) await add(store, product);
    await add(store, aProduct({ status: "archived" }));
    for (const sort of ["newest", "price_asc", "price_desc"] as const) {
      const all = await store.list({ categories: null, sort, after: null, limit: 10 });
      expect(all).toHaveLength(5);
      const seen: Product[] = [];
      for (;;) {
        const last = seen.at(-1);
        const key = sort === "newest" ? last?.createdAt : last?.variants[0]?.price.amount;
        const after = last && key !== undefined ? ([key, last.id] as const) : null;
        const page = await store.list({ categories: null, sort, after, limit: 2 });
        if (page.length === 0) break;
        seen.push(...page);
      }
      expect(seen).toEqual(all);
    }
    const cheapest = await store.list({
      categories: null,
      sort: "price_asc",
      after: null,
      limit: 2,
    });
    expect(cheapest.map((product) => product.variants[0]?.price.amount)).toEqual([100, 300]);
  });

  test("a list by category has what is in any of them, once", async () => {
    const both = aProduct({ categories: ["lamps", "home"] });
    await add(store, both);
    await add(store, aProduct({ categories: ["rugs"] }));
    const query = { sort: "newest", after: null, limit: 10 } as const;
    expect(await store.list({ categories: ["home", "lamps"], ...query })).toEqual([both]);
    expect(await store.list({ categories: ["none"], ...query })).toEqual([]);
  });

  test("all products can be walked by id", async () => {
    const products = [aProduct(), aProduct({ status: "archived" }), aProduct()];
    for (const product of products) await add(store, product);
    const first = await store.page(null, 2);
    const rest = await store.page(first.at(-1)?.product.id ?? "", 2);
    expect([...first, ...rest].map(({ product }) => product)).toEqual(products);
  });

  test("a category that is there stays as it is", async () => {
    await store.addCategories([{ slug: "lamps", name: "Lamps", parent: null }]);
    await store.addCategories([
      { slug: "lamps", name: "Other", parent: "home" },
      { slug: "rugs", name: "Rugs", parent: null },
    ]);
    await reopen();
    expect(await store.categories()).toEqual([
      { slug: "lamps", name: "Lamps", parent: null },
      { slug: "rugs", name: "Rugs", parent: null },
    ]);
  });

  test("events wait in their product, its oldest in front, also over a restart", async () => {
    const [one, two] = [aProduct(), aProduct()];
    await add(store, one);
    await add(store, two);
    await rewrite(store, { ...one, name: "New" }, 2);
    await reopen();
    const heads = await store.pendingHeads(10, []);
    expect(heads.map(({ aggregateId, seq }) => [aggregateId, seq]).sort()).toEqual(
      [
        [one.id, 1],
        [two.id, 1],
      ].sort(),
    );
    expect(await store.pendingHeads(10, [one.id])).toMatchObject([{ aggregateId: two.id }]);
    expect(await store.pendingHeads(1, [])).toHaveLength(1);
    expect((await store.pending()).map((event) => event.seq)).toEqual([1, 1, 2]);
  });

  test("taking an event out loses none that was added meanwhile", async () => {
    const product = aProduct();
    const first = anEventOf(product, 1);
    await store.insert(product, first);
    const second = anEventOf(product, 2);
    await Promise.all([
      store.dropPending([first]),
      store.replace({ ...product, name: "New" }, 2, second),
      store.dropPending([first]),
    ]);
    await store.dropPending([first]);
    expect(await store.pending()).toEqual([second]);
    await reopen();
    expect(await store.pending()).toEqual([second]);
    await store.dropPending([second]);
    expect(await store.pending()).toEqual([]);
  });

  test("the active products of each set of categories are counted", async () => {
    for (const categories of [["a"], ["a", "b"], ["a", "b"], []]) {
      await add(store, aProduct({ categories }));
    }
    await add(store, aProduct({ categories: ["a"], status: "archived" }));
    const counts: Record<string, number> = {};
    for (const { categories, products } of await store.placements()) {
      counts[categories.join()] = (counts[categories.join()] ?? 0) + products;
    }
    expect(counts).toEqual({ a: 1, "a,b": 2, "": 1 });
  });

  test("an operator in place of a value finds nothing", async () => {
    await add(store, aProduct());
    const operator = { $ne: null } as never;
    expect(await store.bySlug(operator).catch(() => null)).toBeNull();
    expect(await store.byId(operator).catch(() => null)).toBeNull();
    expect(await store.bySkus([operator]).catch((): Product[] => [])).toEqual([]);
    expect(await store.byIds([operator]).catch((): Product[] => [])).toEqual([]);
  });
}

describe("products in a file", () => {
  behaves(openFileProducts);

  test("what is given out cannot be changed, as it is what the next one gets", async () => {
    const { store, close } = await openFileProducts(folder);
    const product = aProduct();
    await add(store, product);
    const found = (await store.byId(product.id))?.product;
    expect(() => found?.variants.pop()).toThrow(TypeError);
    await close();
  });
});

describe.skipIf(!mongoIsThere())("products in MongoDB", () => {
  let server: MongoServer;
  beforeAll(async () => {
    server = await MongoServer.start();
  });
  afterAll(() => server.remove());

  const open = () => openMongoProducts(server.url, basename(folder));
  const away = (error: unknown) => hasCode(error, "SERVICE_UNAVAILABLE");

  behaves(open);

  test("of several nodes that write the same at once one wins, and what it wrote all see", async () => {
    const nodes = await Promise.all([open(), open(), open()]);
    const stores = nodes.map(({ store }) => store);
    const codes = await Promise.all(
      stores.map((store) => codeOf(add(store, aProduct({ slug: "one" })))),
    );
    expect(codes.sort()).toEqual(["SLUG_TAKEN", "SLUG_TAKEN", "none"]);
    const found = await stores[0]?.bySlug("one");
    if (!found) throw new Error("it is not there");
    const { product } = found;
    for (let version = 2; version <= 6; version++) {
      const written = await Promise.all(
        stores.map((store, n) => rewrite(store, { ...product, name: `${n}` }, version)),
      );
      expect(written.filter(Boolean)).toHaveLength(1);
    }
    for (const store of stores) expect((await store.byId(product.id))?.version).toBe(6);
    const pending = (await stores[1]?.pending()) ?? [];
    expect(pending.map((event) => event.seq)).toEqual([1, 2, 3, 4, 5, 6]);
    await Promise.all(
      stores.map((store, n) => store.dropPending(pending.filter((_event, at) => at % 3 === n))),
    );
    expect(await stores[2]?.pending()).toEqual([]);
    await Promise.all(nodes.map(({ close }) => close()));
  });

  test("nodes that start at once agree on the indexes", async () => {
    const nodes = await Promise.all([open(), open(), open(), open()]);
    // Mongoose types them as `any`.
    const indexes = (await nodes[0]?.adapter.model.listIndexes()) as IndexDescription[];
    expect(indexes.map(({ key, unique = false }) => [Object.keys(key), unique])).toEqual([
      [["_id"], false],
      [["slug"], true],
      [["variants.sku"], true],
      [["createdAt", "_id"], false],
      [["price", "_id"], false],
      [["categories", "createdAt", "_id"], false],
      [["categories", "price", "_id"], false],
      [["pending.id"], false],
    ]);
    await Promise.all(nodes.map(({ close }) => close()));
  });

  test("a MongoDB that was killed is told, and has all that it acknowledged when it is back", async () => {
    const { store, close } = await open();
    const product = aProduct();
    await add(store, product);
    await server.kill();
    const began = performance.now();
    await expect(add(store, aProduct())).rejects.toSatisfy(away);
    await expect(store.byId(product.id)).rejects.toSatisfy(away);
    expect(performance.now() - began).toBeLessThan(8_000);
    await server.start();
    const found = await eventually(() => store.byId(product.id).catch(() => null));
    expect(found.product).toEqual(product);
    expect(await store.pending()).toHaveLength(1);
    await close();
  });

  test("a MongoDB that answers nothing keeps nobody waiting for long", async () => {
    const { store, close } = await open();
    await add(store, aProduct({ slug: "frozen" }));
    await server.freeze();
    const began = performance.now();
    await expect(store.bySlug("frozen")).rejects.toSatisfy(away);
    expect(performance.now() - began).toBeLessThan(12_000);
    await server.thaw();
    await eventually(() => store.bySlug("frozen").catch(() => null));
    await close();
  });
});

describe("the file of products", () => {
  test("every acknowledged write survives kill -9, round after round", async () => {
    for (const round of ["1", "2", "3"]) {
      const acknowledged = await killAfter(60, "write-products.ts", folder, round);
      const { store, close } = await openFileProducts(folder);
      for (const slug of acknowledged) {
        const found = await store.bySlug(slug);
        expect(found, slug).toMatchObject({ version: 2 });
      }
      expect((await store.pending()).length).toBeGreaterThanOrEqual(2 * acknowledged.length);
      await close();
    }
  });

  test("written anew, it is short and holds the same", async () => {
    const { store, close } = await openFileProducts(folder, 20);
    const product = aProduct({ description: "two\u2028lines" });
    await add(store, product);
    for (let version = 2; version <= 60; version++) {
      await rewrite(store, { ...product, name: `Name ${version}` }, version);
      await store.dropPending(await store.pending());
    }
    await close();
    const lines = (await readFile(productsFile(folder), "utf8")).trim().split("\n");
    expect(lines.length).toBeLessThan(30);
    const again = await openFileProducts(folder);
    expect(await again.store.byId(product.id)).toEqual({
      product: { ...product, name: "Name 60" },
      version: 60,
    });
    await expect(add(again.store, aProduct({ slug: product.slug }))).rejects.toMatchObject({
      type: "SLUG_TAKEN",
    });
    await again.close();
  });

  test("lists keep their order over every change", async () => {
    const { store, close } = await openFileProducts(folder);
    const query = { categories: null, sort: "price_asc", after: null, limit: 100 } as const;
    const priced = (amount: number) => [
      { ...aVariant(`P-${amount}`), price: { amount, currency: "EUR" } },
    ];
    const products = [500, 100, 300].map((amount) => aProduct({ variants: priced(amount) }));
    await store.list(query);
    for (const product of products) await add(store, product);
    const listed = async () =>
      (await store.list(query)).map(({ variants }) => variants[0]?.price.amount);
    expect(await listed()).toEqual([100, 300, 500]);
    const [first, second] = products;
    if (!first || !second) throw new Error("there are three");
    await rewrite(store, { ...first, variants: priced(50) }, 2);
    await rewrite(store, { ...second, status: "archived" }, 2);
    expect(await listed()).toEqual([50, 300]);
    await rewrite(store, { ...second, status: "active" }, 3);
    expect(await listed()).toEqual([50, 100, 300]);
    await close();
  });

  test("a line that a crash tore is cut", async () => {
    const first = await openFileProducts(folder);
    const product = aProduct();
    await add(first.store, product);
    await first.close();
    await appendFile(productsFile(folder), '{"_id":"torn","kind":"prod');
    const second = await openFileProducts(folder);
    expect((await second.store.byId(product.id))?.product).toEqual(product);
    await second.close();
  });

  test("damage in the middle refuses to start, and touches nothing", async () => {
    const first = await openFileProducts(folder);
    for (let n = 0; n < 30; n++) await add(first.store, aProduct());
    await first.close();
    const file = productsFile(folder);
    const lines = (await readFile(file, "utf8")).split("\n");
    const damaged = lines.with(5, lines[5]?.slice(0, 40) ?? "").join("\n");
    await writeFile(file, damaged);
    await expect(openFileProducts(folder)).rejects.toThrow("1 lines are damaged");
    expect(await readFile(file, "utf8")).toBe(damaged);
  });

  test("a write that the disk refused is not there, and those after it are safe", async () => {
    const { store, close } = await openFileProducts(folder);
    const [kept, refused, later] = [aProduct(), aProduct(), aProduct()];
    await add(store, kept);
    const file = productsFile(folder);
    await rename(file, `${file}.away`);
    await symlink("/dev/full", file);
    await expect(add(store, refused)).rejects.toSatisfy((error) =>
      hasCode(error, "SERVICE_UNAVAILABLE"),
    );
    await rm(file);
    await rename(`${file}.away`, file);
    await appendFile(file, '{"_id":"half a line that the disk took');
    await add(store, later);
    expect(await store.bySlug(refused.slug)).toBeNull();
    await close();
    const again = await openFileProducts(folder);
    expect(await again.store.slugs()).toEqual([kept.slug, later.slug]);
    await again.close();
  });
});
