import { Schema, type Connection, type Model } from "mongoose";
import type { Category } from "../domain/categories";
import type { PendingDocument, ProductFields } from "./product-document";

/** A product in MongoDB. `price` is its lowest, kept to sort by. */
export interface MongoProduct extends ProductFields {
  readonly _id: string;
  readonly price: number;
  readonly pending: readonly PendingDocument[];
}

export interface MongoCategory extends Omit<Category, "slug"> {
  readonly _id: string;
}

export interface CatalogModels {
  readonly products: Model<MongoProduct>;
  readonly categories: Model<MongoCategory>;
}

/** Documents are what is written: no `__v`, no getters, and no field that is not here. */
const plain = { versionKey: false, id: false, minimize: false, strict: "throw" } as const;
const part = <T>(definition: Record<keyof T & string, unknown>) =>
  new Schema(definition as Record<string, typeof String>, { ...plain, _id: false });

const Pairs = [part<{ name: string; value: string }>({ name: String, value: String })];
const Money = part<{ amount: number; currency: string }>({ amount: Number, currency: String });
type Variant = ProductFields["variants"][number];

const productSchema = () =>
  new Schema<MongoProduct>(
    {
      _id: String,
      slug: String,
      name: String,
      description: String,
      brand: String,
      categories: [String],
      attributes: Pairs,
      images: [part<{ url: string; alt: string }>({ url: String, alt: String })],
      variants: [part<Variant>({ sku: String, name: String, price: Money, attributes: Pairs })],
      status: String,
      createdAt: String,
      updatedAt: String,
      version: Number,
      price: Number,
      pending: [part<PendingDocument>({ id: String, envelope: String })],
    },
    { ...plain, collection: "products" },
  )
    .index({ slug: 1 }, { unique: true })
    .index({ "variants.sku": 1 }, { unique: true })
    .index({ createdAt: -1, _id: -1 }, { partialFilterExpression: { status: "active" } })
    .index({ price: 1, _id: 1 }, { partialFilterExpression: { status: "active" } })
    .index(
      { categories: 1, createdAt: -1, _id: -1 },
      { partialFilterExpression: { status: "active" } },
    )
    .index({ categories: 1, price: 1, _id: 1 }, { partialFilterExpression: { status: "active" } })
    // Of the products with an event to publish, which are few at any time.
    .index({ "pending.id": 1 }, { partialFilterExpression: { "pending.id": { $exists: true } } });

const categorySchema = () =>
  new Schema<MongoCategory>(
    { _id: String, name: String, parent: String },
    { ...plain, collection: "categories" },
  );

/** The models on a connection, with their indexes: a unique one has to be there before the first write. */
export async function openCatalog(connection: Connection): Promise<CatalogModels> {
  const products = connection.model("product", productSchema());
  const categories = connection.model("category", categorySchema());
  await products.createIndexes();
  return { products, categories };
}
