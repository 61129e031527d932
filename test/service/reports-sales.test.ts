import { afterAll, beforeAll, expect, test } from "vitest";
import readXlsxFile from "read-excel-file/node";
import { accessTokenSigner, newPrivateKey } from "../../lib/mesh/access-token";
import { newId } from "../../lib/ids";
import { published } from "../support/doubles";
import { anOrder, envelope, events } from "../support/events";
import { ended, onConnection, sql } from "../support/reports";
import { eventually, startTestShop, type TestShop } from "../support/shop";

const eur = (amount: number) => ({ amount, currency: "EUR" });
const random = (below: number) => Math.floor(Math.random() * below);
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

const PRODUCTS = Array.from({ length: 8 }, (_, n) => ({
  id: newId(),
  sku: `SKU-${n}`,
  name: n === 0 ? '=HYPERLINK("http://evil","x")' : `Thing "${n}", large`,
  category: n < 4 ? "lamps" : "chairs",
}));

interface SoldOrder {
  readonly id: string;
  readonly day: string;
  readonly items: { sku: string; quantity: number; gross: number }[];
  readonly discount: number;
  readonly shipping: number;
  readonly tax: number;
  readonly total: number;
  refunded: number;
}

let shop: TestShop;
let authorization: string;
const orders: SoldOrder[] = [];

const publish = (...all: Parameters<typeof shop.runtime.transport.publish>[0][]) =>
  Promise.all(all.map((event) => shop.runtime.transport.publish(event)));

beforeAll(async () => {
  const tokens = await accessTokenSigner(newPrivateKey());
  const users = published("users", { jwks: () => tokens.keySet });
  shop = await startTestShop({ services: ["gateway", "reports"], doubles: [users] });
  authorization = `Bearer ${await tokens.sign({ id: newId(), roles: ["admin"] })}`;
  await publish(...PRODUCTS.map(productCreated));
  await eventually(async () => (await sql(shop, "SELECT FROM product_category")).length === 8);
  for (let n = 0; n < 60; n++) orders.push(await sell(`2026-03-0${1 + (n % 5)}`));
  await eventually(async () => (await sql(shop, "SELECT FROM sale")).length === orders.length);
  for (const order of orders.filter((_, n) => n % 4 === 0)) {
    order.refunded = 1 + random(order.total);
    await publish(refund(order.id, order.refunded, order.day));
  }
  // Money of an order that never was a sale.
  await publish(refund(newId(), 777, "2026-03-01"));
  await eventually(async () => (await sql(shop, "SELECT FROM refund")).length === 16);
});

afterAll(() => shop.stop());

const productCreated = ({ id, sku, name, category }: (typeof PRODUCTS)[number]) => {
  const at = "2026-01-01T00:00:00.000Z";
  const product = {
    ...{ id, name, slug: sku.toLowerCase(), description: "", brand: "", attributes: {} },
    ...{ categories: [category, "all"], images: [], status: "active" as const },
    variants: [{ sku, price: eur(100), attributes: {} }],
    ...{ createdAt: at, updatedAt: at },
  };
  return envelope("product.created", { product, firstStock: [] }, { aggregateId: id });
};

const refund = (orderId: string, amount: number, day: string) =>
  envelope(
    "payment.refunded",
    {
      ...{ orderId, userId: newId(), refundId: newId(), reason: "damaged", full: false },
      ...{ amount: eur(amount), refundedTotal: eur(amount) },
    },
    { occurredAt: `${day}T23:59:59.999Z` },
  );

/** A random order, told twice as a broker may. */
async function sell(day: string): Promise<SoldOrder> {
  const items = PRODUCTS.filter(() => Math.random() < 0.4).map((product) => {
    const quantity = 1 + random(5);
    const price = 1 + random(9_999);
    return { ...product, quantity, price, gross: quantity * price };
  });
  const subtotal = sum(items.map(({ gross }) => gross));
  const discount = random(subtotal + 1);
  const [shipping, tax] = [random(900), random(2_000)];
  const total = subtotal - discount + shipping + tax;
  const order = anOrder();
  const { payload } = events.confirmed(order);
  const event = envelope(
    "order.confirmed",
    {
      ...order,
      items: items.map(({ id, sku, name, quantity, price, gross }) => ({
        ...{ sku, productId: id, name, quantity, unitPrice: eur(price), lineTotal: eur(gross) },
      })),
      ...{ subtotal: eur(subtotal), discount: eur(discount), shipping: eur(shipping) },
      ...{ tax: eur(tax), total: eur(total) },
      shippingAddress: (payload as { shippingAddress: never }).shippingAddress,
    },
    { occurredAt: `${day}T00:00:00.000Z` },
  );
  await publish(event, event);
  return { id: order.orderId, day, items, discount, shipping, tax, total, refunded: 0 };
}

async function request(path: string, init: RequestInit = {}) {
  const headers = { authorization, "content-type": "application/json" };
  return fetch(`${shop.url}/api/v1${path}`, { headers, ...init });
}

async function report(format: string, from: string, to: string) {
  const body = JSON.stringify({ from, to, format });
  const queued = await request("/admin/reports/sales", { method: "POST", body });
  expect(queued.status).toBe(202);
  const { jobId } = (await queued.json()) as { jobId: string };
  expect(await ended(shop, jobId)).toMatchObject({ status: "completed", errors: [] });
  return request(`/admin/jobs/${jobId}/result`);
}

/** Minor units of a decimal with two places. */
const cents = (text: unknown) => Math.round(Number(text) * 100);

