import { describe, expect, test } from "vitest";
import { analyse } from "../../services/search/domain/analyse";
import {
  countIds,
  groupOf,
  toFacets,
  type GroupedFacet,
} from "../../services/search/domain/count-facets";
import { toEntry, type Facet } from "../../services/search/domain/entry";
import { bandOf, bandsWithin, priceBands } from "../../services/search/domain/price-bands";
import { isKeyOf } from "../../services/search/domain/page-key";
import { packIds, toTerms } from "../../services/search/store/postgres/terms";
import { aProduct, aVariant } from "../support/products";

const ID = "0190aaaa-0000-7000-8000-000000000001";

describe("a product's entry", () => {
  const product = aProduct({
    name: "Gemstone Necklace",
    brand: "partners-demo",
    categories: ["necklace", "home-decor", "necklace"],
    attributes: { material: "silver", tags: "Gold, Leather", empty: "" },
    variants: [
      { ...aVariant("G-1", 2000), attributes: { colour: "Blue", material: "silver" } },
      { ...aVariant("G-2", 1500), attributes: { colour: "Purple" } },
    ],
  });
  const entry = toEntry(product, 4);

  test("has the price of its cheapest variant", () => {
    expect(entry.price).toEqual({ amount: 1500, currency: "EUR" });
    expect(entry.card.price).toEqual(entry.price);
  });

  test("has the attributes of product and variants as facets, each once, but not the tags", () => {
    const named = entry.facets.map(({ kind, name, value }) => [kind, name, value].join(" "));
    expect(named).toEqual([
      "category  necklace",
      "category  home-decor",
      "brand  partners-demo",
      "attribute material silver",
      "attribute colour Blue",
      "attribute colour Purple",
      "price  1000",
    ]);
  });

  test("is searched by all it says, weighed by where it says it", () => {
    const { occurrences, titleWords, otherWords, nameLength } = analyse(entry.texts);
    expect(occurrences.get("necklace")?.map(({ weight }) => weight)).toEqual(["A", "B"]);
    expect(occurrences.get("decor")?.[0]?.weight).toBe("B");
    expect(occurrences.get("leather")?.[0]?.weight).toBe("C");
    expect(titleWords).toContain("decor");
    expect(otherWords).toContain("purple");
    expect(otherWords).not.toContain("necklace");
    expect(nameLength).toBe(2);
  });

  test("stays a legal tsvector whatever a merchant writes", () => {
    const hostile = toEntry(
      aProduct({ name: "'; DROP \\ \" :A & | !", description: "x ".repeat(9_000) }),
      1,
    );
    const terms = toTerms(hostile, analyse(hostile.texts), [7]);
    for (const term of terms.split(" ")) {
      expect(term).toMatch(/^'[=/@#]?[\p{L}\p{N}\p{M}-]+'(:\d{1,5}[A-D](,\d{1,5}[A-D]){0,11})?$/u);
    }
    expect(terms).toContain("'/7'");
  });

  test("is in ever smaller samples, half as often in each", () => {
    const levels = Array.from({ length: 4_000 }, () => {
      const one = toEntry(aProduct(), 1);
      return toTerms(one, analyse(one.texts), []).match(/'#\d+'/g)?.length ?? 0;
    });
    for (const level of [1, 2, 3, 4]) {
      const share = levels.filter((highest) => highest >= level).length / levels.length;
      expect(share).toBeGreaterThan(0.5 ** level * 0.8);
      expect(share).toBeLessThan(0.5 ** level * 1.2);
    }
  });
});

