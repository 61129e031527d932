import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { readProducts } from "../../services/reports/import/read-products";
import {
  chunks,
  expectCatalogTakes,
  file,
  line,
  productRow,
  readAll,
  variantRow,
  type Cells,
} from "./shopify-file";

const twoProducts = file(
  productRow({ Handle: "a", "Body (HTML)": 'Ü "quoted", \r\n<b>bold</b> 日本' }),
  productRow({ Handle: "b", Title: "Größe" }),
);

describe("reading a Shopify file", () => {
  it("gives the same items however the bytes are cut", async () => {
    const whole = await readAll(twoProducts);
    expect(whole.products).toHaveLength(2);
    for (const size of [1, 2, 3, 7, 100]) {
      expect(await readAll(chunks(twoProducts, size))).toEqual(whole);
    }
  });

  it("takes strings, buffers and node streams", async () => {
    const whole = await readAll(twoProducts);
    expect(await readAll(Readable.from([twoProducts]))).toEqual(whole);
    expect(await readAll(Readable.from(chunks(twoProducts, 10)))).toEqual(whole);
    expect(await readAll(Readable.from(["", twoProducts, ""]))).toEqual(whole);
  });

  it("skips a byte order mark", async () => {
    const { products, errors } = await readAll(`\uFEFF"Handle",Title,Variant Price\na,A,1\n`);
    expect(errors).toEqual([]);
    expect(products[0]?.handle).toBe("a");
  });

  it("reads Windows line ends, also mixed with others", async () => {
    const { products, errors } = await readAll("Handle,Title,Variant Price\na,A,1\r\nb,B,2\nc,C,3");
    expect(errors).toEqual([]);
    expect(products.map((product) => product.name)).toEqual(["A", "B", "C"]);
  });

  it("finds columns in any order and case and ignores others", async () => {
    const { products } = await readAll("VARIANT PRICE,Colour, title ,Handle\n1.50,x,A,a\n");
    expect(products[0]?.variants[0]?.price).toEqual({ amount: 150, currency: "EUR" });
  });

  it("counts rows as a spreadsheet does: blank ones too, one for a cell of many lines", async () => {
    const text = [
      file(productRow({ "Body (HTML)": "a\nb\nc" })),
      "\n,,,\n",
      line(productRow({ Handle: "x", Title: "X" })),
    ].join("");
    const { items } = await readAll(text);
    expect(items).toMatchObject([
      { kind: "product", product: { row: 2 }, lastRow: 2 },
      { kind: "product", product: { row: 5 }, lastRow: 5 },
    ]);
  });

  it("yields a product before it has read the next ones", async () => {
    async function* endless() {
      yield "Handle,Title,Variant Price\n";
      for (let i = 0; ; i += 1) yield `p${i},P,1\n`;
    }
    const items = readProducts(endless(), { currency: "EUR" });
    expect((await items.next()).value).toMatchObject({ product: { handle: "p0" } });
    await items.return(undefined);
  });

  it("closes the input when the reader stops early", async () => {
    const input = Readable.from(chunks(file(productRow(), productRow({ Handle: "b" })), 50));
    for await (const _ of readProducts(input, { currency: "EUR" })) break;
    expect(input.destroyed).toBe(true);
  });

  it("throws when the input fails", async () => {
    async function* failing() {
      yield "Handle,Title,Variant Price\na,A,1\n";
      throw new Error("connection lost");
    }
    await expect(readAll(failing())).rejects.toThrow("connection lost");
  });
});

