import type { Product } from "../../../contracts/catalog";

export interface FirstStock {
  sku: string;
  onHand: number;
}

/**
 * What to tell of a product after its `version`th write. What is off sale is always `archived`, even
 * when it was put in that way, so that no consumer has to look at the status to know.
 */
export function productEvent(product: Product, version: number, firstStock: FirstStock[] = []) {
  if (product.status === "archived") {
    return { name: "product.archived", payload: { product } } as const;
  }
  const name = version === 1 ? ("product.created" as const) : ("product.updated" as const);
  return { name, payload: { product, firstStock } };
}
