import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Product } from "../../contracts/catalog";
import { newId } from "../../lib/ids";
import type { ActionParams } from "../../lib/mesh/types";
import type { EventEnvelope } from "../../lib/messaging/event";
import { demoProducts } from "../../services/catalog/seed/demo-products";
import { openFileProducts } from "../support/file-products";
import { anEventOf, aProduct, aVariant } from "../support/products";
import { eventually, startTestShop, type TestShop } from "../support/shop";

let shop: TestShop;
const admin = { id: newId(), roles: ["admin"] };
const heard: EventEnvelope[] = [];
let invalidations = 0;

beforeAll(async () => {
  shop = await startTestShop({
    services: ["catalog"],
    doubles: [
      { name: "cache", events: { "cache.invalidate.catalog": () => void invalidations++ } },
    ],
  });
  await shop.runtime.transport.subscribe({
    name: "listener",
    events: ["product.created", "product.updated", "product.archived"],
    receive: async (batch) => void heard.push(...batch),
  });
});
afterAll(() => shop.stop());

let n = 0;
const variant = (fields: object = {}) => ({
  sku: `S-${++n}`,
  price: { amount: 1000, currency: "EUR" },
  ...fields,
});
type Create = ActionParams<"catalog.create">;
const create = (fields: Partial<Create> = {}) =>
  shop.call("catalog.create", { name: `Thing ${++n}`, variants: [variant()], ...fields }, admin);
const update = (params: ActionParams<"catalog.update">) =>
  shop.call("catalog.update", params, admin);
const get = (idOrSlug: string) => shop.call("catalog.get", { idOrSlug });
const eventsOf = (id: string) => heard.filter((event) => event.aggregateId === id);
const code = (type: string) => expect.objectContaining({ type }) as unknown;