test("a report as CSV agrees with the orders to the cent, in each of its parts", async () => {
  const answer = await report("csv", "2026-03-01", "2026-03-05");
  expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8");
  expect(answer.headers.get("content-disposition")).toBe(
    'attachment; filename="sales-2026-03-01-2026-03-05.csv"',
  );
  const rows = parse(await answer.text());
  const of = (section: string) => rows.filter((row) => row["section"] === section);
  const column = (section: string, name: string) => sum(of(section).map((row) => cents(row[name])));
  const expected = {
    gross: sum(orders.flatMap(({ items }) => items.map(({ gross }) => gross))),
    discount: sum(orders.map(({ discount }) => discount)),
    shipping: sum(orders.map(({ shipping }) => shipping)),
    tax: sum(orders.map(({ tax }) => tax)),
    total: sum(orders.map(({ total }) => total)),
    refunds: sum(orders.map(({ refunded }) => refunded)),
  };
  for (const [name, amount] of Object.entries(expected)) {
    expect(column("total", name), name).toBe(amount);
    expect(column("day", name), name).toBe(amount);
    if (name !== "gross" && name !== "discount") continue;
    expect(column("product", name), name).toBe(amount);
    expect(column("category", name), name).toBe(amount);
  }
  expect(column("product", "net")).toBe(expected.gross - expected.discount);
  expect(of("category").map((row) => row["category"])).toEqual(["chairs", "lamps"]);
  for (const row of of("day")) {
    const sold = orders.filter(({ day }) => day === row["day"]);
    expect(Number(row["orders"])).toBe(sold.length);
    expect(cents(row["total"])).toBe(sum(sold.map(({ total }) => total)));
    expect(cents(row["refunds"])).toBe(sum(sold.map(({ refunded }) => refunded)));
  }
  for (const row of of("product")) {
    const sold = orders.flatMap(({ items }) => items.filter(({ sku }) => sku === row["sku"]));
    expect(Number(row["quantity"])).toBe(sum(sold.map(({ quantity }) => quantity)));
    expect(cents(row["gross"])).toBe(sum(sold.map(({ gross }) => gross)));
  }
  const names = of("product").map((row) => row["product"]);
  expect(names).toContain(`'=HYPERLINK("http://evil","x")`);
});

test("a report as XLSX holds the same numbers, as numbers", async () => {
  const answer = await report("xlsx", "2026-03-02", "2026-03-03T12:00:00.000Z");
  expect(answer.headers.get("content-type")).toContain("spreadsheetml.sheet");
  expect(answer.headers.get("content-disposition")).toContain('.xlsx"');
  const sheets = await readXlsxFile(Buffer.from(await answer.arrayBuffer()));
  const total = sheets.find(({ sheet }) => sheet === "total")?.data ?? [];
  const [names = [], values = []] = total;
  const sold = orders.filter(({ day }) => day === "2026-03-02" || day === "2026-03-03");
  expect(cents(values[names.indexOf("total")])).toBe(sum(sold.map((order) => order.total)));
  expect(sheets.map(({ sheet }) => sheet)).toEqual(["day", "product", "category", "total"]);
});

test("all parts of a report are of one moment, whatever is sold meanwhile", async () => {
  const day = "2026-04-01";
  const answer = await onConnection(shop, async (client) => {
    // The parts by product and category have to wait here, the others need not.
    await client.query("BEGIN; LOCK TABLE product_category IN ACCESS EXCLUSIVE MODE");
    const writing = report("csv", day, day);
    await eventually(async () => {
      const waiting = "SELECT FROM pg_locks WHERE NOT granted AND relation = $1::regclass";
      return (await sql(shop, waiting, ["product_category"])).length > 0;
    });
    const id = newId();
    await client.query(
      `INSERT INTO sale (order_id, confirmed_at, currency, shipping, tax, total)
       VALUES ($1, $2, 'EUR', 0, 0, 500)`,
      [id, `${day}T12:00:00Z`],
    );
    await client.query(
      `INSERT INTO sale_line (order_id, line, sku, product_id, name, category, quantity, gross, discount)
       VALUES ($1, 0, 'LATE', $2, 'Late', 'lamps', 1, 500, 0)`,
      [id, newId()],
    );
    await client.query("COMMIT");
    return writing;
  });
  const rows = parse(await answer.text());
  const grossOf = (section: string) =>
    sum(rows.filter((row) => row["section"] === section).map((row) => cents(row["gross"])));
  const parts = ["day", "product", "category"].map(grossOf);
  expect(parts).toEqual(parts.map(() => grossOf("total")));
});

test("a period without sales makes a report without rows", async () => {
  const answer = await report("csv", "2020-01-01", "2020-12-31");
  expect(parse(await answer.text())).toEqual([]);
});

test.each([
  [{ from: "2026-02-30", to: "2026-03-01", format: "csv" }, "/from"],
  [{ from: "2026-03-02", to: "2026-03-01", format: "csv" }, "/to"],
  [{ from: "2020-01-01", to: "2026-03-01", format: "csv" }, "/to"],
  [{ from: "2026-03-01", to: "2026-03-01", format: "pdf" }, "/format"],
])("a report %j is refused for its %s", async (body, path) => {
  const answer = await request("/admin/reports/sales", {
    method: "POST",
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(422);
  const { errors } = (await answer.json()) as { errors: { path: string }[] };
  expect(errors.map((error) => error.path)).toEqual([path]);
});

function parse(text: string): Record<string, string>[] {
  const [names = [], ...lines] = text
    .replace("\uFEFF", "")
    .trimEnd()
    .split("\r\n")
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
        ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? "",
      ),
    );
  return lines.map((line) => Object.fromEntries(names.map((name, n) => [name, line[n] ?? ""])));
}
