import { describe, expect, it } from "vitest";
import { expectCatalogTakes, file, productRow, readAll, readOne, variantRow } from "./shopify-file";

const imageRow = (url: string, position: string, alt = "") => ({
  Handle: "lamp",
  "Image Src": url,
  "Image Position": position,
  "Image Alt Text": alt,
});

describe("a product of a Shopify file", () => {
  it("takes its fields from the row with the Title, wherever that stands", async () => {
    const head = productRow({
      "Option1 Name": "Size",
      "Option1 Value": "S",
      Vendor: " Maison  Zat ",
    });
    const rest = variantRow({ "Option1 Value": "M", "Variant Price": "12.5" });
    const { product } = await readOne(head, rest);
    const { product: reordered } = await readOne(rest, head);
    expect(product).toEqual({
      row: 2,
      handle: "lamp",
      name: "Lamp",
      description: "",
      brand: "Maison Zat",
      categories: [],
      attributes: {},
      images: [],
      variants: [
        {
          row: 2,
          sku: "LAMP--S",
          name: "S",
          price: { amount: 1000, currency: "EUR" },
          attributes: { size: "S" },
        },
        {
          row: 3,
          sku: "LAMP--M",
          name: "M",
          price: { amount: 1250, currency: "EUR" },
          attributes: { size: "M" },
        },
      ],
      active: true,
    });
    const others = product.variants.toReversed();
    expect(reordered.variants).toEqual(others.map((variant, i) => ({ ...variant, row: 2 + i })));
  });

  it("is not sold while unpublished, a draft, archived, or anything unknown", async () => {
    const activeWith = async (cells: Record<string, string>) =>
      (await readOne(productRow(cells))).product.active;
    for (const Published of ["", "true", "TRUE"])
      expect(await activeWith({ Published })).toBe(true);
    for (const Published of ["false", "no", "?"])
      expect(await activeWith({ Published })).toBe(false);
    for (const Status of ["draft", "Archived", "unlisted"]) {
      expect(await activeWith({ Status, Published: "true" })).toBe(false);
    }
    expect(await activeWith({ Status: "active" })).toBe(true);
  });

  it("is sorted by Type, else by the standard category, else by its tags", async () => {
    const google = "Google Shopping / Google Product Category";
    const sorted = async (cells: Record<string, string>) => {
      const { categories, attributes } = (await readOne(productRow(cells))).product;
      return { categories, attributes };
    };
    const all = { Type: "Lamps", Tags: "red, new, RED", [google]: "Home > Lighting" };
    const tags = { tags: "red, new" };
    expect(await sorted(all)).toEqual({ categories: ["Lamps"], attributes: tags });
    expect(await sorted({ ...all, Type: "" })).toEqual({
      categories: ["Lighting"],
      attributes: tags,
    });
    expect(await sorted({ Tags: all.Tags, [google]: "594" })).toEqual({
      categories: ["red", "new"],
      attributes: {},
    });
  });

  it("may be a gift card", async () => {
    const { product } = await readOne(
      productRow({ Handle: "gift-card", "Variant Price": "25.00" }),
    );
    expect(product.variants[0]?.price.amount).toBe(2500);
  });

  it("without a Title is one error, its rows named", async () => {
    const { products, errors } = await readAll(
      file(variantRow(), variantRow(), imageRow("x", "1")),
    );
    expect(products).toEqual([]);
    expect(errors).toEqual([`2: product "lamp", rows 2 to 4 was not imported: no Title`]);
  });

  it("without a good variant is refused, and its row reported once", async () => {
    const { products, errors } = await readAll(file(productRow({ "Variant Price": "free" })));
    expect(products).toEqual([]);
    expect(errors).toEqual([`2: Variant Price "free" is not a decimal number such as 42.99`]);
  });

  it("with a text over its limit is refused and not cut", async () => {
    const refusals = async (cells: Record<string, string>) =>
      (await readAll(file(productRow(cells)))).errors.length;
    expect(await refusals({ Title: "x".repeat(255) })).toBe(0);
    expect(await refusals({ Title: "x".repeat(256) })).toBe(1);
    expect(await refusals({ "Body (HTML)": `<p>${"x".repeat(20_000)}</p>` })).toBe(0);
    expect(await refusals({ "Body (HTML)": `<p>${"x".repeat(20_001)}</p>` })).toBe(1);
  });
});

