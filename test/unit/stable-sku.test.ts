import { describe, expect, it } from "vitest";
import { stableSkus } from "../../services/reports/domain/stable-sku";

const skuOf = (slug: string, ...values: string[]): string => stableSkus(slug, [values])[0] ?? "";

describe("a generated SKU", () => {
  it("can be read", () => {
    expect(skuOf("chain-bracelet", "Light Blue", "38")).toBe("CHAIN-BRACELET--LIGHT-BLUE--38");
    expect(skuOf("shirt", "X-Large", "Crème")).toBe("SHIRT--X-LARGE--CREME");
    expect(skuOf("mug")).toBe("MUG");
  });

  it("does not change between versions: shops have it in their orders", () => {
    expect(skuOf("shoe", "38.5")).toBe("SHOE--38-5-3E6B4FKK");
    expect(skuOf("shirt", "赤")).toBe("SHIRT-N0HJROD5");
  });

  it("is A-Z, 0-9 and hyphens, at most 64, whatever the values are", () => {
    const values = [
      "é".repeat(300),
      "赤",
      "½",
      "-",
      "a--b",
      " ",
      "💡",
      "\u0000",
      "ﬁ",
      "x".repeat(64),
    ];
    for (const value of values) {
      for (const sku of [
        skuOf("s".repeat(100), value),
        skuOf("a", value),
        skuOf("a", value, value),
      ]) {
        expect(sku).toMatch(/^[A-Z0-9](?:[A-Z0-9-]*[A-Z0-9])?$/);
        expect(sku.length).toBeLessThanOrEqual(64);
      }
    }
  });

  it("does not depend on the order of the rows", () => {
    const variants = [["Blue"], ["blue"], ["X-Large"], ["X Large"], ["赤"]];
    const reversed = stableSkus("shirt", variants.toReversed());
    expect(reversed.toReversed()).toEqual(stableSkus("shirt", variants));
  });

  it("never names two variants of a product", () => {
    const words = ["a", "A", "b", "a b", "a-b", "a--b", "á", "a.b", "赤", "青", "x".repeat(80), ""];
    const variants = words.flatMap((first) => words.map((second) => [first, second]));
    expect(new Set(stableSkus("shirt", variants)).size).toBe(variants.length);
  });

  it("tells a product's option from a product's name", () => {
    expect(skuOf("shirt-red", "S")).not.toBe(skuOf("shirt", "Red", "S"));
    expect(skuOf("shirt-red")).not.toBe(skuOf("shirt", "Red"));
  });
});
