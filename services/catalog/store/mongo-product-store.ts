import { trusted, type Document, type FilterQuery, type Model } from "mongoose";
import type { Product } from "../../../contracts/catalog";
import { fail } from "../../../contracts/errors";
import { unavailable } from "../../../lib/errors";
import type { EventEnvelope } from "../../../lib/messaging/event";
import { duplicateOf, reachingMongo } from "../../../lib/store/mongo";
import type { MongoAdapter } from "../../../lib/store/mongo-adapter";
import type { Category, Placement } from "../domain/categories";
import { priceOf } from "../domain/product";
import type { ProductKey } from "../domain/product-order";
import { fromPending, toFields, toPending, toProduct } from "./product-document";
import { MongoPublishedEvents } from "./mongo-published-events";
import { openCatalog, type CatalogModels, type MongoProduct } from "./product-model";
import type { ProductQuery, ProductStore, StoredProduct } from "./product-store";

type Filter = FilterQuery<MongoProduct>;

/** What is read of a product; its events are the relay's alone. */
const WITHOUT_EVENTS = { pending: 0 } as const;

/**
 * Products in MongoDB, which holds all that counts, so several nodes may write them at once. Needs no
 * transactions: a write is one document, and what two nodes must not both do is a unique index's or a
 * version's to refuse.
 */
export class MongoProductStore implements ProductStore {
  #models: CatalogModels | undefined;
  #published: MongoPublishedEvents | undefined;

  /** `adapter` is connected afterwards; until then everything throws SERVICE_UNAVAILABLE. */
  constructor(adapter: MongoAdapter) {
    adapter.onConnect = async (connection) => {
      this.#models = await openCatalog(connection);
      this.#published = await MongoPublishedEvents.open(connection, this.#models.products);
      // moleculer-db's typings know hydrated documents only; it just hands the model on.
      return this.#models.products as unknown as Model<Document>;
    };
  }

  async byId(id: string): Promise<StoredProduct | null> {
    return this.#findOne({ _id: id });
  }

  async bySlug(slug: string): Promise<StoredProduct | null> {
    return this.#findOne({ slug });
  }

  async byIds(ids: readonly string[]): Promise<Product[]> {
    const found = await this.#find({ _id: trusted({ $in: [...ids] }) });
    return found.map(({ product }) => product);
  }

  async bySkus(skus: readonly string[]): Promise<Product[]> {
    const found = await this.#find({ "variants.sku": trusted({ $in: [...skus] }) });
    return found.map(({ product }) => product);
  }

  async list({ categories, sort, after, limit }: ProductQuery): Promise<Product[]> {
    const field = sort === "newest" ? "createdAt" : "price";
    const direction = sort === "price_asc" ? 1 : -1;
    const filter: Filter = {
      status: "active",
      ...(categories ? { categories: trusted({ $in: [...categories] }) } : {}),
      ...(after ? behind(field, direction, after) : {}),
    };
    const found = await this.#find(filter, { [field]: direction, _id: direction }, limit);
    return found.map(({ product }) => product);
  }

  async page(after: string | null, limit: number): Promise<StoredProduct[]> {
    const filter: Filter = after === null ? {} : { _id: trusted({ $gt: after }) };
    return this.#find(filter, { _id: 1 }, limit);
  }

