import type { ImportItem } from "./imported-product";

/**
 * Cuts items into runs of at most `size` that may be imported at the same time. Products that share a
 * SKU are never in one run: who comes first in the file has it, however often the import is begun.
 */
export function* windowsOf(items: readonly ImportItem[], size: number): Generator<ImportItem[]> {
  let window: ImportItem[] = [];
  let skus = new Set<string>();
  for (const item of items) {
    const own = item.kind === "product" ? item.product.variants.map(({ sku }) => sku) : [];
    if (window.length >= size || own.some((sku) => skus.has(sku))) {
      yield window;
      window = [];
      skus = new Set();
    }
    window.push(item);
    for (const sku of own) skus.add(sku);
  }
  if (window.length > 0) yield window;
}
