import type { Product } from "../../../contracts/catalog";
import { fail } from "../../../contracts/errors";
import { isDuplicate, type Document, type DocumentFile } from "../../../lib/embedded/document-file";
import type { EventEnvelope } from "../../../lib/messaging/event";
import type { ExpectedError } from "../../../lib/errors";
import type { Category, Placement } from "../domain/categories";
import {
  fromPending,
  toCategoryDocument,
  toFields,
  toPending,
  toProduct,
  type CatalogDocument,
  type ProductDocument,
} from "./product-document";
import type { ProductQuery, ProductStore, StoredProduct } from "./product-store";
import { ProductView } from "./product-view";

/** Fields that no two documents may share; archived products keep theirs. */
export const UNIQUE_FIELDS = ["slug", "variants.sku"];

/**
 * Products in a file, by moleculer-db's own adapter: what is written is written there, in operations
 * that MongoDB has as well; what is read is read from memory, which holds what was acknowledged.
 */
export class FileProductStore implements ProductStore {
  readonly #file: DocumentFile;
  #view = new ProductView();
  #categories = new Map<string, Category>();
  #pending = new Map<string, EventEnvelope[]>();

  /** `file` is connected afterwards, which fills this store. */
  constructor(file: DocumentFile) {
    this.#file = file;
    // Whatever is in the file was written by this class.
    file.onLoad = (documents: readonly Document[]) => this.#load(documents as CatalogDocument[]);
  }

  async byId(id: string): Promise<StoredProduct | null> {
    return this.#view.byId(id) ?? null;
  }

  async bySlug(slug: string): Promise<StoredProduct | null> {
    return this.#view.bySlug(slug) ?? null;
  }

  async byIds(ids: readonly string[]): Promise<Product[]> {
    return [...new Set(ids)].flatMap((id) => this.#view.byId(id)?.product ?? []);
  }

  async bySkus(skus: readonly string[]): Promise<Product[]> {
    const found = skus.flatMap((sku) => this.#view.bySku(sku)?.product ?? []);
    return [...new Set(found)];
  }

  async list(query: ProductQuery): Promise<Product[]> {
    return this.#view.list(query);
  }

  async page(after: string | null, limit: number): Promise<StoredProduct[]> {
    return this.#view.page(after, limit);
  }

  async placements(): Promise<Placement[]> {
    return this.#view.active("newest").map(({ categories }) => ({ categories, products: 1 }));
  }

  async slugs(): Promise<string[]> {
    return this.#view.slugs();
  }

  async insert(product: Product, event: EventEnvelope): Promise<void> {
    const document: ProductDocument = {
      _id: product.id,
      kind: "product",
      ...toFields(product, 1),
      pending: [toPending(event)],
    };
    await this.#file.insert(document).catch(this.#translating(product));
    this.#remember({ product, version: 1 }, event);
  }

  async replace(product: Product, version: number, event: EventEnvelope): Promise<boolean> {
    const changed = await this.#file
      .updateMany(
        { _id: product.id, version: version - 1 },
        { $set: toFields(product, version), $push: { pending: toPending(event) } },
      )
      .catch(this.#translating(product));
    if (changed === 0) return false;
    this.#remember({ product, version }, event);
    return true;
  }

  async categories(): Promise<readonly Category[]> {
    return [...this.#categories.values()];
  }

  async addCategories(categories: readonly Category[]): Promise<void> {
    for (const category of categories) {
      try {
        await this.#file.insert(toCategoryDocument(category));
      } catch (error) {
        if (!isDuplicate(error)) throw error;
        continue;
      }
      this.#categories.set(category.slug, category);
    }
  }

  async pendingHeads(limit: number, skip: readonly string[]): Promise<EventEnvelope[]> {
    const skipped = new Set(skip);
    const heads: EventEnvelope[] = [];
    for (const [id, [head]] of this.#pending) {
      if (heads.length >= limit) break;
      if (head && !skipped.has(id)) heads.push(head);
    }
    return heads;
  }

  async pending(): Promise<EventEnvelope[]> {
    const events = [...this.#pending.values()].flat();
    // Ids, as UUIDv7, also tell those of one millisecond apart.
    return events.sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  async dropPending(events: readonly EventEnvelope[]): Promise<void> {
    await Promise.all(events.map((event) => this.#drop(event)));
  }

  async #drop({ id, aggregateId }: EventEnvelope): Promise<void> {
    await this.#file.updateMany({ _id: aggregateId }, { $pull: { pending: { id } } });
    const left = this.#pending.get(aggregateId)?.filter((event) => event.id !== id) ?? [];
    if (left.length > 0) this.#pending.set(aggregateId, left);
    else this.#pending.delete(aggregateId);
  }

  #remember(stored: StoredProduct, event: EventEnvelope): void {
    const { id } = stored.product;
    this.#view.put(stored);
    this.#pending.set(id, [...(this.#pending.get(id) ?? []), event]);
  }

  /** Says which of the unique values somebody else has. */
  #translating(product: Product): (error: unknown) => never {
    return (error) => {
      throw isDuplicate(error) ? this.#conflictOf(product) : error;
    };
  }

  #conflictOf({ id, slug, variants }: Product): ExpectedError {
    const sku = variants
      .map((variant) => variant.sku)
      .find((candidate) => ![undefined, id].includes(this.#view.bySku(candidate)?.product.id));
    return sku === undefined
      ? fail("SLUG_TAKEN", `another product has the slug ${slug}`)
      : fail("SKU_TAKEN", `another product has the SKU ${sku}`);
  }

  #load(documents: readonly CatalogDocument[]): void {
    this.#view = new ProductView();
    this.#categories = new Map();
    this.#pending = new Map();
    for (const document of documents) {
      if (document.kind === "category") {
        this.#categories.set(document.category.slug, document.category);
        continue;
      }
      const { _id: id, version, pending } = document;
      this.#view.put({ product: toProduct(id, document), version });
      if (pending.length > 0) this.#pending.set(id, pending.map(fromPending));
    }
  }
}