  async placements(): Promise<Placement[]> {
    const groups = await this.#run(({ products }) =>
      products.aggregate<{ _id: string[]; products: number }>([
        { $match: { status: "active" } },
        { $group: { _id: "$categories", products: { $sum: 1 } } },
      ]),
    );
    return groups.map(({ _id: categories, products }) => ({ categories, products }));
  }

  async slugs(): Promise<string[]> {
    const found = await this.#run(({ products }) => products.find({}, { slug: 1 }).lean());
    return found.map(({ slug }) => slug);
  }

  async insert(product: Product, event: EventEnvelope): Promise<void> {
    const document = { _id: product.id, ...fieldsOf(product, 1), pending: [toPending(event)] };
    await this.#run(({ products }) => products.create(document)).catch(translating(product));
  }

  async replace(product: Product, version: number, event: EventEnvelope): Promise<boolean> {
    const result = await this.#run(({ products }) =>
      products.updateOne(
        { _id: product.id, version: version - 1 },
        { $set: fieldsOf(product, version), $push: { pending: toPending(event) } },
      ),
    ).catch(translating(product));
    return result.matchedCount === 1;
  }

  async categories(): Promise<readonly Category[]> {
    const found = await this.#run(({ categories }) => categories.find().sort({ _id: 1 }).lean());
    return found.map(({ _id: slug, name, parent }) => ({ slug, name, parent }));
  }

  async addCategories(added: readonly Category[]): Promise<void> {
    for (const { slug, name, parent } of added) {
      try {
        await this.#run(({ categories }) => categories.create({ _id: slug, name, parent }));
      } catch (error) {
        if (!duplicateOf(error)) throw error;
      }
    }
  }

  async pendingHeads(limit: number, skip: readonly string[]): Promise<EventEnvelope[]> {
    const filter: Filter = { ...waiting(), _id: trusted({ $nin: [...skip] }) };
    const found = await this.#run(({ products }) =>
      products
        .find(filter, { version: 1 })
        .slice("pending", 1)
        .sort({ "pending.id": 1 })
        .limit(limit)
        .lean(),
    );
    return found.flatMap(({ pending }) => pending.map(fromPending));
  }

  async pending(): Promise<EventEnvelope[]> {
    const found = await this.#run(({ products }) =>
      products.find(waiting(), { pending: 1 }).lean(),
    );
    const events = found.flatMap(({ pending }) => pending.map(fromPending));
    // Ids, as UUIDv7, also tell those of one millisecond apart.
    return events.sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  async dropPending(events: readonly EventEnvelope[]): Promise<void> {
    if (events.length === 0) return;
    await reachingMongo(async () => this.#connected(this.#published).keep(events));
    const drops = events.map(({ id, aggregateId }) => ({
      updateOne: { filter: { _id: aggregateId }, update: { $pull: { pending: { id } } } },
    }));
    await this.#run(({ products }) => products.bulkWrite(drops, { ordered: false }));
  }

  get published(): MongoPublishedEvents {
    return this.#connected(this.#published);
  }

  async #findOne(filter: Filter): Promise<StoredProduct | null> {
    const found = await this.#run(({ products }) =>
      products.findOne(filter, WITHOUT_EVENTS).lean(),
    );
    return found && toStored(found);
  }

  async #find(
    filter: Filter,
    sort: Record<string, 1 | -1> = { _id: 1 },
    limit = 0,
  ): Promise<StoredProduct[]> {
    const found = await this.#run(({ products }) =>
      products.find(filter, WITHOUT_EVENTS).sort(sort).limit(limit).lean(),
    );
    return found.map(toStored);
  }

  async #run<T>(work: (models: CatalogModels) => PromiseLike<T>): Promise<T> {
    return reachingMongo(async () => work(this.#connected(this.#models)));
  }

  #connected<T>(part: T | undefined): T {
    if (!part) throw unavailable(new Error("not connected to MongoDB yet"));
    return part;
  }
}

const waiting = (): Filter => ({ "pending.id": trusted({ $exists: true }) });

const fieldsOf = (product: Product, version: number) => ({
  ...toFields(product, version),
  price: priceOf(product),
});

const toStored = (document: Omit<MongoProduct, "pending">): StoredProduct => ({
  product: toProduct(document._id, document),
  version: document.version,
});

/** Behind a key in an order by `field` and id. The first condition bounds the walk along the index. */
function behind(field: "createdAt" | "price", direction: 1 | -1, [value, id]: ProductKey): Filter {
  const beyond = direction === 1 ? "$gt" : "$lt";
  return {
    [field]: trusted({ [`${beyond}e`]: value }),
    $or: [{ [field]: trusted({ [beyond]: value }) }, { _id: trusted({ [beyond]: id }) }],
  };
}

/** Says which of the unique values somebody else has. */
const translating =
  ({ slug }: Product) =>
  (error: unknown): never => {
    const duplicate = duplicateOf(error);
    if (!duplicate) throw error;
    if (duplicate.field === "slug") {
      throw fail("SLUG_TAKEN", `another product has the slug ${slug}`);
    }
    const sku =
      typeof duplicate.value === "string" ? `the SKU ${duplicate.value}` : "one of its SKUs";
    throw fail("SKU_TAKEN", `another product has ${sku}`);
  };
