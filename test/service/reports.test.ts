import { createReadStream, existsSync } from "node:fs";
import { resolve } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fail } from "../../contracts/errors";
import { newId } from "../../lib/ids";
import {
  ended,
  importOf,
  jobOf,
  piecesLeft,
  products,
  resultOf,
  Shelves,
  sql,
  startReports,
  stopAll,
  upload,
} from "../support/reports";
import type { TestShop } from "../support/shop";
import { file, productRow, variantRow } from "../unit/shopify-file";
import { row, workbook } from "../unit/xlsx-file";

const FOLDER = resolve("../shared/data");
const FILES = ["shopify-apparel.csv", "shopify-jewelery.csv"];
const isHere = FILES.every((name) => existsSync(resolve(FOLDER, name)));
const mayBeMissing = !process.env["CI"];
if (!isHere && mayBeMissing) console.warn(`skipped: no Shopify exports in ${FOLDER}`);

describe("an import", () => {
  const shelves = new Shelves();
  let shop: TestShop;
  beforeAll(async () => {
    shop = await startReports(shelves);
  });
  afterAll(stopAll);

  describe.skipIf(!isHere && mayBeMissing).each(FILES)("of the real export %s", (name) => {
    const read = () => createReadStream(resolve(FOLDER, name));

    test("brings all products and stock; a second one changes nothing", async () => {
      const before = shelves.products.size;
      const first = await importOf(shop, read());
      expect(first).toMatchObject({ type: "products.import", status: "completed", errors: [] });
      expect(first.progress.total).toBeGreaterThan(20);
      expect(first.progress.done).toBe(first.progress.total);
      const created = shelves.products.size - before;
      const result = await resultOf(shop, first.id);
      expect(result).toMatchObject({ created, updated: 0, unchanged: 0, failed: 0 });
      const { stockChanged } = result as Record<string, number>;
      expect(stockChanged).toBeGreaterThan(created);

      const second = await importOf(shop, read());
      expect(await resultOf(shop, second.id)).toEqual({
        ...{ created: 0, updated: 0, unchanged: created, stockChanged: 0, failed: 0 },
      });
    });
  });

  test("takes a workbook with our own columns, and refuses its row with a formula", async () => {
    const formula = '<x:c r="D3"><x:f>1+1</x:f><x:v>2</x:v></x:c>';
    const sheet = workbook(
      row(1, "product", "name", "sku", "price", "quantity") +
        row(2, "stool", "Stool", "ST-1", "49.90", "4") +
        row(3, "sofa", "Sofa", "SO-1", formula, "1"),
    );
    const job = await importOf(shop, Readable.from([sheet]));
    expect(job).toMatchObject({ status: "completed", progress: { done: 2, total: 2 } });
    expect(job.errors).toEqual([{ row: 3, message: "cell D3 holds a formula; write its value" }]);
    expect(shelves.products.get("stool")?.variants[0]?.price.amount).toBe(4_990);
    expect(shelves.stock.get("ST-1")).toBe(4);
    expect(shelves.products.has("sofa")).toBe(false);
  });

  test("reports a row whose words PostgreSQL cannot keep, and goes on", async () => {
    const nul = '<x:c r="D3" t="e"><x:v>&#0;#REF!</x:v></x:c>';
    const sheet = workbook(
      row(1, "product", "name", "sku", "price") +
        row(2, "half", "Half", "_xD800_", "1.00") +
        row(3, "nul", "Nul", "NUL-1", nul) +
        row(4, "whole", "Whole", "WH-1", "1.00"),
    );
    const job = await importOf(shop, Readable.from([sheet]));
    expect(job).toMatchObject({ status: "completed", progress: { done: 3, total: 3 } });
    expect(job.errors.map((error) => error.row)).toEqual([2, 3]);
    expect(job.errors[0]?.message).toContain('sku "\uFFFD" is not');
    expect(job.errors[1]?.message).toBe("cell D3 holds the error #REF!");
    expect(shelves.products.has("whole")).toBe(true);
  });

  test("fails, and says why, when the file is no workbook after all", async () => {
    const job = await importOf(shop, "PK\u0003\u0004 and then nothing");
    expect(job).toMatchObject({ status: "failed", errors: [{ row: 1 }] });
    expect(job.errors[0]?.message).toContain("cut off or damaged");
  });

  test("reports bad rows by their number and goes on with the rest", async () => {
    shelves.before = (slug) => {
      if (slug === "taken") throw fail("SKU_TAKEN", "the SKU X-1 belongs to another product");
    };
    const text = file(
      productRow({ Handle: "good-1" }),
      productRow({ Handle: "bad-price", "Variant Price": "cheap" }),
      productRow({ Handle: "taken", "Variant SKU": "X-1" }),
      productRow({ Handle: "good-2", "Option1 Value": "A" }),
      variantRow({
        ...{ Handle: "good-2", "Option1 Value": "B", "Variant SKU": "HELD-1" },
        ...{ "Variant Price": "1.00", "Variant Inventory Qty": "1" },
      }),
    );
    const job = await importOf(shop, text);
    shelves.before = () => undefined;
    expect(job).toMatchObject({ status: "completed", progress: { done: 5, total: 5 } });
    expect(job.errors.map(({ row }) => row)).toEqual([3, 4, 6]);
    expect(job.errors[1]?.message).toBe("taken: the SKU X-1 belongs to another product");
    expect(job.errors[2]?.message).toBe("stock of HELD-1: 5 are reserved");
    const result = await resultOf(shop, job.id);
    expect(result).toMatchObject({ created: 2, failed: 3 });
    expect(shelves.products.has("good-2")).toBe(true);
  });

  test("prices in the currency that was asked for, else in EUR", async () => {
    const one = file(productRow({ Handle: "yen", "Variant Price": "1200" }));
    await ended(shop, await upload(shop, one, { currency: "JPY" }));
    const price = { amount: 1200, currency: "JPY" };
    expect(shelves.products.get("yen")?.variants[0]?.price).toEqual(price);
  });

  test("keeps the first 1,000 errors and counts the others", async () => {
    const rows = Array.from({ length: 1_200 }, (_, i) =>
      productRow({ Handle: `broken-${i}`, Title: "" }),
    );
    const job = await importOf(shop, file(...rows, productRow({ Handle: "after-all" })));
    expect(job).toMatchObject({ status: "completed", progress: { done: 1201, total: 1201 } });
    expect(job.errors).toHaveLength(1_000);
    expect(job.errors.map(({ row }) => row)).toEqual(
      Array.from({ length: 1_000 }, (_, i) => i + 2),
    );
    expect(await resultOf(shop, job.id)).toMatchObject({ created: 1, failed: 1_200 });
  });

  test("fails, and says why, when the file is no product CSV", async () => {
    const job = await importOf(shop, "not, a, catalogue\n1,2\n");
    expect(job).toMatchObject({ status: "failed", progress: { done: 0, total: 0 } });
    expect(job.errors.map(({ row }) => row)).toEqual([1]);
    expect(job.errors[0]?.message).toContain("lacks the columns");
    await expect(resultOf(shop, job.id)).rejects.toMatchObject({ type: "CONFLICT" });
  });

  test("of an empty file is refused, and leaves no job", async () => {
    const jobs = () => sql(shop, "SELECT id FROM job");
    const before = await jobs();
    await expect(upload(shop, Readable.from([]))).rejects.toMatchObject({
      type: "VALIDATION_FAILED",
    });
    expect(await jobs()).toEqual(before);
  });

  test("that breaks off on the way leaves no job and no file", async () => {
    const jobs = () => sql(shop, "SELECT id FROM job");
    const before = await jobs();
    const broken = Readable.from(
      (async function* () {
        yield Buffer.alloc(600_000, "a,b\n");
        throw new Error("the line went dead");
      })(),
    );
    await expect(upload(shop, broken)).rejects.toMatchObject({ type: "BAD_REQUEST" });
    expect(await jobs()).toEqual(before);
    expect(await piecesLeft(shop)).toEqual([]);
  });

  test("keeps no file once it has ended", async () => {
    await importOf(shop, file(...products(3)));
    expect(await piecesLeft(shop)).toEqual([]);
  });

  test("that nobody began is not found", async () => {
    await expect(jobOf(shop, newId())).rejects.toMatchObject({ type: "NOT_FOUND" });
    await expect(resultOf(shop, newId())).rejects.toMatchObject({ type: "NOT_FOUND" });
  });

  test("is for admins", async () => {
    const call = shop.call("reports.job", { id: newId() }, { id: newId(), roles: ["customer"] });
    await expect(call).rejects.toMatchObject({ type: "FORBIDDEN" });
  });

  test("waits for a catalogue that is away, and reports no row for it", async () => {
    let refusals = 3;
    shelves.before = (slug) => {
      if (slug === "p-4" && refusals-- > 0) throw fail("SERVICE_UNAVAILABLE");
    };
    const job = await importOf(shop, file(...products(6)));
    shelves.before = () => undefined;
    expect(refusals).toBe(-1);
    expect(job).toMatchObject({ status: "completed", errors: [], progress: { done: 6 } });
  });

  test("of 20,000 rows runs in bounded memory", async () => {
    const body = "<p>wool and more wool</p>".repeat(40);
    const csv = function* () {
      yield file();
      for (let n = 0; n < 1_000; n++) {
        const rows = Array.from({ length: 20 }, (_, i) =>
          i === 0
            ? productRow({
                Handle: `big-${n}`,
                "Body (HTML)": body,
                "Option1 Name": "No",
                "Option1 Value": "0",
              })
            : variantRow({ Handle: `big-${n}`, "Option1 Value": String(i) }),
        );
        yield file(...rows)
          .split("\n")
          .slice(1)
          .join("\n");
      }
    };
    shelves.before = () => void shelves.products.clear();
    let peak = 0;
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers);
    }, 5);
    const before = process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
    const job = await ended(shop, await upload(shop, Readable.from(csv())), 60_000);
    clearInterval(watch);
    shelves.before = () => undefined;
    expect(job).toMatchObject({ status: "completed", progress: { done: 20_000, total: 20_000 } });
    const grown = (peak - before) / 2 ** 20;
    expect(grown).toBeLessThan(150);
  }, 90_000);
});
