import { parse } from "csv-parse/sync";
import { createReadStream, existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { expectCatalogTakes, readAll } from "./shopify-file";

/** Exports that nobody here wrote; they lie beside the checkout and are not part of it. */
const FOLDER = resolve("../shared/data");
const FILES = ["shopify-apparel.csv", "shopify-jewelery.csv"];

const isHere = FILES.every((name) => existsSync(resolve(FOLDER, name)));
const mayBeMissing = !process.env["CI"];
if (!isHere && mayBeMissing) console.warn(`skipped: no Shopify exports in ${FOLDER}`);

type Row = Record<string, string>;

/** The same file read the simplest way, to count what has to come out. */
const rowsOf = (name: string): Row[] =>
  parse(readFileSync(resolve(FOLDER, name)), { columns: true, bom: true });

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);

describe.skipIf(!isHere && mayBeMissing).each(FILES)("the real export %s", (name) => {
  const read = () => readAll(createReadStream(resolve(FOLDER, name)));

  it("is read without an error", async () => {
    expect((await read()).errors).toEqual([]);
  });

  it("gives one product for each handle, in file order", async () => {
    const handles = [...new Set(rowsOf(name).map((row) => row["Handle"]))];
    const { products } = await read();
    expect(products.map((product) => product.handle)).toEqual(handles);
    expect(products.length).toBeGreaterThan(15);
  });

  it("turns every row that has a price into a variant with that price", async () => {
    const expected = rowsOf(name)
      .filter((row) => row["Variant Price"])
      .map((row) => `${row["Handle"]} ${Number(row["Variant Price"]).toFixed(2)}`);
    const { products } = await read();
    const actual = products.flatMap(({ handle, variants }) =>
      variants.map(({ price }) => `${handle} ${(price.amount / 100).toFixed(2)}`),
    );
    expect(actual).toEqual(expected);
  });

  it("keeps the quantities: the parts sum to the file's whole", async () => {
    const whole = sum(rowsOf(name).map((row) => Number(row["Variant Inventory Qty"])));
    const { products } = await read();
    const variants = products.flatMap((product) => product.variants);
    expect(sum(variants.map((variant) => variant.quantity ?? NaN))).toBe(whole);
    expect(whole).toBeGreaterThan(0);
  });

  it("keeps every picture once", async () => {
    const { products } = await read();
    for (const product of products) {
      const rows = rowsOf(name).filter((row) => row["Handle"] === product.handle);
      const urls = rows.flatMap((row) => [row["Image Src"], row["Variant Image"]]).filter(Boolean);
      expect(product.images.map((image) => image.url).sort()).toEqual([...new Set(urls)].sort());
      expect(product.images.every((image) => image.alt !== "")).toBe(true);
    }
  });

  it("gives every product a category, a name, and a description without markup", async () => {
    for (const product of (await read()).products) {
      expect(product.categories.length).toBeGreaterThan(0);
      expect(product.name).not.toBe("");
      expect(product.description).not.toMatch(/[<>]|&\w+;/);
    }
  });

  it("gives products that catalog.put takes", async () => {
    for (const product of (await read()).products) expectCatalogTakes(product);
  });

  it("gives SKUs that are the same on every import and unique in the file", async () => {
    const skusOf = async () =>
      (await read()).products.flatMap(({ variants }) => variants.map(({ sku }) => sku));
    const skus = await skusOf();
    expect(await skusOf()).toEqual(skus);
    expect(new Set(skus).size).toBe(skus.length);
    for (const sku of skus) expect(sku).toMatch(/^[A-Z0-9-]{1,64}$/);
  });
});

describe.skipIf(!isHere && mayBeMissing)("what merchants see of the real exports", () => {
  const readFile = (name: string) => readAll(createReadStream(resolve(FOLDER, name)));

  it("finds apparel, which has no Type, under its tags", async () => {
    const { products } = await readFile("shopify-apparel.csv");
    expect(new Set(products.flatMap((product) => product.categories))).toEqual(
      new Set(["men", "women"]),
    );
  });

  it("finds jewellery under its Type and keeps the tags as an attribute", async () => {
    const { products } = await readFile("shopify-jewelery.csv");
    expect(new Set(products.flatMap((product) => product.categories))).toEqual(
      new Set(["Bracelet", "Earrings", "Necklace"]),
    );
    const anchor = products.find((product) => product.handle === "leather-anchor");
    expect(anchor?.attributes).toEqual({ tags: "Anchor, Gold, Leather, Silver" });
  });

  it("shows an HTML list as lines", async () => {
    const { products } = await readFile("shopify-jewelery.csv");
    const gemstone = products.find((product) => product.handle === "gemstone");
    expect(gemstone?.description.split("\n").slice(0, 4)).toEqual([
      "Gemstone pendant, housed in sterling silver, with sterling silver chain.",
      "",
      "- Sterling silver chain, 14 inches",
      "- Turquoise or Quartz",
    ]);
    expect(gemstone?.variants.map((variant) => variant.attributes)).toEqual([
      { colour: "Blue" },
      { colour: "Purple" },
    ]);
  });
});
