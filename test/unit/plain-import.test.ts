import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { surveyFile } from "../../services/reports/import/survey-file";
import { chunks, expectCatalogTakes, readAll } from "./shopify-file";

const HEADER = "product,name,sku,price,currency,quantity,categories,option:size,status\n";

describe("our own file", () => {
  it("as the manual shows it becomes products that the catalogue takes", async () => {
    const manual = readFileSync(join(__dirname, "../../docs/imports.md"), "utf8");
    const { products, errors } = await readAll(/```csv\n([\s\S]*?)```/.exec(manual)?.[1] ?? "");
    expect(errors).toEqual([]);
    expect(products).toHaveLength(2);
    products.forEach(expectCatalogTakes);
    expect(products[0]).toMatchObject({
      ...{ handle: "wool-sweater", categories: ["Clothing", "Sweaters"], active: true },
      images: [{ url: "https://example.com/sweater.jpg", alt: "Wool sweater" }],
      variants: [
        { sku: "WS-S", name: "S", price: { amount: 7990, currency: "EUR" }, quantity: 12 },
        { sku: "WS-M", attributes: { size: "M" }, quantity: 7 },
      ],
    });
  });

  it("may call its columns as the shop's own answers do", async () => {
    const { products, errors } = await readAll(
      "slug,Title,category,sku,price,onHand\npot,Pot,Copper,POT-1,12.50,7\n",
    );
    expect(errors).toEqual([]);
    expect(products).toMatchObject([
      {
        ...{ handle: "pot", name: "Pot", categories: ["Copper"] },
        variants: [{ sku: "POT-1", price: { amount: 1250 }, quantity: 7 }],
      },
    ]);
    expect((await readAll("product,slug,name,sku,price\n")).errors[0]).toContain("twice");
  });

  it.each([
    ["a,A,,1,,,,,", "2: sku is missing"],
    ["a,A,S 1,1,,,,,", '2: sku "S 1" is not'],
    ["a,A,S1,1.999,,,,,", '2: price "1.999" has more decimals'],
    ["a,A,S1,1.5,JPY,,,,", '2: price "1.5" has more decimals'],
    ["a,A,S1,1,euro,,,,", '2: currency "euro"'],
    ["a,A,S1,1,,many,,,", '2: quantity "many"'],
    ["a,,S1,1,,,,,", "no name"],
    ["a,A,S1,1,,,,,draft", '2: product "a" was not imported: status "draft"'],
    ["a,A,S1,1", "2: has 4 cells"],
    [`a,${"n".repeat(3_000)},S1,1,,,,,`, "2: name has 3000 characters"],
    [",A,S1,1,,,,,", "2: product is missing"],
  ])("reports the row %s", async (line, message) => {
    const { products, errors } = await readAll(`${HEADER}${line}\nok,Good,G-1,2,,,,,\n`);
    expect(errors[0]).toContain(message);
    expect(products.map(({ handle }) => handle)).toEqual(["ok"]);
  });

  it("reports a bad row once, also when its product has no other", async () => {
    const { products, errors } = await readAll(`${HEADER}a,A,S1,abc,,,,,\nok,Good,G-1,2,,,,,\n`);
    expect(errors).toEqual(['2: price "abc" is not a decimal number such as 42.99']);
    expect(products.map(({ handle }) => handle)).toEqual(["ok"]);
  });

  it("reports a SKU that stands twice in a product, and a product that comes back", async () => {
    const rows = "a,A,S1,1,,,,,\na,,S1,1,,,,,\nb,B,S2,1,,,,,\na,A,S3,1,,,,,\n";
    const { errors } = await readAll(HEADER + rows);
    expect(errors).toHaveLength(2);
    expect(errors[0]).toContain('3: sku "S1" is already on row 2');
    expect(errors[1]).toContain('5: the product "a" (slug a) was already used on row 2');
  });

  it("is refused for a column that means nothing, or one that stands twice", async () => {
    expect((await readAll("product,name,sku,price,prize\n")).errors[0]).toContain('"prize"');
    expect((await readAll("product,name,sku,price,sku\n")).errors[0]).toContain("twice");
    const sizes = "product,name,sku,price,option:shoe size,option:Shoe-Size\n";
    expect((await readAll(sizes)).errors[0]).toContain('"option:shoe-size" twice');
    expect((await readAll("sku,price\n")).errors[0]).toContain("lacks the columns product, name");
  });

  it("says of a wrong encoding what to do", async () => {
    const latin1 = Buffer.from(`${HEADER}a,Größe,S1,1,,,,,\n`, "latin1");
    expect((await readAll(latin1)).errors[0]).toContain(
      '2: "name" is not valid UTF-8; save the file',
    );
    const header = Buffer.from(HEADER.replace("name", "name,attribute:größe"), "latin1");
    const utf16 = Buffer.from(`${HEADER}a,A,S1,1,,,,,\n`, "utf16le");
    const wrong = [header, utf16, Buffer.concat([Buffer.from([0xfe, 0xff]), utf16.swap16()])];
    for (const bytes of wrong) {
      expect((await readAll(bytes)).errors).toEqual([
        '1: the file is not in UTF-8; save it as "CSV UTF-8"',
      ]);
    }
  });

  it("keeps the line breaks of a description, and drops what no text has", async () => {
    const text = "One\r\nTwo\u000bThree\u0007\u0000\tfour";
    const file = `product,name,sku,price,description\na,A,S1,1,"${text}"\n`;
    const { products, errors } = await readAll(file);
    expect(errors).toEqual([]);
    expect(products[0]?.description).toBe("One\r\nTwo\nThree\tfour");
    for (const product of products) expectCatalogTakes(product);
  });

  it("in UTF-16 may hold characters whose halves look like a quote", async () => {
    // 48 22 00 4e: between the two stand the bytes of a quote.
    const bytes = Buffer.from(`\uFEFF${HEADER}a,≈一,S1,1,,,,,\nb,B,S2,1,,,,,\n`, "utf16le");
    for (const size of [bytes.length, 7, 1]) {
      const { products, errors } = await readAll(chunks(bytes, size));
      expect(errors).toEqual([]);
      expect(products.map(({ name }) => name)).toEqual(["≈一", "B"]);
    }
  });

  it("in UTF-16 is read when it says so itself", async () => {
    const bytes = Buffer.from(`\uFEFF${HEADER}a,Größe,S1,1,,,,,\n`, "utf16le");
    expect((await readAll(bytes)).products).toEqual([expect.objectContaining({ name: "Größe" })]);
  });

  it("with a formula in it holds a text like any other, and no number", async () => {
    const { products, errors } = await readAll(
      `${HEADER}a,=1+1,S1,=2*3,,,,,\nb,@SUM(1),S2,1,,,,,\n`,
    );
    expect(errors[0]).toContain('2: price "=2*3" is not a decimal number');
    expect(products).toEqual([expect.objectContaining({ handle: "b", name: "@SUM(1)" })]);
  });
});

