import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "../../lib/ids";
import { demoProducts } from "../../services/catalog/seed/demo-products";
import { MongoServer, mongoIsThere } from "../support/mongo-server";
import { eventually, startTestShop, type TestShop } from "../support/shop";

const admin = { id: newId(), roles: ["admin"] };
const away = expect.objectContaining({ type: "SERVICE_UNAVAILABLE" }) as unknown;

describe.skipIf(!mongoIsThere())("a catalogue in MongoDB", () => {
  let server: MongoServer;
  const shops: TestShop[] = [];
  /** Names of products, as the events of all nodes told them. */
  const heard = new Set<string>();

  const start = async (namespace: string, env: Record<string, string> = {}): Promise<TestShop> => {
    const shop = await startTestShop({
      services: ["catalog"],
      env: { MONGO_URL: server.url, NAMESPACE: namespace, ...env },
    });
    shops.push(shop);
    await shop.runtime.transport.subscribe({
      name: "listener",
      events: ["product.created", "product.updated"],
      receive: async (batch) => {
        for (const { payload } of batch) {
          heard.add((payload as { product: { name: string } }).product.name);
        }
      },
    });
    return shop;
  };
  const namespaceOf = () => `t${randomBytes(5).toString("hex")}`;
  let n = 0;
  const create = (shop: TestShop, name: string) =>
    shop.call(
      "catalog.create",
      { name, variants: [{ sku: `S-${++n}`, price: { amount: 100, currency: "EUR" } }] },
      admin,
    );

  beforeAll(async () => {
    server = await MongoServer.start();
  });
  afterAll(async () => {
    await Promise.all(shops.map((shop) => shop.stop()));
    await server.remove();
  });

  test("two nodes that fill an empty catalogue at once leave each demo product once", async () => {
    const namespace = namespaceOf();
    const [a, b] = await Promise.all([1, 2].map(() => start(namespace, { SEED: "demo" })));
    if (!a || !b) throw new Error("two were started");
    const { items } = await a.call("catalog.list", { limit: 100 });
    expect(items.map(({ slug }) => slug).sort()).toEqual(demoProducts.map((p) => p.slug).sort());
    expect(await b.call("catalog.categories", {})).toEqual(await a.call("catalog.categories", {}));
    await eventually(async () => (await b.call("catalog.backlog", {})).pendingEvents === 0);
  });

  test("what one node writes another sells at once, also when both write the same", async () => {
    const namespace = namespaceOf();
    const [a, b] = [await start(namespace), await start(namespace)];
    const product = await create(a, "Copper Pot");
    expect(await b.call("catalog.get", { idOrSlug: "copper-pot" })).toEqual(product);
    await Promise.all(
      [a, b, a, b].map((shop, i) =>
        shop.call("catalog.update", { id: product.id, description: `Text ${i}` }, admin),
      ),
    );
    const [stored] = await b.call("catalog.page", { limit: 10 });
    expect(stored?.version).toBe(5);
    const sku = product.variants[0]?.sku ?? "";
    expect(await b.call("catalog.offers", { skus: [sku] })).toMatchObject([{ sku }]);
  });

  test("without its MongoDB says so, and tells what it wrote when that is back", async () => {
    const shop = await start(namespaceOf());
    const kept = await create(shop, "Brass Tray");
    await server.kill();
    await expect(create(shop, "Refused")).rejects.toEqual(away);
    await expect(shop.call("catalog.list", {})).rejects.toEqual(away);

    const starting = start(namespaceOf());
    await server.start();
    await (await starting).call("catalog.list", {});

    const found = await eventually(() =>
      shop.call("catalog.get", { idOrSlug: "brass-tray" }).catch(() => null),
    );
    expect(found).toEqual(kept);
    await create(shop, "Copper Tray");
    await eventually(async () => heard.has("Brass Tray") && heard.has("Copper Tray"));
    await eventually(async () => (await shop.call("catalog.backlog", {})).pendingEvents === 0);
  });
});
