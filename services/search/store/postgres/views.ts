import type { Queryable } from "../../../../lib/store/database";
import { groupOf } from "../../domain/count-facets";
import type { Facet } from "../../domain/entry";
import { bandsWithin, priceBands } from "../../domain/price-bands";
import type { Criteria } from "../search-index";
import { ALL_PRODUCTS, LIVE } from "./tables";
import { anyFacet, facetTerm } from "./terms";
import type { Requirement, TextQuery } from "./text-query";

/** Some products: all that meet these conditions. */
export interface View {
  /** A tsquery each, by which the index finds products. */
  readonly terms: readonly string[];
  /** A tsquery each, for what is told by looking at what was found. */
  readonly checks: readonly string[];
  /** A tsquery that none of them meets; looked at in each product, as an index is slow to tell. */
  readonly without: string | null;
  readonly price: PriceRange | null;
  readonly inStock: boolean;
  /** Whether what only the price keeps out meets `terms` as well. */
  readonly seesAllPrices: boolean;
  /** About as many products as meet `terms`, or fewer do. */
  readonly atMost: number;
  /** As many do if each condition leaves the same share of any products. */
  readonly likely: number;
}

interface PriceRange {
  readonly min: number;
  readonly max: number;
  /** Prices that are not in the range. */
  readonly outside: boolean;
}

/** A condition of the request by which products are also counted. */
interface Filter {
  /** The facet that it must not narrow. */
  readonly group: string;
  /** Null: no product meets it; empty: all do. */
  readonly term: string | null;
  readonly products: number;
  readonly price: PriceRange | null;
}

/** The facet of a band of prices. */
export interface Band {
  readonly id: number;
  readonly from: number;
}

export interface Views {
  /** Of the whole shop. */
  readonly products: number;
  /** Those that a range of prices was asked for, the lowest first. */
  readonly bands: readonly Band[];
  /** What is found; null: nothing can be. */
  readonly main: View | null;
  /** For each filter, what only that one keeps out; null: nothing, or of the price what `main` tells. */
  readonly keptOut: ReadonlyMap<string, View | null>;
  /** Whether there is no condition at all; or none but the filter of `group`. */
  readonly isWholeShop: (group?: string) => boolean;
}

export async function toViews(
  db: Queryable,
  criteria: Criteria,
  text: TextQuery | null,
): Promise<Views> {
  const { filters, products, bands } = await findFilters(db, criteria);
  const inStock = criteria.inStock ?? false;
  const view = (kept: readonly Filter[], out: Filter | null): View | null => {
    if (kept.some(({ term }) => term === null)) return null;
    const ranges = kept.flatMap(({ price }) => price ?? []);
    const required = text?.required ?? [];
    const matching = Math.min(products, ...required.map((word) => word.products));
    const asked = telling(kept, matching).flatMap(({ term, ...filter }) =>
      term ? [{ ...filter, term }] : [],
    );
    const { terms, checks } = divide([...required, ...asked], products);
    return {
      terms,
      checks: [...(text?.checks ?? []), ...checks],
      without: out?.price ? null : (out?.term ?? null),
      price: out?.price ? { ...out.price, outside: true } : (ranges[0] ?? null),
      inStock,
      seesAllPrices: !out && !asked.some(({ price }) => price),
      atMost: Math.min(matching, ...asked.map((f) => f.products)),
      likely: asked.reduce((left, f) => (left * f.products) / products, matching),
    };
  };
  const others = (filter: Filter) => filters.filter((other) => other !== filter);
  const main = view(filters, null);
  const keptOut = (filter: Filter): View | null =>
    filter.price && main?.seesAllPrices ? null : view(others(filter), filter);
  return {
    products,
    bands,
    main,
    keptOut: new Map(filters.map((filter) => [filter.group, keptOut(filter)])),
    isWholeShop: (group) => !text && !inStock && filters.every((filter) => filter.group === group),
  };
}

/**
 * Filters whose terms help to find products. Bands of prices are long lists to go through; when
 * something else leaves fewer products, the price of each is looked at instead.
 */
function telling(kept: readonly Filter[], atMost: number): readonly Filter[] {
  const others = kept.filter(({ price }) => !price);
  const least = Math.min(atMost, ...others.map((filter) => filter.products));
  return kept.filter(({ price, products }) => !price || products < least);
}