describe("a file that cannot be read", () => {
  it("names the columns that the header lacks, once", async () => {
    const { items } = await readAll("Handle,Price\na,1\nb,2\n");
    expect(items).toEqual([
      { kind: "error", row: 1, message: "the header lacks the columns Title, Variant Price" },
    ]);
  });

  it("hints at the separator of a file with semicolons", async () => {
    const { errors } = await readAll("Handle;Title;Variant Price\na;A;1\n");
    expect(errors).toEqual([expect.stringContaining("must be separated by commas")]);
    expect((await readAll("sku\tproduct\nA1\ta\n")).errors).toEqual(errors);
  });

  it.each(["", "\n\n", "\uFEFF"])("says that %j is empty", async (text) => {
    expect((await readAll(text)).errors).toEqual(["1: the file is empty"]);
  });

  it("keeps what stood before an open quote, also of the product that it may have cut", async () => {
    const text = file(productRow({ Handle: "a" }), productRow({ Handle: "b" })) + '"c,C,1\nd,D,1\n';
    const { products, errors } = await readAll(text);
    expect(products.map(({ handle, keep }) => [handle, keep])).toEqual([
      ["a", undefined],
      ["b", "parts"],
    ]);
    expect(errors).toEqual([
      "4: the file cannot be read from here on: a quote that is opened in this row is never closed",
    ]);
  });

  it("ends at text behind a closing quote, since that may be an opening one", async () => {
    const text = 'Handle,Title,Variant Price\na,A,1\nb,"12" chain,1\nc,C,1\n';
    const { products, errors } = await readAll(text);
    expect(products.map(({ handle }) => handle)).toEqual(["a"]);
    expect(errors).toEqual([expect.stringMatching(/^3: .*from here on: .*a quote inside a cell/)]);
  });

  it("stops at a row without end, of text or of commas, in little memory", async () => {
    async function* endless(text: string) {
      yield "Handle,Title,Variant Price\n";
      for (;;) yield text.repeat(10_000);
    }
    for (const text of ["x", ",", '"']) {
      const { errors } = await readAll(endless(text));
      expect(errors).toEqual([expect.stringMatching(/^2: .*longer than 262144 characters/)]);
    }
  });
});

describe("a bad row", () => {
  const good = productRow({ Handle: "good", Title: "Good" });

  it("with too many or too few cells is reported, the rest goes on", async () => {
    const text =
      file(productRow({ Handle: "a" })) + "b,B\n" + line(good) + "\n" + line(good) + ",\n";
    const { products, errors } = await readAll(text);
    expect(products.map((product) => product.handle)).toEqual(["a", "good"]);
    expect(errors).toEqual([
      "3: has 2 cells, the header has 20",
      "5: has 21 cells, the header has 20",
    ]);
  });

  it("with quotes inside its cells is reported, the rest goes on", async () => {
    const rows = ["a,A,1", 'b,12" by 5",1', 'b,3" more,1', 'c,"""C"", quoted",1', "d,D,1"];
    const text = ["Handle,Title,Variant Price", ...rows, ""].join("\n");
    for (const size of [text.length, 1]) {
      const { products, errors } = await readAll(chunks(text, size));
      expect(products.map(({ row, name, keep }) => [row, name, keep])).toEqual([
        [2, "A", "parts"],
        [5, '"C", quoted', "parts"],
        [6, "D", undefined],
      ]);
      expect(errors).toEqual([
        expect.stringMatching(/^3: has a quote inside a cell/),
        expect.stringMatching(/^4: has a quote inside a cell/),
      ]);
    }
  });

  it("that is not UTF-8 is reported with its column, also after a byte order mark", async () => {
    const latin1 = Buffer.from(file(productRow({ Title: "Größe" }), good), "latin1");
    for (const mark of [Buffer.alloc(0), Buffer.from("\uFEFF")]) {
      const { products, errors } = await readAll(Buffer.concat([mark, latin1]));
      expect(products.map((product) => product.handle)).toEqual(["good"]);
      expect(errors).toEqual([`2: "Title" is not valid UTF-8; save the file as "CSV UTF-8"`]);
    }
  });

  it("without a handle is reported", async () => {
    const { products, errors } = await readAll(file(variantRow({ Handle: " " }), good));
    expect(products).toHaveLength(1);
    expect(errors).toEqual(["2: Handle is missing"]);
  });

  it("whose handle stood elsewhere before is reported with that place", async () => {
    const { products, errors } = await readAll(
      file(
        productRow(),
        good,
        variantRow({ "Option1 Value": "Red" }),
        variantRow({ Handle: "Good" }),
      ),
    );
    expect(products.map((product) => product.handle)).toEqual(["lamp", "good"]);
    expect(errors).toEqual([
      expect.stringMatching(/^4: the handle "lamp" .* already used on row 2;/),
      expect.stringMatching(/^5: the handle "Good" .* already used on row 3;/),
    ]);
  });

  it("whose handle gives the slug of another product is reported", async () => {
    const { products, errors } = await readAll(
      file(productRow({ Handle: "thé" }), productRow({ Handle: "the" })),
    );
    expect(products.map((product) => product.handle)).toEqual(["the"]);
    expect(errors).toEqual([expect.stringMatching(/^3: .*slug the.* row 2/)]);
  });

  it("with nothing but a handle is reported", async () => {
    const { errors } = await readAll(file(productRow(), { Handle: "lamp" }));
    expect(errors).toEqual(["3: describes neither a product, a variant nor an image"]);
  });

  it("beyond the rows that a handle may have is reported", async () => {
    const rows = ["S", "M", "L", "XL"].map((size) => variantRow({ "Option1 Value": size }));
    const { products, errors } = await readAll(file(productRow(), ...rows), {
      maxRowsPerHandle: 3,
    });
    expect(products[0]?.variants).toHaveLength(3);
    expect(errors).toEqual([
      "5: is a row too many; a product has at most 3",
      "6: is a row too many; a product has at most 3",
    ]);
  });

  it("with a cell of absurd length is reported", async () => {
    const { errors } = await readAll(file(productRow({ Vendor: "v".repeat(3_000) })));
    expect(errors).toEqual(["2: Vendor has 3000 characters; at most 2048 are allowed"]);
  });
});

