import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { catalog } from "../../contracts/catalog";
import { fail } from "../../contracts/errors";
import { messageOf } from "../../lib/errors";
import { Validator } from "../../lib/mesh/schema";
import { callPatiently } from "../../services/reports/call-patiently";
import { toCatalogPut, toStockLevels } from "../../services/reports/domain/catalog-product";
import { windowsOf } from "../../services/reports/domain/windows";
import { inPieces } from "../../services/reports/receive-file";
import { surveyFile } from "../../services/reports/import/survey-file";
import { chunks, file, productRow, readOne, variantRow } from "./shopify-file";

describe("a product of a file", () => {
  it("becomes what catalog.put takes, its categories by slug and name", async () => {
    const { product } = await readOne(
      productRow({ Type: "Größe & Co", "Variant SKU": "L-1", "Variant Inventory Qty": "3" }),
    );
    const put = toCatalogPut(product);
    expect(new Validator(catalog.actions.put.params).errorsOf(put)).toEqual([]);
    expect(put).toMatchObject({
      slug: "lamp",
      status: "active",
      categories: [{ slug: "grosse-co", name: "Größe & Co" }],
      variants: [{ sku: "L-1", price: { amount: 1000, currency: "EUR" } }],
    });
  });

  it("stays off the shop when it is not published", async () => {
    const { product } = await readOne(productRow({ Published: "false" }));
    expect(toCatalogPut(product).status).toBe("archived");
  });

  it("tells the catalogue what to keep, and nothing of stock that it does not name", async () => {
    const rows = [productRow({ "Variant SKU": "L-1", "Variant Inventory Qty": "3" })];
    const { product } = await readOne(
      ...rows,
      variantRow({ "Variant SKU": "L-2", "Variant Price": "?" }),
    );
    const put = toCatalogPut(product);
    expect(new Validator(catalog.actions.put.params).errorsOf(put)).toEqual([]);
    expect(put.keep).toBe("parts");
    expect(toStockLevels(product)).toEqual([{ sku: "L-1", onHand: 3 }]);
  });

  it("has stock for the variants that the file counts, and for no others", async () => {
    const { product } = await readOne(
      productRow({ "Variant SKU": "L-1", "Variant Inventory Qty": "0" }),
      variantRow({ "Variant SKU": "L-2" }),
    );
    expect(toStockLevels(product)).toEqual([{ sku: "L-1", onHand: 0 }]);
  });
});

describe("the survey of a file", () => {
  const survey = (text: string) => surveyFile(chunks(text));

  it("counts rows as the parser sees them, quoted line breaks and all", async () => {
    const text = file(productRow({ "Body (HTML)": "a\nb\nc" }), variantRow());
    expect(await survey(text)).toMatchObject({ total: 2 });
  });

  it("counts up to the row that cannot be read", async () => {
    expect(await survey(file(productRow(), variantRow()) + 'lamp,"never closed')).toMatchObject({
      total: 2,
    });
  });

  it.each(["\n\n", "a,b,c\n1,2,3\n", "\u0000\u0001PK\u0003", 'Handle,"Title'])(
    "refuses what is no product CSV: %j",
    async (text) => {
      expect(await survey(text)).toHaveProperty("fault.message");
    },
  );
});

describe("an upload", () => {
  it("is stored in pieces of one size, whatever the chunks that it comes in", async () => {
    const sizes: number[] = [];
    const pieces: Buffer[] = [];
    const source = Readable.from(["ab", "c", "defghij", "k"].map((text) => Buffer.from(text)));
    for await (const piece of inPieces(source, 3)) {
      sizes.push(piece.length);
      pieces.push(piece);
    }
    expect(sizes).toEqual([3, 7, 1]);
    expect(Buffer.concat(pieces).toString()).toBe("abcdefghijk");
  });
});

describe("a patient call", () => {
  const patience = () => {
    const waits: string[] = [];
    const end = new AbortController();
    const onWait = (error: unknown): void => void waits.push(messageOf(error));
    return { waits, end, options: { signal: end.signal, onWait } };
  };
  const retryable = () => Object.assign(new Error("nobody is there"), { retryable: true });

  it("asks again until somebody answers", async () => {
    const { waits, options } = patience();
    const answers = [fail("SERVICE_UNAVAILABLE"), retryable()];
    const call = async () => {
      const error = answers.shift();
      if (error) throw error;
      return "here";
    };
    expect(await callPatiently(call, options)).toBe("here");
    expect(waits).toEqual(["A part of the shop is unavailable", "nobody is there"]);
  });

  it("takes a refusal for an answer", async () => {
    const { waits, options } = patience();
    const refused = callPatiently(() => Promise.reject(fail("SKU_TAKEN")), options);
    await expect(refused).rejects.toMatchObject({ type: "SKU_TAKEN" });
    expect(waits).toEqual([]);
  });

  it("stops waiting when it is told to", async () => {
    const { end, options } = patience();
    const waiting = callPatiently(() => Promise.reject(retryable()), options);
    setImmediate(() => end.abort());
    await expect(waiting).rejects.toThrow("aborted");
  });
});

describe("products that are imported at the same time", () => {
  const product = async (handle: string, sku: string) => {
    const read = await readOne(productRow({ Handle: handle, "Variant SKU": sku }));
    return { kind: "product" as const, product: read.product, lastRow: 2 };
  };

  it("are so many at most, and never two that share a SKU", async () => {
    const items = [
      await product("a", "S-1"),
      await product("b", "S-2"),
      { kind: "error" as const, row: 3, message: "bad" },
      await product("c", "S-3"),
      await product("d", "S-3"),
      await product("e", "S-1"),
    ];
    const [a, b, error, c, d, e] = items;
    expect([...windowsOf(items, 3)]).toEqual([[a, b, error], [c], [d, e]]);
    expect([...windowsOf([], 3)]).toEqual([]);
  });
});
