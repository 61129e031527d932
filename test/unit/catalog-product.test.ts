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