describe("the longest texts", () => {
  it("fit the catalogue or are reported", async () => {
    const long = "ü".repeat(2_048);
    const tags = Array.from({ length: 60 }, (_, i) => `tag number ${i}`).join(",");
    const { product, errors } = await readOne(
      productRow({
        ...{
          Type: "x".repeat(120),
          Tags: tags,
          "Image Src": "https://x.test/a",
          Vendor: "x".repeat(120),
        },
        ...{ "Option1 Name": long, "Option1 Value": "v".repeat(255) },
        ...{ "Option2 Name": "Size", "Option2 Value": "w".repeat(255) },
        ...{
          Title: "t".repeat(255),
          "Variant Image": "https://x.test/b",
          "Variant Price": "1000000000",
        },
      }),
    );
    expectCatalogTakes(product);
    expect(product.attributes["tags"]).toMatch(/^tag number 0, .*, tag number \d+$/);
    expect(errors).toEqual([expect.stringMatching(/^2: Tags has \d+ characters.*left out$/)]);
  });

  it("are refused above the limits of the catalogue", async () => {
    const refused = async (cells: Record<string, string>) => {
      const { products, errors } = await readAll(file(productRow(cells)));
      products.forEach(expectCatalogTakes);
      return errors.length;
    };
    expect(await refused({ Type: "x".repeat(121) })).toBe(1);
    expect(await refused({ Vendor: "x".repeat(121) })).toBe(1);
    expect(await refused({ "Option1 Value": "x".repeat(256) })).toBe(1);
    expect(await refused({ Tags: "x".repeat(300), Type: "Lamps" })).toBe(1);
    expect(await refused({ Tags: Array.from({ length: 21 }, (_, i) => `t${i}`).join() })).toBe(1);
    expect(
      await refused({ "Image Src": "https://x.test/a", "Image Alt Text": "x".repeat(256) }),
    ).toBe(1);
    expect(await refused({ "Image Src": `https://x.test/${"é".repeat(500)}` })).toBe(1);
    expect(await refused({ "Variant Inventory Qty": "1000001" })).toBe(1);
  });
});

describe("handles", () => {
  const slugOf = async (Handle: string) => (await readOne(productRow({ Handle }))).product.handle;

  it("become plain slugs", async () => {
    expect(await slugOf("Blue--Lamp_2")).toBe("blue-lamp-2");
    expect(await slugOf("größe-été-ø")).toBe("grosse-ete-o");
  });

  it("that lose letters or length get a hash and stay different", async () => {
    const long = "very-long-".repeat(20);
    const slugs = await Promise.all(
      ["青い灯", "赤い灯", "灯 lamp", `${long}a`, `${long}b`].map(slugOf),
    );
    expect(new Set(slugs).size).toBe(5);
    for (const slug of slugs) expect(slug).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    for (const slug of slugs) expect(slug.length).toBeLessThanOrEqual(100);
  });
});

describe("variants", () => {
  const options = { "Option1 Name": "Colour", "Option2 Name": "Shoe Size (EU)" };

  it("get the option names of the first row as attributes", async () => {
    const { product } = await readOne(
      productRow({ ...options, "Option1 Value": "Red", "Option2 Value": "38" }),
      variantRow({ "Option1 Value": "Blue", "Option2 Value": "39" }),
    );
    expect(
      product.variants.map(({ sku, name, attributes }) => ({ sku, name, attributes })),
    ).toEqual([
      {
        sku: "LAMP--RED--38",
        name: "Red / 38",
        attributes: { colour: "Red", "shoe-size-eu": "38" },
      },
      {
        sku: "LAMP--BLUE--39",
        name: "Blue / 39",
        attributes: { colour: "Blue", "shoe-size-eu": "39" },
      },
    ]);
  });

  it("without options have no name and no attributes", async () => {
    const { product } = await readOne(
      productRow({ "Option1 Name": "Title", "Option1 Value": "Default Title" }),
    );
    expect(product.variants).toEqual([
      { row: 2, sku: "LAMP", price: { amount: 1000, currency: "EUR" }, attributes: {} },
    ]);
  });

  it("know options without a usable name by their place", async () => {
    const { product } = await readOne(
      productRow({ "Option1 Name": "色", "Option1 Value": "赤", "Option2 Value": "S" }),
    );
    expect(product.variants[0]?.attributes).toEqual({ "option-1": "赤", "option-2": "S" });
  });

  it("cannot reach the prototype of an object", async () => {
    const { product } = await readOne(
      productRow({ "Option1 Name": "__proto__", "Option1 Value": "x" }),
    );
    expect(product.variants[0]?.attributes).toEqual({ proto: "x" });
  });

  it("that are bad are dropped, the others stay", async () => {
    const { product, errors } = await readOne(
      productRow({ "Option1 Name": "Size", "Option1 Value": "S" }),
      variantRow({ "Option1 Value": "M", "Variant Price": "-1" }),
      variantRow({ "Option1 Value": "L", "Variant Price": "" }),
      variantRow({ "Option1 Value": "" }),
      variantRow({ "Option1 Value": "XL", "Variant Inventory Qty": "2.5" }),
      variantRow({ "Option1 Value": "S" }),
      variantRow({ "Option1 Value": "XXL", "Variant SKU": "it's" }),
      variantRow({ "Option1 Value": "3XL" }),
    );
    expect(product.variants.map((variant) => variant.name)).toEqual(["S", "3XL"]);
    expect(product.keep).toBe("parts");
    expect(errors).toEqual([
      `3: Variant Price "-1" is negative`,
      "4: Variant Price is missing",
      "5: Option1 Value is missing; the product has that option",
      `6: Variant Inventory Qty "2.5" is not a whole number`,
      "7: has the same options as row 2 and no SKU of its own",
      `8: Variant SKU "it's" is not 1 to 64 letters, digits or any of . _ / -`,
    ]);
  });

  it("keep their SKUs, but for a spreadsheet's apostrophe; a second use is an error", async () => {
    const { product, errors } = await readOne(
      productRow({ "Variant SKU": "'00123" }),
      variantRow({ "Variant SKU": "00123" }),
      variantRow({ "Variant SKU": "a/B-1_2.3" }),
    );
    expect(product.variants.map((variant) => variant.sku)).toEqual(["00123", "a/B-1_2.3"]);
    expect(errors).toEqual([`3: Variant SKU "00123" is already on row 2`]);
  });

  it("are counted when a quantity is given; oversold ones become 0 and are reported", async () => {
    const { product, errors } = await readOne(
      productRow({ "Variant SKU": "a", "Variant Inventory Qty": "7" }),
      variantRow({ "Variant SKU": "b" }),
      variantRow({ "Variant SKU": "c", "Variant Inventory Qty": "-3" }),
    );
    expect(product.variants.map((variant) => variant.quantity)).toEqual([7, undefined, 0]);
    expect(errors).toEqual([`4: Variant Inventory Qty "-3" is negative; imported as 0`]);
  });

  it("are 250 at most", async () => {
    const rows = Array.from({ length: 252 }, (_, i) => variantRow({ "Variant SKU": `s${i}` }));
    const { product, errors } = await readOne(productRow({ "Variant SKU": "first" }), ...rows);
    expect(product.variants).toHaveLength(250);
    expect(errors).toEqual([
      "252: is a variant too many; a product has at most 250",
      "253: is a variant too many; a product has at most 250",
      "254: is a variant too many; a product has at most 250",
    ]);
  });
});

