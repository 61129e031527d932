import { expect, onTestFinished, test } from "vitest";
import type { Product } from "../../contracts/catalog";
import type { Job } from "../../contracts/reports";
import { ADMIN, AdminClient, type Client } from "../support/client";
import { eventually } from "../support/eventually";
import { ShopProcess } from "../support/shop-process";

const PRODUCTS = 250;
const VARIANTS = 8;
const ROWS = PRODUCTS * VARIANTS;

/** Our own columns; stock differs from row to row, so that no mix-up stays hidden. */
const file = [
  "product,name,categories,attribute:material,sku,option:size,price,quantity",
  ...Array.from({ length: ROWS }, (_, row) => {
    const n = Math.floor(row / VARIANTS);
    const own = row % VARIANTS === 0 ? `Thing ${n},Category ${n % 7},material ${n % 5}` : ",,";
    return `thing-${n},${own},T-${row},size ${row % VARIANTS},${(100 + row) / 100},${5 + (row % 90)}`;
  }),
].join("\n");

async function shopOfItsOwn(): Promise<ShopProcess> {
  const shop = await ShopProcess.create(ADMIN);
  onTestFinished(() => shop.remove());
  await shop.start();
  return shop;
}

async function upload(admin: AdminClient): Promise<string> {
  const response = await fetch(`${admin.base}/api/v1/admin/products/import`, {
    method: "POST",
    headers: { authorization: `Bearer ${admin.token}`, "content-type": "text/csv" },
    body: file,
  });
  expect(response.status).toBe(202);
  // The contract's shape.
  return ((await response.json()) as { jobId: string }).jobId;
}

const until = (admin: AdminClient, id: string, isReached: (job: Job) => boolean): Promise<Job> =>
  eventually(
    async () => {
      const { body: job } = await admin.get<Job>(`/admin/jobs/${id}`);
      return isReached(job) && job;
    },
    { timeoutMs: 90_000, what: `job ${id} to get there` },
  );
const isOver = ({ status }: Job): boolean => status === "completed" || status === "failed";

async function allProducts(admin: AdminClient): Promise<Product[]> {
  const products: Product[] = [];
  for (let cursor = ""; ;) {
    const { body } = await admin.get<{ items: Product[]; nextCursor: string | null }>(
      `/products?limit=100${cursor}`,
    );
    products.push(...body.items);
    if (!body.nextCursor) return products;
    cursor = `&cursor=${body.nextCursor}`;
  }
}

/** All that an import writes, by slug; ids and times are each shop's own. */
async function catalogueOf(admin: AdminClient) {
  const found = new Map<string, { readonly stock: Record<string, number> }>();
  for (const { id: _id, createdAt: _made, updatedAt: _changed, ...product } of await allProducts(
    admin,
  )) {
    const levels = await Promise.all(product.variants.map(({ sku }) => admin.stock(sku)));
    const stock = Object.fromEntries(levels.map(({ sku, onHand }) => [sku, onHand]));
    found.set(product.slug, { ...product, stock });
  }
  return found;
}

/** Buys one of each of the newest products: those that the dead process had in hand. */
async function buyNewest(buyer: Client, admin: AdminClient): Promise<string[]> {
  const { body } = await admin.get<{ items: Product[] }>("/products?limit=16");
  const skus = body.items.flatMap(({ variants: [first] }) => first?.sku ?? []);
  const sold = await Promise.all(
    skus.map(async (sku) => {
      const { status, body: order } = await buyer.order([{ sku, quantity: 1 }]);
      if (status !== 202) return [];
      const ended = await eventually(
        async () => {
          const { body: now } = await buyer.get<typeof order>(`/orders/${order.id}`);
          return now.status !== "pending" && now;
        },
        { timeoutMs: 60_000, what: `order ${order.id} to end` },
      );
      return ended.status === "cancelled" ? [] : [sku];
    }),
  );
  return sold.flat();
}

test("an import killed twice ends with the catalogue of one that was not, and brings nothing sold back", async () => {
  const whole = await shopOfItsOwn();
  const wholeAdmin = await AdminClient.signIn(whole.url);
  const wholeJob = await upload(wholeAdmin);
  const done = await until(wholeAdmin, wholeJob, isOver);
  expect(done).toMatchObject({ status: "completed", errors: [] });
  const expected = await catalogueOf(wholeAdmin);
  expect(expected.size).toBe(PRODUCTS);
  await whole.interrupt();

  const shop = await shopOfItsOwn();
  let admin = await AdminClient.signIn(shop.url);
  const id = await upload(admin);
  const sold: string[] = [];
  for (const share of [1 / 3, 2 / 3]) {
    await until(admin, id, ({ progress }) => progress.done >= share * ROWS);
    await shop.kill();
    await shop.start();
    admin = await AdminClient.signIn(shop.url);
    sold.push(...(await buyNewest(await admin.register(), admin)));
  }
  const job = await until(admin, id, isOver);
  expect(job).toMatchObject({
    status: "completed",
    progress: { done: ROWS, total: ROWS },
    errors: [],
  });
  expect(sold.length).toBeGreaterThan(0);

  // Given back, what was sold makes the stock of the other shop.
  const soldOf = (sku: string): number => sold.filter((each) => each === sku).length;
  const catalogue = await catalogueOf(admin);
  for (const { stock } of catalogue.values()) {
    for (const sku of Object.keys(stock)) stock[sku] = (stock[sku] ?? 0) + soldOf(sku);
  }
  expect(catalogue).toEqual(expected);
}, 240_000);
