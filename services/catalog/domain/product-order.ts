import type { Product } from "../../../contracts/catalog";
import { priceOf } from "./product";

export type ProductSort = "newest" | "price_asc" | "price_desc";

/** Where a product stands in a list: the value sorted by, and the id, since values repeat. */
export type ProductKey = readonly [value: string | number, id: string];

export const keyOf = (product: Product, sort: ProductSort): ProductKey => [
  sort === "newest" ? product.createdAt : priceOf(product),
  product.id,
];

/** Negative when `a` comes before `b`. */
export function compareKeys(a: ProductKey, b: ProductKey, sort: ProductSort): number {
  const ascending = compare(a[0], b[0]) || compare(a[1], b[1]);
  return sort === "price_asc" ? ascending : -ascending;
}

const compare = <T extends string | number>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);