describe("what a product that exists keeps although the file does not name it", () => {
  const keepOf = async (text: string) => (await readAll(text)).products.map(({ keep }) => keep);
  const short = "lamp,Lamp\n";
  const [header = "", ...none] = file().split("\n");

  it("is nothing while all rows are good, oversold stock and bad pictures among them", async () => {
    const rows = [productRow({ "Variant Inventory Qty": "-1" }), imageRow("nowhere", "1")];
    expect(await keepOf(file(...rows))).toEqual([undefined]);
  });

  it("is its variants and pictures when a row of it cannot be read or says nothing", async () => {
    expect(await keepOf(file(productRow()) + short)).toEqual(["parts"]);
    expect(await keepOf(file(productRow(), { Handle: "lamp" }))).toEqual(["parts"]);
  });

  it("is all when that row is its first", async () => {
    const rest = file(productRow()).split("\n").slice(1);
    expect(await keepOf([header, short.trim(), ...rest, ...none].join("\n"))).toEqual(["all"]);
  });
});

describe("images", () => {
  it("stand in the order of their position, each once, with a text for those who cannot see", async () => {
    const { product, errors } = await readOne(
      productRow({
        "Image Src": "https://x.test/2.jpg",
        "Image Position": "2",
        "Option1 Name": "Size",
        "Option1 Value": "S",
        "Variant Image": "https://x.test/s.jpg",
      }),
      imageRow("https://x.test/10.jpg", "10", "Back"),
      imageRow("http://x.test/1.jpg", "1", "Front"),
      imageRow("https://x.test/2.jpg", "3"),
      imageRow('https://x.test/a b".jpg', ""),
    );
    expect(errors).toEqual([]);
    expect(product.images).toEqual([
      { url: "http://x.test/1.jpg", alt: "Front" },
      { url: "https://x.test/2.jpg", alt: "Lamp" },
      { url: "https://x.test/10.jpg", alt: "Back" },
      { url: "https://x.test/a%20b%22.jpg", alt: "Lamp" },
      { url: "https://x.test/s.jpg", alt: "Lamp, S" },
    ]);
  });

  it("with a bad URL are reported; the product stays", async () => {
    const bad = ["javascript:alert(1)", "//x.test/a.jpg", "a.jpg", "data:image/png;base64,AA"];
    const { product, errors } = await readOne(
      productRow(),
      ...bad.map((url) => imageRow(url, "1")),
      imageRow("https://x.test/ok.jpg", "one"),
    );
    expect(product.images).toEqual([{ url: "https://x.test/ok.jpg", alt: "Lamp" }]);
    expect(errors).toEqual([
      ...bad.map((url, i) => `${i + 3}: Image Src "${url}" is not an http(s) URL`),
      `7: Image Position "one" is not a number; put last`,
    ]);
  });

  it("are 50 at most", async () => {
    const rows = Array.from({ length: 52 }, (_, i) =>
      imageRow(`https://x.test/${i}.jpg`, `${i + 1}`),
    );
    const { product, errors } = await readOne(productRow(), ...rows);
    expect(product.images).toHaveLength(50);
    expect(errors).toHaveLength(2);
  });
});
