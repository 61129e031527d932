import { describe, expect, test } from "vitest";
import { hasCode } from "../../lib/errors";
import { offerOf } from "../../services/catalog/domain/offer";
import {
  assertDistinctSkus,
  changeProduct,
  newProduct,
  replaceProduct,
  type ProductInput,
} from "../../services/catalog/domain/product";
import { productEvent } from "../../services/catalog/domain/product-event";
import { aProduct, aVariant } from "../support/products";

const LATER = "2027-01-01T00:00:00.000Z";
const input: ProductInput = {
  slug: "lamp",
  name: "Lamp",
  variants: [{ sku: "LAMP", price: { amount: 900, currency: "EUR" } }],
};

describe("a product", () => {
  test("has empty text, lists and attributes where the merchant said nothing", () => {
    expect(newProduct(input, { id: "1", now: LATER })).toEqual({
      id: "1",
      slug: "lamp",
      name: "Lamp",
      description: "",
      brand: "",
      categories: [],
      attributes: {},
      images: [],
      variants: [{ sku: "LAMP", price: { amount: 900, currency: "EUR" }, attributes: {} }],
      status: "active",
      createdAt: LATER,
      updatedAt: LATER,
    });
  });

  test("takes a given field whole and keeps the others", () => {
    const product = aProduct({ attributes: { colour: "red", size: "M" }, brand: "Blue Kiln" });
    const changed = changeProduct(product, { attributes: { colour: "blue" } }, LATER);
    expect(changed).toEqual({ ...product, attributes: { colour: "blue" }, updatedAt: LATER });
  });

  test("is unchanged by what it says already, in whichever order", () => {
    const product = aProduct({ attributes: { a: "1", b: "2" } });
    expect(changeProduct(product, { name: product.name }, LATER)).toBeNull();
    expect(changeProduct(product, { attributes: { b: "2", a: "1" } }, LATER)).toBeNull();
    expect(changeProduct(product, { variants: product.variants }, LATER)).toBeNull();
  });

  test("loses in an import what the import leaves out", () => {
    const product = { ...newProduct(input, { id: "1", now: "2026" }), brand: "Blue Kiln" };
    const replaced = replaceProduct(product, { ...input, status: "active" }, LATER);
    expect(replaced).toMatchObject({ brand: "", createdAt: "2026", updatedAt: LATER });
    const again = replaced && replaceProduct(replaced, { ...input, status: "active" }, "2028");
    expect(again).toBeNull();
  });

  test("keeps its uploaded pictures in an import, wherever they stand", () => {
    const images = (...urls: string[]) => urls.map((url) => ({ url, alt: "" }));
    const after = (old: string[], file: string[]) => {
      const product = newProduct({ ...input, images: images(...old) }, { id: "1", now: "2026" });
      const put = { ...input, images: images(...file), status: "active" } as const;
      const replaced = replaceProduct(product, put, LATER);
      const again = replaced && replaceProduct(replaced, put, "2028");
      return { urls: replaced?.images.map(({ url }) => url), again };
    };
    const [a, b, c] = ["https://x/a.jpg", "https://x/b.jpg", "https://x/c.jpg"];
    const [up, other] = ["/media/1.webp", "/media/2.webp"];
    expect(after([a, up], [b])).toEqual({ urls: [b, up], again: null });
    expect(after([up, a, other], [b, c])).toEqual({ urls: [up, b, c, other], again: null });
    expect(after([up, other], [a])).toEqual({ urls: [up, other, a], again: null });
    expect(after([a, up], [])).toEqual({ urls: [up], again: null });
    const many = Array.from({ length: 50 }, (_, n) => `https://x/${n}.jpg`);
    expect(after([a, up], many).urls).toEqual([...many.slice(0, 49), up]);
  });

  describe("of which an import has bad rows", () => {
    const variant = (sku: string, size: string, amount = 900) => ({
      ...{ sku, name: size, attributes: { size } },
      price: { amount, currency: "EUR" },
    });
    const picture = (url: string) => ({ url, alt: "" });
    const old = newProduct(
      {
        ...input,
        ...{ brand: "Blue Kiln", images: [picture("https://x/a.jpg")] },
        variants: [variant("S", "small"), variant("M", "medium"), variant("L", "large")],
      },
      { id: "1", now: "2026" },
    );
    const replaced = (keep: "parts" | "all" | undefined, ...variants: ProductInput["variants"]) => {
      const images = [picture("https://x/b.jpg")];
      const put = {
        ...input,
        variants,
        images,
        status: "archived" as const,
        ...(keep && { keep }),
      };
      return replaceProduct(old, put, LATER);
    };

    test("keeps variants and pictures that no row names, where they stood", () => {
      const next = replaced("parts", variant("XL", "huge"), variant("M", "medium", 800));
      expect(next?.variants.map(({ sku, price }) => [sku, price.amount])).toEqual([
        ["S", 900],
        ["M", 800],
        ["L", 900],
        ["XL", 900],
      ]);
      expect(next?.images.map(({ url }) => url)).toEqual(["https://x/b.jpg", "https://x/a.jpg"]);
      expect(next).toMatchObject({ brand: "", status: "archived", createdAt: "2026" });
      expect(replaced(undefined, variant("M", "medium"))?.variants).toHaveLength(1);
    });

    test("keeps its texts and status too when the row with them may be one of these", () => {
      const next = replaced("all", variant("M", "medium", 800));
      expect(next).toMatchObject({ brand: "Blue Kiln", status: "active", updatedAt: LATER });
      expect(next?.variants[1]?.price.amount).toBe(800);
    });

    test("keeps no variant that has only another SKU now", () => {
      const skus = replaced("parts", variant("S-2", "small"))?.variants.map(({ sku }) => sku);
      expect(skus).toEqual(["M", "L", "S-2"]);
    });

    test("keeps variants that have neither a name nor options", () => {
      const bare = [aVariant("A"), aVariant("B")];
      const product = { ...old, variants: bare };
      const put = { ...input, variants: [aVariant("C")], status: "active", keep: "parts" } as const;
      const skus = replaceProduct(product, put, LATER)?.variants.map(({ sku }) => sku);
      expect(skus).toEqual(["A", "B", "C"]);
    });

    test("is refused when it would have too many variants then", () => {
      const many = Array.from({ length: 248 }, (_, n) => variant(`N-${n}`, `size ${n}`));
      expect(() => replaced("parts", ...many)).toThrow("are 251 with those that stay");
    });
  });

  test("may not name a SKU twice", () => {
    const check = () => assertDistinctSkus([aVariant("A"), aVariant("B"), aVariant("A")]);
    expect(check).toThrow(
      expect.objectContaining({
        data: { errors: [expect.objectContaining({ path: "/variants/2/sku" })] },
      }),
    );
    expect(() => assertDistinctSkus([aVariant("A"), aVariant("a")])).not.toThrow();
  });
});