describe("writing", () => {
  test.each(["", "a".repeat(65), "a\nb", "a\u0007", "\ud800", "\udc00\ud800"])(
    "no attribute is called %j",
    async (name) => {
      for (const value of ["red", 1]) {
        await expect(create({ attributes: { [name]: value as string } })).rejects.toEqual(
          code("VALIDATION_FAILED"),
        );
      }
    },
  );

  test("attributes may be called what people call them", async () => {
    const attributes = { "Größe (cm)": "5", ["😀".repeat(64)]: "yes", constructor: "none" };
    expect((await create({ attributes })).attributes).toEqual(attributes);
  });

  test.each(["https://example.com/\ud800", "https://example.com/\u0001"])(
    "no picture is at %j",
    async (url) => {
      await expect(create({ images: [{ url, alt: "" }] })).rejects.toEqual(
        code("VALIDATION_FAILED"),
      );
    },
  );

  test("a product is on sale at once, under its id and its slug, and its event tells its first stock", async () => {
    const product = await create({
      name: "Copper Pot",
      variants: [variant({ sku: "POT-1", onHand: 5 }), variant({ sku: "POT-2" })],
    });
    expect(product.slug).toBe("copper-pot");
    expect(await get(product.id)).toEqual(product);
    expect(await get("copper-pot")).toEqual(product);
    const [event] = await eventually(
      async () => eventsOf(product.id).length > 0 && eventsOf(product.id),
    );
    expect(event).toMatchObject({
      name: "product.created",
      source: "catalog",
      seq: 1,
      payload: { product, firstStock: [{ sku: "POT-1", onHand: 5 }] },
    });
  });

  test("a new one may say its status, and is active when it says none", async () => {
    expect((await create({ status: "active" })).status).toBe("active");
    expect((await create()).status).toBe("active");
    const archived = await create({ status: "archived" });
    await expect(shop.call("catalog.get", { idOrSlug: archived.id })).rejects.toEqual(
      code("NOT_FOUND"),
    );
  });

  test("a slug that was given must be free, one from the name becomes free", async () => {
    await create({ name: "Brass Tray", slug: "brass-tray" });
    await expect(create({ slug: "brass-tray" })).rejects.toEqual(code("SLUG_TAKEN"));
    expect((await create({ name: "Brass Tray" })).slug).toBe("brass-tray-2");
    const same = await Promise.all([1, 2, 3].map(() => create({ name: "Same Name" })));
    expect(new Set(same.map(({ slug }) => slug)).size).toBe(3);
  });

  test("a SKU belongs to one product of the whole catalogue, archived ones included", async () => {
    const old = await create({ variants: [variant({ sku: "ONLY-ONE" })] });
    await shop.call("catalog.archive", { id: old.id }, admin);
    const taking = { variants: [variant({ sku: "ONLY-ONE" })] };
    await expect(create(taking)).rejects.toEqual(code("SKU_TAKEN"));
    const other = await create();
    await expect(update({ id: other.id, ...taking })).rejects.toEqual(code("SKU_TAKEN"));
    const twice = [variant({ sku: "TWICE" }), variant({ sku: "TWICE" })];
    await expect(create({ variants: twice })).rejects.toEqual(code("VALIDATION_FAILED"));
  });

  test("an update replaces the fields it names and tells of it; the same again tells nothing", async () => {
    const product = await create({ attributes: { colour: "red", size: "M" } });
    const change = { id: product.id, attributes: { colour: "blue" } };
    const updated = await update(change);
    expect(updated.attributes).toEqual({ colour: "blue" });
    expect(updated.name).toBe(product.name);
    expect(await update(change)).toEqual(updated);
    await update({ id: product.id, name: "Other" });
    const events = await eventually(
      async () => eventsOf(product.id).length === 3 && eventsOf(product.id),
    );
    expect(events.map(({ name, seq }) => [name, seq])).toEqual([
      ["product.created", 1],
      ["product.updated", 2],
      ["product.updated", 3],
    ]);
  });

  test("parallel updates of one product all count, in one order", async () => {
    const product = await create();
    const fields = [{ brand: "B" }, { description: "D" }, { name: "N" }, { slug: `s-${++n}` }];
    await Promise.all(fields.map((change) => update({ id: product.id, ...change })));
    expect(await get(product.id)).toMatchObject({ brand: "B", description: "D", name: "N" });
    const events = await eventually(
      async () => eventsOf(product.id).length === 5 && eventsOf(product.id),
    );
    expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
  });

  test("as many pictures as a product may have are all added at once, and those beyond refused", async () => {
    const { id } = await create();
    const add = (n: number) =>
      shop.call("catalog.addImage", { id, url: `https://pictures.example/${n}.webp` });
    const adding = await Promise.allSettled(Array.from({ length: 52 }, (_, n) => add(n)));
    const refused = adding.flatMap((one) =>
      one.status === "rejected" ? [one.reason as unknown] : [],
    );
    expect(refused).toEqual([code("VALIDATION_FAILED"), code("VALIDATION_FAILED")]);
    expect(new Set((await get(id)).images.map(({ url }) => url)).size).toBe(50);
  });

  test("an archived product is off sale, and can come back", async () => {
    const product = await create({ variants: [variant({ sku: "GONE" })] });
    await shop.call("catalog.archive", { id: product.id }, admin);
    await shop.call("catalog.archive", { id: product.id }, admin);
    await expect(get(product.id)).rejects.toEqual(code("NOT_FOUND"));
    await expect(get(product.slug)).rejects.toEqual(code("NOT_FOUND"));
    expect(await shop.call("catalog.offers", { skus: ["GONE"] })).toEqual([]);
    await update({ id: product.id, status: "active" });
    expect(await shop.call("catalog.offers", { skus: ["GONE"] })).toHaveLength(1);
    const events = await eventually(
      async () => eventsOf(product.id).length === 3 && eventsOf(product.id),
    );
    expect(events.map(({ name }) => name)).toEqual([
      "product.created",
      "product.archived",
      "product.updated",
    ]);
  });

  test("an unknown product cannot be changed", async () => {
    const id = newId();
    await expect(update({ id, name: "X" })).rejects.toEqual(code("NOT_FOUND"));
    await expect(shop.call("catalog.archive", { id }, admin)).rejects.toEqual(code("NOT_FOUND"));
  });

  test("an import creates, updates, and does nothing when nothing changed", async () => {
    const put = {
      slug: "imported",
      name: "Imported",
      categories: [{ slug: "imports", name: "Imports!", parent: "all" }],
      variants: [variant({ sku: "IMP-1" })],
      status: "active" as const,
    };
    const first = await shop.call("catalog.put", put);
    expect(first.outcome).toBe("created");
    expect(await shop.call("catalog.put", put)).toEqual({ ...first, outcome: "unchanged" });
    const dearer = {
      ...put,
      variants: [{ ...put.variants[0], sku: "IMP-1", price: { amount: 5, currency: "EUR" } }],
    };
    expect(await shop.call("catalog.put", dearer)).toEqual({ ...first, outcome: "updated" });
    await eventually(async () => eventsOf(first.id).length === 2);
    const other = { ...put, slug: "imported-2" };
    await expect(shop.call("catalog.put", other)).rejects.toEqual(code("SKU_TAKEN"));
    const variants = [variant({ sku: "IMP-1" }), variant({ sku: "IMP-2" })];
    const partly = await shop.call("catalog.put", { ...other, variants });
    expect(partly).toMatchObject({ outcome: "created", taken: ["IMP-1"] });
    const { items } = await shop.call("catalog.categories", {});
    expect(items).toContainEqual({
      slug: "imports",
      name: "Imports!",
      parent: "all",
      productCount: 2,
    });
    expect(items).toContainEqual({ slug: "all", name: "All", parent: null, productCount: 2 });
  });

  test("parallel imports of one slug make one product", async () => {
    const put = {
      slug: "raced",
      name: "Raced",
      categories: [],
      variants: [variant()],
      status: "active" as const,
    };
    const answers = await Promise.all([1, 2, 3].map(() => shop.call("catalog.put", put)));
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(answers.map(({ outcome }) => outcome).sort()).toEqual([
      "created",
      "unchanged",
      "unchanged",
    ]);
  });

  test("each write drops the caches, a refused one does not", async () => {
    const before = invalidations;
    const product = await create();
    await update({ id: product.id, brand: "X" });
    await update({ id: product.id, brand: "X" });
    await create({ slug: product.slug }).catch(() => undefined);
    expect(invalidations - before).toBe(2);
  });

  test("an admin is needed", async () => {
    const somebody = { id: newId(), roles: [] };
    const product = { name: "X", variants: [variant()] };
    await expect(shop.call("catalog.create", product)).rejects.toEqual(code("UNAUTHENTICATED"));
    await expect(shop.call("catalog.create", product, somebody)).rejects.toEqual(code("FORBIDDEN"));
  });
});