describe("a product that exists keeps what the file does not name", () => {
  const kept = async (...lines: string[]) => {
    const content = `${HEADER}${lines.join("\n")}\n`;
    const survey = await surveyFile(chunks(content));
    if ("fault" in survey) throw new Error(survey.fault.message);
    const { products, errors } = await readAll(content, { scattered: survey.scattered });
    expect(errors.length).toBe(products.some(({ keep }) => keep) ? 1 : 0);
    return products.map(({ handle, keep }) => [handle, keep ?? "nothing"].join(" "));
  };
  const a = (n: number, price = "1") => `a,A,A${n},${price},,,,,`;
  const b = "b,B,B1,1,,,,,";

  it("when a variant of it is bad, and not when all are good", async () => {
    expect(await kept(a(1), a(2), b)).toEqual(["a nothing", "b nothing"]);
    expect(await kept(a(1), a(2, "cheap"), b)).toEqual(["a parts", "b nothing"]);
    expect(await kept(a(1, "cheap"), a(2), b)).toEqual(["a parts", "b nothing"]);
    expect(await kept(a(1), a(1), b)).toEqual(["a parts", "b nothing"]);
  });

  it("when a row that cannot be read names it, or stands among its rows", async () => {
    expect(await kept(a(1), "A,2", b)).toEqual(["a parts", "b nothing"]);
    expect(await kept(a(1), "other,1", a(2), b)).toEqual(["a parts", "b nothing"]);
    const content = `${HEADER}${a(1)}\nother,1\n${b}\n`;
    expect((await readAll(content)).products.map(({ keep }) => keep)).toEqual([
      undefined,
      undefined,
    ]);
  });

  it("before and behind a row that does not say whose it is", async () => {
    expect(await kept(a(1), ",A,A2,1,,,,,", b)).toEqual(["a parts", "b parts"]);
    expect(await kept("\uFFFD,A,A2,1,,,,,", a(1), b)).toEqual(["a parts", "b nothing"]);
  });

  it("texts too, when the row that cannot be read is its first", async () => {
    expect(await kept(b, "a,A,A1,1", a(2))).toEqual(["b nothing", "a all"]);
  });

  it("when more of its rows come far behind", async () => {
    expect(await kept(a(1), b, a(2))).toEqual(["a parts", "b nothing"]);
    expect(await kept(a(1), b, "a,A")).toEqual(["a parts", "b nothing"]);
  });

  it("when it has too many rows", async () => {
    const content = `${HEADER}${a(1)}\n${a(2)}\n`;
    const { products } = await readAll(content, { maxRowsPerHandle: 1 });
    expect(products).toMatchObject([{ handle: "a", keep: "parts" }]);
  });
});