/** Conditions go together more often than chance has it: so many times as many products may meet all. */
export const MISJUDGED = 4;

/** So many entries of a list are gone through in the time that it takes to look at one product. */
const ENTRIES_A_LOOK = 600;

/**
 * The index goes through the list of each term, the shortest one first. A list that is long, and leaves
 * most of what the others find, is not worth it: there, each product found is looked at instead.
 */
function divide(
  conditions: readonly Requirement[],
  products: number,
): Pick<View, "terms" | "checks"> {
  const [terms, checks]: [string[], string[]] = [[], []];
  let found = products;
  for (const { term, products: listed } of conditions.toSorted((a, b) => a.products - b.products)) {
    const kept = Math.min(1, listed / Math.max(1, products));
    const spared = MISJUDGED * found * (1 - kept);
    const isSearched = terms.length === 0 || spared * ENTRIES_A_LOOK > listed;
    (isSearched ? terms : checks).push(term);
    if (isSearched) found *= kept;
  }
  return { terms, checks };
}

/**
 * Looks up, at once, what the filters are called in the index and how many products meet each. The
 * limit keeps the planner from reading all facets: it thinks that a hundred are wanted.
 */
async function findFilters(
  db: Queryable,
  criteria: Criteria,
): Promise<Pick<Views, "products" | "bands"> & { filters: Filter[] }> {
  const facets = facetsIn(criteria);
  const range = rangeOf(criteria);
  const bands = range ? bandsWithin(range.min, range.max) : [];
  const bandFacets = bands.map(({ from }) => facet("price", "", String(from)));
  const rows = await db.query<Facet & { id: number; products: number }>(
    `SELECT facet_id AS id, '' AS kind, '' AS name, '' AS value, products FROM ${LIVE}.facet_count WHERE facet_id = ${ALL_PRODUCTS}
     UNION ALL
     SELECT f.id, kind, name, value, f.products
     FROM json_to_recordset($1::json) AS wanted(kind text, name text, value text), LATERAL (
       SELECT id, products FROM facet JOIN ${LIVE}.facet_count ON facet_id = id
       WHERE (facet.kind, facet.name, facet.value) = (wanted.kind, wanted.name, wanted.value)
         AND products > 0 LIMIT 1) f`,
    [JSON.stringify([...facets, ...bandFacets])],
  );
  const products = rows.find(({ id }) => id === ALL_PRODUCTS)?.products ?? 0;
  const filters = facets.map((wanted): Filter => {
    const row = rows.find((r) => r.value === wanted.value && groupOf(r) === groupOf(wanted));
    const term = row ? facetTerm(row.id) : null;
    return { group: groupOf(wanted), term, products: row?.products ?? 0, price: null };
  });
  const found = rows.filter(({ kind }) => kind === "price");
  if (range) filters.push(priceFilter(range, bands.length, found));
  const inOrder = found.map(({ id, value }) => ({ id, from: Number(value) }));
  return { filters, products, bands: inOrder.sort((a, b) => a.from - b.from) };
}

function priceFilter(
  range: PriceRange,
  bands: number,
  found: readonly { id: number; products: number }[],
): Filter {
  return {
    group: "price",
    // A range of all bands is no condition on terms.
    term: bands === priceBands.length ? "" : found.length > 0 ? anyFacet(found) : null,
    products: found.reduce((sum, band) => sum + band.products, 0),
    price: range,
  };
}

const facet = (kind: Facet["kind"], name: string, value: string): Facet => ({ kind, name, value });

const facetsIn = ({ category, brand, attributes = {} }: Criteria): Facet[] => [
  ...(category === undefined ? [] : [facet("category", "", category)]),
  ...(brand === undefined ? [] : [facet("brand", "", brand)]),
  ...Object.entries(attributes).map(([name, value]) => facet("attribute", name, value)),
];

function rangeOf({ minPrice, maxPrice }: Criteria): PriceRange | null {
  if (minPrice === undefined && maxPrice === undefined) return null;
  return { min: minPrice ?? 0, max: maxPrice ?? Number.MAX_SAFE_INTEGER, outside: false };
}