describe("reading", () => {
  let shelf: Product[];
  beforeAll(async () => {
    shelf = [];
    for (const amount of [300, 100, 200]) {
      shelf.push(
        await create({
          categories: ["shelf"],
          variants: [variant({ price: { amount, currency: "EUR" } })],
        }),
      );
    }
  });

  test("a list goes on behind its cursor, in each order", async () => {
    const orders = { newest: [2, 1, 0], price_asc: [1, 2, 0], price_desc: [0, 2, 1] } as const;
    for (const [sort, order] of Object.entries(orders)) {
      const params = { category: "shelf", sort: sort as keyof typeof orders, limit: 2 };
      const first = await shop.call("catalog.list", params);
      const cursor = first.nextCursor ?? "";
      const rest = await shop.call("catalog.list", { ...params, cursor });
      expect([...first.items, ...rest.items]).toEqual(order.map((at) => shelf[at]));
      expect(rest.nextCursor).toBeNull();
    }
  });

  test("a cursor of something else is refused", async () => {
    const { nextCursor } = await shop.call("catalog.list", { sort: "price_asc", limit: 1 });
    for (const cursor of ["nonsense", nextCursor ?? ""]) {
      await expect(shop.call("catalog.list", { cursor })).rejects.toEqual(
        code("VALIDATION_FAILED"),
      );
    }
  });

  test("an unknown category is an empty list", async () => {
    const answer = await shop.call("catalog.list", { category: "nothing-here" });
    expect(answer).toEqual({ items: [], nextCursor: null });
  });

  test("offers are those of the SKUs that are sold, each once", async () => {
    const product = await create({
      name: "Ring",
      variants: [variant({ sku: "RING-S", name: "Small" })],
    });
    expect(await shop.call("catalog.offers", { skus: ["RING-S", "NOPE", "RING-S"] })).toEqual([
      {
        sku: "RING-S",
        productId: product.id,
        slug: "ring",
        name: "Ring, Small",
        price: { amount: 1000, currency: "EUR" },
        image: null,
      },
    ]);
  });

  test("products are told in the order asked for, each once, without what is not on sale", async () => {
    const [first, second] = [shelf[0]?.id ?? "", shelf[1]?.id ?? ""];
    const gone = await create({ name: "Gone for good" });
    await shop.call("catalog.archive", { id: gone.id }, admin);
    const ids = [second, newId(), gone.id, first, second];
    const told = await shop.call("catalog.byIds", { ids });
    expect(told.map((product) => product.id)).toEqual([second, first]);
    expect(await shop.call("catalog.byIds", { ids: [] })).toEqual([]);
  });

  test("all products can be walked, with their versions", async () => {
    const seen: string[] = [];
    for (;;) {
      const after = seen.at(-1);
      const page = await shop.call("catalog.page", { limit: 5, ...(after ? { after } : {}) });
      if (page.length === 0) break;
      seen.push(...page.map(({ product }) => product.id));
    }
    expect(seen).toEqual([...new Set(seen)].sort());
    expect(seen).toContain(shelf[0]?.id);
  });

  test("an image is drawn for demo products only", async () => {
    const [product] = demoProducts;
    const file = product?.images[0]?.url.split("/").at(-1) ?? "";
    const { svg } = await shop.call("catalog.image", { file });
    expect(svg).toMatch(/^<svg .*<\/svg>$/s);
    for (const name of ["../../etc/passwd", "..%2f", "none.svg", "__proto__", ""]) {
      await expect(shop.call("catalog.image", { file: name })).rejects.toEqual(code("NOT_FOUND"));
    }
  });
});

