import type { Product } from "../../contracts/catalog";
import { newId } from "../../lib/ids";
import type { EventEnvelope } from "../../lib/messaging/event";

let made = 0;

/** A product with one variant, and a slug and a SKU of its own. */
export function aProduct(fields: Partial<Product> = {}): Product {
  const n = ++made;
  const now = new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString();
  return {
    id: newId(),
    slug: `product-${n}`,
    name: `Product ${n}`,
    description: "",
    brand: "",
    categories: [],
    attributes: {},
    images: [],
    variants: [aVariant(`SKU-${n}`)],
    status: "active",
    createdAt: now,
    updatedAt: now,
    ...fields,
  };
}

export const aVariant = (sku: string, amount = 1000): Product["variants"][number] => ({
  sku,
  price: { amount, currency: "EUR" },
  attributes: {},
});

/** The event that a write of `version` tells. */
export const anEventOf = (product: Product, version: number): EventEnvelope => ({
  id: newId(),
  name: version === 1 ? "product.created" : "product.updated",
  version: 1,
  source: "catalog",
  aggregateId: product.id,
  seq: version,
  payload: { product, firstStock: [] },
  correlationId: product.id,
  causationId: null,
  traceparent: null,
  occurredAt: new Date().toISOString(),
});
