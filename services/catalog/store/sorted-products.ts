import type { Product } from "../../../contracts/catalog";
import { compareKeys, keyOf, type ProductKey, type ProductSort } from "../domain/product-order";

/** Products in one order, kept so by every change: to sort all of them again would stop the shop. */
export class SortedProducts {
  readonly #products: Product[];
  readonly #sort: ProductSort;

  constructor(products: readonly Product[], sort: ProductSort) {
    this.#sort = sort;
    this.#products = products
      .map((product) => ({ product, key: keyOf(product, sort) }))
      .sort((a, b) => compareKeys(a.key, b.key, sort))
      .map(({ product }) => product);
  }

  get all(): readonly Product[] {
    return this.#products;
  }

  add(product: Product): void {
    this.#products.splice(this.firstAfter(keyOf(product, this.#sort)), 0, product);
  }

  remove(product: Product): void {
    // Keys hold the id: no other product stands at this place.
    const place = this.firstAfter(keyOf(product, this.#sort)) - 1;
    if (this.#products[place]?.id === product.id) this.#products.splice(place, 1);
  }

  /** The index of the first product behind the key, by halving. */
  firstAfter(key: ProductKey): number {
    let low = 0;
    for (let high = this.#products.length; low < high;) {
      const middle = (low + high) >> 1;
      const product = this.#products[middle];
      const isBefore = product && compareKeys(keyOf(product, this.#sort), key, this.#sort) <= 0;
      if (isBefore) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