test("operators see what waits", async () => {
  await eventually(async () => (await shop.call("catalog.backlog", {})).pendingEvents === 0);
  expect(await shop.call("catalog.backlog", {})).toEqual({
    pendingEvents: 0,
    oldestPendingMs: 0,
    parkedEvents: 0,
    oldestParkedMs: 0,
    deadLetters: 0,
    recoveries: 0,
  });
  expect(await shop.call("catalog.trace", { correlationId: newId() })).toEqual([]);
  expect(await shop.call("catalog.deadLetters", { limit: 5 })).toEqual([]);
  expect(await shop.call("catalog.replayDeadLetter", { id: newId() })).toBe(false);
});

test("an event that was written and not published before a crash goes out at the next start", async () => {
  const folder = await mkdtemp(join(tmpdir(), "souk-catalog-"));
  const catalogFolder = join(folder, "catalog");
  const product = aProduct({ variants: [aVariant("LEFT-OVER")] });
  const before = await openFileProducts(catalogFolder);
  const event = anEventOf(product, 1);
  const payload = { product, firstStock: [{ sku: "LEFT-OVER", onHand: 7 }] };
  await before.store.insert(product, { ...event, payload });
  await before.close();

  const next = await startTestShop({
    services: ["catalog", "inventory"],
    env: { DATA_DIR: folder },
  });
  const stock = () => next.call("inventory.availability", { skus: ["LEFT-OVER"] });
  await eventually(async () => (await stock())["LEFT-OVER"]?.available === 7);
  await eventually(async () => (await next.call("catalog.backlog", {})).pendingEvents === 0);
  await next.stop();

  const after = await openFileProducts(catalogFolder);
  expect(await after.store.pending()).toEqual([]);
  await after.close();
  await rm(folder, { recursive: true });
});

describe("the demo", () => {
  const folders: string[] = [];
  const start = async (folder: string) =>
    startTestShop({ services: ["catalog"], env: { SEED: "demo", DATA_DIR: folder } });
  const newFolder = async () => {
    const folder = await mkdtemp(join(tmpdir(), "souk-demo-"));
    folders.push(folder);
    return folder;
  };
  const slugsOf = async (running: TestShop) =>
    (await running.call("catalog.page", { limit: 500 })).map(({ product }) => product.slug);
  const all = demoProducts.map(({ slug }) => slug).sort();
  afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

  test("fills an empty shop once, and goes on where a crash left it", async () => {
    const folder = await newFolder();
    const begun = await openFileProducts(join(folder, "catalog"));
    const first = aProduct({ slug: all[3] ?? "", variants: [aVariant("HALF-SEEDED")] });
    await begun.store.insert(first, anEventOf(first, 1));
    await begun.close();
    const began = await start(folder);
    expect((await slugsOf(began)).sort()).toEqual(all);
    const { items } = await began.call("catalog.categories", {});
    expect(items).toContainEqual(
      expect.objectContaining({ slug: "lamps", name: "Lamps & Lanterns", parent: "home" }),
    );
    await began.stop();
    const again = await start(folder);
    expect((await slugsOf(again)).sort()).toEqual(all);
    await again.stop();
  });

  test("leaves a shop alone that has other products", async () => {
    const folder = await newFolder();
    const own = await openFileProducts(join(folder, "catalog"));
    const product = aProduct();
    await own.store.insert(product, anEventOf(product, 1));
    await own.close();
    const running = await start(folder);
    expect(await slugsOf(running)).toEqual([product.slug]);
    await running.stop();
  });
});
