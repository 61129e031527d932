import type { Product } from "../../../contracts/catalog";
import type { PendingEvents } from "../../../lib/messaging/document-outbox";
import type { EventEnvelope } from "../../../lib/messaging/event";
import type { Category, Placement } from "../domain/categories";
import type { ProductKey, ProductSort } from "../domain/product-order";

/** A product and how often it was written; each write has told an event with that number. */
export interface StoredProduct {
  readonly product: Product;
  readonly version: number;
}

export interface ProductQuery {
  /** Products in any of these; null: in any at all. */
  readonly categories: readonly string[] | null;
  readonly sort: ProductSort;
  /** The key of the last product that was seen. */
  readonly after: ProductKey | null;
  readonly limit: number;
}

/**
 * Where products and categories are kept. A product and the event that tells of its change are
 * written as one. Products that are given out must not be changed.
 */
export interface ProductStore extends PendingEvents {
  /** Also archived ones, as all lookups. */
  byId(id: string): Promise<StoredProduct | null>;
  bySlug(slug: string): Promise<StoredProduct | null>;
  /** Those there are, in any order. */
  byIds(ids: readonly string[]): Promise<Product[]>;
  /** The products that have any of the SKUs, each once. */
  bySkus(skus: readonly string[]): Promise<Product[]>;
  /** Active products only. */
  list(query: ProductQuery): Promise<Product[]>;
  /** All products by id, those behind `after` (null: from the first). */
  page(after: string | null, limit: number): Promise<StoredProduct[]>;
  /** Where the active products stand; the same categories may come more than once. */
  placements(): Promise<Placement[]>;
  /** The slugs of all products. */
  slugs(): Promise<string[]>;

  /** Adds the first version. Throws SLUG_TAKEN or SKU_TAKEN, archived products included. */
  insert(product: Product, event: EventEnvelope): Promise<void>;
  /**
   * Writes `version` over the one before it; false when somebody else wrote that first. Throws
   * SLUG_TAKEN or SKU_TAKEN.
   */
  replace(product: Product, version: number, event: EventEnvelope): Promise<boolean>;

  categories(): Promise<readonly Category[]>;
  /** Adds categories; one that is there already stays as it is. */
  addCategories(categories: readonly Category[]): Promise<void>;
}
