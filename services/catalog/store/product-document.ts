import type { Product } from "../../../contracts/catalog";
import type { EventEnvelope } from "../../../lib/messaging/event";
import type { Category } from "../domain/categories";

type Attributes = Product["attributes"];

/** A document's field names must not hold a dot or begin with a dollar; an attribute's name may. */
interface Pair {
  readonly name: string;
  readonly value: string;
}

type Variant = Product["variants"][number];

/** What a write of a product sets; `pending` is only ever pushed to and pulled from. */
export interface ProductFields extends Omit<Product, "id" | "attributes" | "variants"> {
  readonly version: number;
  readonly attributes: readonly Pair[];
  readonly variants: readonly (Omit<Variant, "attributes"> & { attributes: readonly Pair[] })[];
}

/** An event as JSON in a text, because of the attributes in its payload. */
export interface PendingDocument {
  readonly id: string;
  readonly envelope: string;
}

export interface ProductDocument extends ProductFields {
  readonly _id: string;
  readonly kind: "product";
  readonly pending: readonly PendingDocument[];
}

/** Beside the products, and without their `slug`, which is unique among them. */
export interface CategoryDocument {
  readonly _id: `category:${string}`;
  readonly kind: "category";
  readonly category: Category;
}

export type CatalogDocument = ProductDocument | CategoryDocument;

const toPairs = (attributes: Attributes): Pair[] =>
  Object.entries(attributes).map(([name, value]) => ({ name, value }));

const fromPairs = (pairs: readonly Pair[]): Attributes =>
  Object.fromEntries(pairs.map(({ name, value }) => [name, value]));

export function toFields({ id: _id, ...product }: Product, version: number): ProductFields {
  return {
    ...product,
    version,
    attributes: toPairs(product.attributes),
    variants: product.variants.map((variant) => ({
      ...variant,
      attributes: toPairs(variant.attributes),
    })),
  };
}

export function toProduct(id: string, fields: ProductFields): Product {
  return {
    id,
    slug: fields.slug,
    name: fields.name,
    description: fields.description,
    brand: fields.brand,
    categories: fields.categories,
    attributes: fromPairs(fields.attributes),
    images: fields.images,
    variants: fields.variants.map((variant) => ({
      ...variant,
      attributes: fromPairs(variant.attributes),
    })),
    status: fields.status,
    createdAt: fields.createdAt,
    updatedAt: fields.updatedAt,
  };
}

export const toPending = (event: EventEnvelope): PendingDocument => ({
  id: event.id,
  envelope: JSON.stringify(event),
});

/** It is what `toPending` wrote. */
export const fromPending = ({ envelope }: PendingDocument): EventEnvelope =>
  JSON.parse(envelope) as EventEnvelope;

export const toCategoryDocument = (category: Category): CategoryDocument => ({
  _id: `category:${category.slug}`,
  kind: "category",
  category,
});
