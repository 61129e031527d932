import { describe, expect, test } from "vitest";
import {
  countProducts,
  missingCategories,
  subtreeOf,
  type Category,
} from "../../services/catalog/domain/categories";
import { slugCandidates, slugOf } from "../../services/catalog/domain/slug";

const category = (slug: string, parent: string | null = null): Category => ({
  slug,
  name: slug,
  parent,
});
const tree = [category("home"), category("lamps", "home"), category("desk-lamps", "lamps")];

describe("missing categories", () => {
  test("come parents first, and take their name from the slug where none is given", () => {
    expect(
      missingCategories(
        [category("home")],
        [
          { slug: "desk-lamps", parent: "lamps" },
          { slug: "lamps", name: "Lamps & Lanterns", parent: "home" },
        ],
      ),
    ).toEqual([
      { slug: "lamps", name: "Lamps & Lanterns", parent: "home" },
      { slug: "desk-lamps", name: "Desk Lamps", parent: "lamps" },
    ]);
  });

  test("leave what is known as it is", () => {
    expect(missingCategories(tree, [{ slug: "lamps", name: "Other", parent: null }])).toEqual([]);
  });

  test("include a parent that nobody describes", () => {
    expect(missingCategories([], [{ slug: "teas", parent: "pantry" }])).toEqual([
      { slug: "pantry", name: "Pantry", parent: null },
      { slug: "teas", name: "Teas", parent: "pantry" },
    ]);
  });

  test("never form a circle", () => {
    const refs = [
      { slug: "a", parent: "b" },
      { slug: "b", parent: "c" },
      { slug: "c", parent: "a" },
      { slug: "d", parent: "d" },
    ];
    const made = missingCategories([], refs);
    expect(made.map(({ slug, parent }) => [slug, parent])).toEqual([
      ["c", null],
      ["b", "c"],
      ["a", "b"],
      ["d", null],
    ]);
  });
});

describe("a tree of categories", () => {
  test("is a category and everything below it", () => {
    expect(subtreeOf(tree, "home")).toEqual(["home", "lamps", "desk-lamps"]);
    expect(subtreeOf(tree, "desk-lamps")).toEqual(["desk-lamps"]);
    expect(subtreeOf(tree, "unknown")).toEqual(["unknown"]);
  });

  test("counts a product once in each category that it reaches", () => {
    const counts = countProducts(tree, [
      { categories: ["desk-lamps"], products: 1 },
      { categories: ["lamps", "home"], products: 2 },
      { categories: ["home"], products: 1 },
      { categories: [], products: 1 },
    ]);
    expect(Object.fromEntries(counts)).toEqual({ home: 4, lamps: 3, "desk-lamps": 1 });
  });
});

describe("a slug", () => {
  test("is what is left of a name in letters, digits and single dashes", () => {
    expect(slugOf("Café Crème, 2nd ed.")).toBe("cafe-creme-2nd-ed");
    expect(slugOf("  --Ærø & Straße!! ")).toBe("r-stra-e");
    expect(slugOf("茶")).toBe("product");
  });

  test("has at most 100 characters and no dash at its end", () => {
    const slug = slugOf(`${"a".repeat(99)} b`);
    expect(slug).toBe("a".repeat(99));
    for (const candidate of slugCandidates(
      "word ".repeat(40),
      "0190aaaa-0000-7000-8000-000000000001",
    )) {
      expect(candidate).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(candidate.length).toBeLessThanOrEqual(100);
    }
  });

  test("of a taken name takes a number, and the id in the end", () => {
    const id = "0190aaaa-0000-7000-8000-000000000001";
    expect([...slugCandidates("Lamp", id)]).toEqual([
      "lamp",
      "lamp-2",
      "lamp-3",
      "lamp-4",
      "lamp-5",
      "lamp-0190aaaa000070008000000000000001",
    ]);
  });
});
