import { describe, expect, it } from "vitest";
import { catalog } from "../../contracts/catalog";
import { Validator } from "../../lib/mesh/schema";
import { demoCategories, demoProducts } from "../../services/catalog/seed/demo-products";

const variants = demoProducts.flatMap((product) => product.variants);
const categorySlugs = demoCategories.map((category) => category.slug);

describe("the demo shop", () => {
  it("has about sixty products of a dozen kinds", () => {
    expect(demoProducts.length).toBeGreaterThanOrEqual(55);
    expect(demoProducts.length).toBeLessThanOrEqual(65);
    expect(new Set(demoProducts.map((product) => product.brand)).size).toBe(10);
  });

  it("has unique slugs and SKUs", () => {
    const slugs = demoProducts.map((product) => product.slug);
    const skus = variants.map((variant) => variant.sku);
    expect(new Set(slugs).size).toBe(slugs.length);
    expect(new Set(skus).size).toBe(skus.length);
  });

  it("uses every category, and no other", () => {
    const used = new Set(demoProducts.flatMap((product) => product.categories));
    expect([...used].sort()).toEqual([...categorySlugs].sort());
    expect(new Set(categorySlugs).size).toBe(categorySlugs.length);
  });

  it("names parents before their children", () => {
    for (const [index, { parent }] of demoCategories.entries()) {
      if (parent !== undefined) expect(categorySlugs.slice(0, index)).toContain(parent);
    }
  });

  it("puts a product into its category's parent too", () => {
    for (const { slug, categories } of demoProducts) {
      const parent = demoCategories.find((category) => category.slug === categories[0])?.parent;
      expect(categories.slice(1), slug).toEqual(parent === undefined ? [] : [parent]);
    }
  });

  it("has prices above zero and stock of every kind: plenty, low and none", () => {
    for (const { sku, price, quantity } of variants) {
      expect(Number.isInteger(price.amount) && price.amount > 0, sku).toBe(true);
      expect(Number.isInteger(quantity) && quantity >= 0, sku).toBe(true);
    }
    expect(variants.some((variant) => variant.quantity > 50)).toBe(true);
    expect(variants.some((variant) => variant.quantity > 0 && variant.quantity < 5)).toBe(true);
    expect(variants.filter((variant) => variant.quantity === 0).length).toBeGreaterThan(1);
  });

  it("tells the variants of a product apart by name", () => {
    for (const product of demoProducts) {
      const names = product.variants.map((variant) => variant.name);
      expect(new Set(names).size, product.slug).toBe(names.length);
      expect(names.length, product.slug).toBeLessThanOrEqual(6);
      if (names.length > 1) expect(names, product.slug).not.toContain(undefined);
    }
  });

  it("is what catalog.create takes", () => {
    const params = new Validator(catalog.actions.create.params);
    for (const product of demoProducts) {
      const onHand = product.variants.map(({ quantity, ...rest }) => ({
        ...rest,
        onHand: quantity,
      }));
      expect(params.errorsOf({ ...product, variants: onHand }), product.slug).toEqual([]);
    }
  });
});
