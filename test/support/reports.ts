import { Readable } from "node:stream";
import type { ServiceSchema } from "moleculer";
import { Client } from "pg";
import { inject } from "vitest";
import type { Job } from "../../contracts/reports";
import { newId } from "../../lib/ids";
import { signerOf } from "../../lib/mesh/signed-context";
import { databaseUrl } from "../../lib/store/postgres";
import type { CatalogPut, StockLevels } from "../../services/reports/domain/catalog-product";
import { productRow } from "../unit/shopify-file";
import { PRODUCT_ID, published } from "./doubles";
import { eventually, startTestShop, type TestShop } from "./shop";

const admin = { id: newId(), roles: ["admin"] };

/** A catalogue and an inventory that remember, and that a test can make fail. */
export class Shelves {
  readonly products = new Map<string, CatalogPut>();
  readonly stock = new Map<string, number>();
  /** Slugs in the order in which they were put, each time. */
  readonly puts: string[] = [];
  /** Runs before a product is taken; what it throws, the catalogue answers. */
  before: (slug: string) => Promise<void> | void = () => undefined;

  readonly services: ServiceSchema[] = [
    published("catalog", { put: ({ params }) => this.#put(params as CatalogPut) }),
    published("inventory", {
      stock: ({ params }) => this.#count(params.levels as StockLevels),
    }),
  ];

  /** Resolves when this product is about to be taken. */
  reaches(slug: string): Promise<void> {
    return new Promise((resolve) => {
      this.before = (next) => (next === slug ? resolve() : undefined);
    });
  }

  async #put(product: CatalogPut) {
    await this.before(product.slug);
    this.puts.push(product.slug);
    const known = this.products.get(product.slug);
    this.products.set(product.slug, product);
    const same = JSON.stringify(known) === JSON.stringify(product);
    return {
      id: PRODUCT_ID,
      outcome: !known ? "created" : same ? "unchanged" : "updated",
      taken: [],
    };
  }

  #count(levels: StockLevels) {
    const refused = levels
      .filter(({ sku }) => sku.startsWith("HELD"))
      .map(({ sku }) => ({ sku, message: "5 are reserved" }));
    const changed = levels.filter(
      ({ sku, onHand }) => !sku.startsWith("HELD") && this.stock.get(sku) !== onHand,
    );
    for (const { sku, onHand } of changed) this.stock.set(sku, onHand);
    return { changed: changed.length, refused };
  }
}

const open = new Set<TestShop>();

/** The reports service between these shelves; on the databases of another such shop, if one is given. */
export async function startReports(shelves: Shelves, after?: TestShop): Promise<TestShop> {
  const env = after ? { NAMESPACE: after.config.namespace } : {};
  const shop = await startTestShop({ services: ["reports"], doubles: shelves.services, env });
  open.add(shop);
  return shop;
}

export async function stopReports(shop: TestShop): Promise<void> {
  open.delete(shop);
  await shop.stop();
}

/** Stops all that are still running. */
export const stopAll = (): Promise<unknown> => Promise.all([...open].map(stopReports));

type Content = string | Readable;

export async function upload(
  shop: TestShop,
  content: Content,
  params: object = {},
): Promise<string> {
  const stream = typeof content === "string" ? Readable.from([Buffer.from(content)]) : content;
  const action = "reports.importProducts";
  const headers = signerOf(shop.broker).headersFor({ user: admin, service: "gateway", action });
  const { jobId } = await shop.broker.call<{ jobId: string }, object>(action, params, {
    headers,
    stream,
  });
  return jobId;
}

export const jobOf = (shop: TestShop, id: string) => shop.call("reports.job", { id }, admin);
export const resultOf = (shop: TestShop, id: string) =>
  shop.call("reports.jobResult", { id }, admin);

export const ended = (shop: TestShop, id: string, timeoutMs = 15_000): Promise<Job> =>
  eventually(
    async () => {
      const job = await jobOf(shop, id);
      return ["completed", "failed"].includes(job.status) && job;
    },
    { timeoutMs, what: `the end of job ${id}` },
  );

export const importOf = async (shop: TestShop, content: Content) =>
  ended(shop, await upload(shop, content));

/** The reports service's own database. */
export const sql = <Row extends object>(shop: TestShop, text: string, values: unknown[] = []) =>
  onConnection(shop, async (client) => (await client.query<Row>(text, values)).rows);

/** Lends a connection to the reports' database, for more than one statement. */
export async function onConnection<T>(shop: TestShop, use: (client: Client) => Promise<T>) {
  const url = databaseUrl(inject("postgresUrl"), shop.config.namespace, "reports");
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

export const piecesLeft = (shop: TestShop) => sql(shop, "SELECT job_id, n FROM job_file");

/** Products with one variant each, `p-1` on row 2. */
export const products = (count: number) =>
  Array.from({ length: count }, (_, i) =>
    productRow({ Handle: `p-${i + 1}`, "Variant Inventory Qty": "5" }),
  );

export const slugs = (count: number) => products(count).map((row) => row["Handle"]);