describe("the event of a product", () => {
  test("is created first, updated then, and archived whenever it is off sale", () => {
    const product = aProduct();
    const stock = [{ sku: "A", onHand: 3 }];
    expect(productEvent(product, 1, stock)).toEqual({
      name: "product.created",
      payload: { product, firstStock: stock },
    });
    expect(productEvent(product, 2).name).toBe("product.updated");
    expect(productEvent({ ...product, status: "archived" }, 1).name).toBe("product.archived");
    expect(productEvent({ ...product, status: "archived" }, 3).name).toBe("product.archived");
  });
});

describe("an offer", () => {
  test("is named after the product and the variant", () => {
    const product = aProduct({
      name: "Lamp",
      variants: [aVariant("ONE", 500), { ...aVariant("TWO", 700), name: "Big" }],
      images: [{ url: "/images/lamp.svg", alt: "Lamp" }],
    });
    expect(offerOf(product, "ONE")?.name).toBe("Lamp");
    expect(offerOf(product, "TWO")).toEqual({
      sku: "TWO",
      productId: product.id,
      slug: product.slug,
      name: "Lamp, Big",
      price: { amount: 700, currency: "EUR" },
      image: "/images/lamp.svg",
    });
  });

  test("exists of active products only", () => {
    const archived = aProduct({ status: "archived", variants: [aVariant("A")] });
    expect(offerOf(archived, "A")).toBeNull();
    expect(offerOf(aProduct(), "A")).toBeNull();
  });
});

test("a repeated SKU is a fault of the request, not a conflict", () => {
  try {
    assertDistinctSkus([aVariant("A"), aVariant("A")]);
    expect.unreachable();
  } catch (error) {
    expect(hasCode(error, "VALIDATION_FAILED")).toBe(true);
  }
});
