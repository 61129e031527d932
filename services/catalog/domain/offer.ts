import type { Offer, Product } from "../../../contracts/catalog";

/** The product's offer of a SKU; null when it does not sell it now. */
export function offerOf(product: Product, sku: string): Offer | null {
  const variant = product.variants.find((candidate) => candidate.sku === sku);
  if (!variant || product.status !== "active") return null;
  return {
    sku,
    productId: product.id,
    slug: product.slug,
    name: variant.name === undefined ? product.name : `${product.name}, ${variant.name}`,
    price: variant.price,
    image: product.images[0]?.url ?? null,
  };
}