describe("every row with a price", () => {
  /** Random, but the same on every run, so that a failure can be looked into. */
  const randomly = (seed: number) => (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };

  function rubbish(): Cells[] {
    const random = randomly(42);
    const pick = (...values: string[]): string => values[random(values.length)] ?? "";
    let handle = "";
    return Array.from({ length: 2_000 }, (_, i) => {
      if (random(3) === 0) handle = random(20) === 0 ? `h${random(i + 1)}` : `h${i}`;
      return {
        Handle: random(50) === 0 ? "" : handle,
        Title: pick("", "", "Thing", "x".repeat(300)),
        "Option1 Name": pick("", "Size", "尺寸"),
        "Option1 Value": pick("", "S", "s", "X-Large", "Default Title", "赤"),
        "Variant SKU": pick("", "", "SKU", "s".repeat(70)),
        "Variant Inventory Qty": pick("", "1", "-2", "many"),
        "Variant Price": pick("", "1", "2.50", "-3", "1,299", "free"),
        "Image Src": pick("", "https://x.test/a.jpg", "ftp://x.test/b.jpg"),
      };
    });
  }

  /** Rows that an error speaks of as lost; oversold stock and bad pictures do not cost the row. */
  function rowsLost(errors: string[]): Set<number> {
    const lost = errors.filter((error) => !/imported as 0|Image Src/.test(error));
    return new Set(
      lost.flatMap((error) => {
        const row = parseInt(error);
        const [, first = row, last = row] = /rows (\d+) to (\d+) was not/.exec(error) ?? [];
        const rows = Array.from({ length: Number(last) - Number(first) + 1 });
        return [row, ...rows.map((_, i) => Number(first) + i)];
      }),
    );
  }

  it("gives products that catalog.put takes, whatever the file held", async () => {
    const { products } = await readAll(file(...rubbish()));
    for (const product of products) expectCatalogTakes(product);
  });

  it("ends in a variant, in an error of its own, or in a product that was refused", async () => {
    const rows = rubbish();
    const { products, errors } = await readAll(file(...rows));
    const lost = rowsLost(errors);
    const kept = rows.filter((row, i) => row["Variant Price"] !== "" && !lost.has(i + 2));
    const variants = products.flatMap((product) => product.variants);
    expect(variants).toHaveLength(kept.length);
    const cents = (price = "") => Math.round(Number(price) * 100);
    expect(variants.map(({ price }) => price.amount)).toEqual(
      kept.map((row) => cents(row["Variant Price"])),
    );
    expect(variants.length).toBeGreaterThan(100);
    expect(errors.filter((error) => error.includes("was not imported")).length).toBeGreaterThan(
      100,
    );
  });
});
