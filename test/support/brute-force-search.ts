import type { Product } from "../../contracts/catalog";
import type { SearchResult } from "../../contracts/search";
import type { Criteria } from "../../services/search/store/search-index";
import type { Stocked } from "./real-catalogue";

/** Searches by looking at every product, the plainest way: what an index has to agree with. */
export interface Expected {
  readonly ids: readonly string[];
  readonly facets: SearchResult["facets"];
}

type Filters = Pick<
  Criteria,
  "category" | "brand" | "attributes" | "minPrice" | "maxPrice" | "inStock"
>;

const priceOf = ({ variants }: Product): number =>
  Math.min(...variants.map(({ price }) => price.amount));

/** name → values, of the product and of all its variants. */
function attributesOf({ attributes, variants }: Product): Map<string, Set<string>> {
  const values = new Map<string, Set<string>>();
  for (const record of [attributes, ...variants.map((variant) => variant.attributes)]) {
    for (const [name, value] of Object.entries(record)) {
      values.set(name, (values.get(name) ?? new Set()).add(value));
    }
  }
  return values;
}

/** What each filter of the request says of a product, by what it filters. */
function verdicts({ product }: Stocked, filters: Filters): Map<string, boolean> {
  const said = new Map<string, boolean>();
  if (filters.category !== undefined)
    said.set("category", product.categories.includes(filters.category));
  if (filters.brand !== undefined) said.set("brand", product.brand === filters.brand);
  for (const [name, value] of Object.entries(filters.attributes ?? {})) {
    said.set(`attribute ${name}`, attributesOf(product).get(name)?.has(value) ?? false);
  }
  if (filters.minPrice !== undefined || filters.maxPrice !== undefined) {
    const { minPrice = 0, maxPrice = Infinity } = filters;
    said.set("price", priceOf(product) >= minPrice && priceOf(product) <= maxPrice);
  }
  return said;
}

/** `from ≤ price < to`, as the answer names its bands. */
const BANDS = [
  0, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
  5_000_000, 10_000_000,
];
const bandOf = (price: number): number => Math.max(...BANDS.filter((from) => from <= price));

export function searchByHand(all: readonly Stocked[], filters: Filters): Expected {
  const stocked = all.filter(
    ({ firstStock }) => !filters.inStock || firstStock.some(({ onHand }) => onHand > 0),
  );
  /** Those that pass every filter but the one of `group`. */
  const passing = (group: string | null): Product[] =>
    stocked
      .filter((one) => [...verdicts(one, filters)].every(([name, ok]) => ok || name === group))
      .map(({ product }) => product);
  const names = new Set(stocked.flatMap(({ product }) => [...attributesOf(product).keys()]));
  names.delete("tags");
  const attributes = [...names].map((name): [string, { value: string; count: number }[]] => [
    name,
    countBy(passing(`attribute ${name}`), (p) => [...(attributesOf(p).get(name) ?? [])]),
  ]);
  return {
    ids: passing(null).map(({ id }) => id),
    facets: {
      categories: countBy(passing("category"), (p) => p.categories),
      brands: countBy(passing("brand"), (p) => (p.brand === "" ? [] : [p.brand])),
      attributes: Object.fromEntries(attributes.filter(([, values]) => values.length > 0)),
      price: countBy(passing("price"), (p) => [String(bandOf(priceOf(p)))])
        .map(({ value, count }) => ({ from: Number(value), count }))
        .sort((a, b) => a.from - b.from)
        .map(({ from, count }) => ({ from, to: BANDS[BANDS.indexOf(from) + 1] ?? null, count })),
    },
  };
}

function countBy(
  products: readonly Product[],
  valuesOf: (product: Product) => readonly string[],
): { value: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const product of products) {
    for (const value of new Set(valuesOf(product))) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
}