describe("price bands", () => {
  test("follow one another without gap, and every price is in one", () => {
    priceBands.forEach((band, i) => expect(band.to).toBe(priceBands[i + 1]?.from ?? null));
    for (const price of [0, 999, 1_000, 2_499, 9_999_999, 100_000_000_000]) {
      const { from, to } = bandOf(price);
      expect(price >= from && (to === null || price < to)).toBe(true);
    }
  });

  test("within a range are those that it touches", () => {
    const starts = (min: number, max: number) => bandsWithin(min, max).map(({ from }) => from);
    expect(starts(0, 999)).toEqual([0]);
    expect(starts(1_000, 2_500)).toEqual([1_000, 2_500]);
    expect(starts(999, 1_000)).toEqual([0, 1_000]);
    expect(starts(5_000, 1_000)).toEqual([]);
    expect(bandsWithin(0, Number.MAX_SAFE_INTEGER)).toEqual(priceBands);
  });
});

describe("counts", () => {
  const facets = new Map<number, Facet>([
    [1, { kind: "category", name: "", value: "lamps" }],
    [2, { kind: "category", name: "", value: "rugs" }],
    [3, { kind: "brand", name: "", value: "Dhow" }],
    [4, { kind: "attribute", name: "colour", value: "blue" }],
    [5, { kind: "attribute", name: "size", value: "L" }],
    [6, { kind: "price", name: "", value: "1000" }],
    [7, { kind: "price", name: "", value: "0" }],
  ]);
  const grouped = (facet: Facet): GroupedFacet => ({ ...facet, group: groupOf(facet) });
  const facetOf = (id: number): GroupedFacet | undefined => {
    const facet = facets.get(id);
    return facet && grouped(facet);
  };

  test("are taken of packed ids, each standing for as many products as the sample is small", () => {
    expect(countIds(packIds([3, 1, 3, 70_000]))).toEqual(
      new Map([
        [1, 1],
        [3, 2],
        [70_000, 1],
      ]),
    );
    expect(countIds(packIds([3, 1, 3]), 8)).toEqual(
      new Map([
        [1, 8],
        [3, 16],
      ]),
    );
    expect(countIds(packIds([]))).toEqual(new Map());
  });

  test("are grouped, the most frequent first, prices by price", () => {
    const counts = new Map([
      [1, 2],
      [2, 5],
      [3, 7],
      [4, 1],
      [5, 3],
      [6, 4],
      [7, 1],
      [99, 9],
    ]);
    expect(toFacets(counts, new Map(), facetOf)).toEqual({
      categories: [
        { value: "rugs", count: 5 },
        { value: "lamps", count: 2 },
      ],
      brands: [{ value: "Dhow", count: 7 }],
      attributes: { size: [{ value: "L", count: 3 }], colour: [{ value: "blue", count: 1 }] },
      price: [
        { from: 0, to: 1_000, count: 1 },
        { from: 1_000, to: 2_500, count: 4 },
      ],
    });
  });

  test("of a group that is filtered come from without its filter, and of no other", () => {
    const wider = new Map([
      [
        "category",
        new Map([
          [1, 2],
          [2, 9],
          [3, 99],
        ]),
      ],
    ]);
    const found = toFacets(
      new Map([
        [1, 2],
        [3, 1],
      ]),
      wider,
      facetOf,
    );
    expect(found.categories.map(({ count }) => count)).toEqual([9, 2]);
    expect(found.brands).toEqual([{ value: "Dhow", count: 1 }]);
  });

  test("of too many values are cut, but only then", () => {
    const many = new Map(Array.from({ length: 300 }, (_, id) => [id, id + 1]));
    const named = (id: number) => grouped({ kind: "brand", name: "", value: `Brand ${id}` });
    const { brands } = toFacets(many, new Map(), named);
    expect(brands.length).toBe(100);
    expect(brands[0]).toEqual({ value: "Brand 299", count: 300 });
  });
});

test("a cursor goes on in lists that are sorted as its own", () => {
  expect(isKeyOf(["rest", "date", 0, 1, ID], "relevance")).toBe(true);
  expect(isKeyOf(["all", "date", 0, 1, ID], "newest")).toBe(true);
  expect(isKeyOf(["all", "price_asc", 0, 1, ID], "price_desc")).toBe(false);
  expect(isKeyOf(["rest", "date", 0, 1, ID], "newest")).toBe(false);
});
