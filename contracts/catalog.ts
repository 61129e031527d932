import { Type as T, type Static } from "@sinclair/typebox";
import { action, defineContract, event } from "../lib/mesh/contract";
import { Strict } from "../lib/mesh/schema";
import {
  Attributes,
  Id,
  IdOrSlug,
  ListOf,
  Money,
  Nullable,
  OneOf,
  Page,
  Price,
  Sku,
  Slug,
  Text,
  Time,
} from "./common";
import { OnHand } from "./inventory";

/** Of one product. */
export const MAX_IMAGES = 50;
export const MAX_VARIANTS = 250;

const Image = Strict({
  url: T.String({
    minLength: 1,
    maxLength: 2048,
    pattern: '^(https?://|/images/|/media/)[^\\s<>"]+$',
    format: "text",
  }),
  alt: Text(255),
});
const Variant = Strict({
  sku: Sku,
  name: T.Optional(Text(255, 1)),
  price: Price,
  attributes: T.Optional(Attributes),
});
const ProductStatus = OneOf(["active", "archived"]);

export const Product = Strict({
  id: Id,
  slug: T.String(),
  name: T.String(),
  description: T.String(),
  brand: T.String(),
  categories: T.Array(T.String(), { description: "slugs" }),
  attributes: T.Record(T.String(), T.String()),
  images: T.Array(Strict({ url: T.String(), alt: T.String() })),
  variants: T.Array(
    Strict({
      sku: T.String(),
      name: T.Optional(T.String()),
      price: Money,
      attributes: T.Record(T.String(), T.String()),
    }),
  ),
  status: ProductStatus,
  createdAt: Time,
  updatedAt: Time,
});
export type Product = Static<typeof Product>;

const CategoryRef = Strict({ slug: Slug, name: Text(120, 1), parent: T.Optional(Nullable(Slug)) });

/** What a merchant writes of a product. */
const productInput = {
  slug: Slug,
  name: Text(255, 1),
  description: T.Optional(Text(20_000)),
  brand: T.Optional(Text(120)),
  categories: T.Optional(T.Array(Slug, { maxItems: 20, uniqueItems: true })),
  attributes: T.Optional(Attributes),
  images: T.Optional(T.Array(Image, { maxItems: MAX_IMAGES })),
  variants: T.Array(Variant, { minItems: 1, maxItems: MAX_VARIANTS }),
};

/** A sellable SKU at its price of now. */
export const Offer = Strict({
  sku: Sku,
  productId: Id,
  slug: T.String(),
  name: T.String({ description: "product and variant, as a receipt prints it" }),
  price: Money,
  image: Nullable(T.String()),
});
export type Offer = Static<typeof Offer>;

/** Stock of SKUs that inventory does not know yet; one that it knows keeps its own. */
const FirstStock = T.Array(Strict({ sku: Sku, onHand: T.Integer({ minimum: 0 }) }));

export const catalog = defineContract({
  name: "catalog",
  durable: true,
  actions: {
    list: action({
      summary: "Browse active products",
      params: Strict({
        category: T.Optional(Slug),
        sort: T.Optional(OneOf(["newest", "price_asc", "price_desc"])),
        ...Page,
      }),
      result: ListOf(Product),
      access: "public",
      idempotent: true,
      cache: { keys: ["category", "sort", "limit", "cursor"], seconds: 5 },
      route: { method: "GET", path: "/products", cacheSeconds: 5 },
    }),
    get: action({
      summary: "One active product by id or slug",
      params: Strict({ idOrSlug: IdOrSlug }),
      result: Product,
      access: "public",
      idempotent: true,
      cache: { keys: ["idOrSlug"], seconds: 5 },
      route: { method: "GET", path: "/products/:idOrSlug", cacheSeconds: 5 },
    }),
    categories: action({
      summary: "All categories with the number of active products",
      params: Strict({}),
      result: Strict({
        items: T.Array(
          Strict({
            slug: T.String(),
            name: T.String(),
            parent: Nullable(T.String()),
            productCount: T.Integer(),
          }),
        ),
      }),
      access: "public",
      idempotent: true,
      cache: { keys: [], seconds: 5 },
      route: { method: "GET", path: "/categories", cacheSeconds: 5 },
    }),
    create: action({
      summary: "Add a product; `onHand` of a variant is its first stock",
      params: Strict({
        ...productInput,
        slug: T.Optional(Slug),
        status: T.Optional(ProductStatus),
        variants: T.Array(
          Strict({
            ...Variant.properties,
            onHand: T.Optional(OnHand),
          }),
          { minItems: 1, maxItems: MAX_VARIANTS },
        ),
      }),
      result: Product,
      access: "admin",
      idempotent: false,
      route: {
        method: "POST",
        path: "/admin/products",
        status: 201,
        errors: ["SLUG_TAKEN", "SKU_TAKEN"],
        reply: (product) => ({ headers: { location: `/api/v1/products/${product.id}` } }),
      },
    }),
    update: action({
      summary: "Change a product; a field that is given replaces the old value whole",
      params: Strict({
        ...T.Partial(Strict(productInput)).properties,
        id: Id,
        status: T.Optional(ProductStatus),
      }),
      result: Product,
      access: "admin",
      idempotent: true,
      route: {
        method: "PATCH",
        path: "/admin/products/:id",
        errors: ["SLUG_TAKEN", "SKU_TAKEN"],
      },
    }),
    archive: action({
      summary: "Take a product off the shop; its history stays",
      params: Strict({ id: Id }),
      result: T.Null(),
      access: "admin",
      idempotent: true,
      route: { method: "DELETE", path: "/admin/products/:id", status: 204 },
    }),
    put: action({
      summary:
        "Create or change the product with this slug, as an import does; no change, no event",
      params: Strict({
        ...productInput,
        categories: T.Array(CategoryRef, { maxItems: 20 }),
        status: ProductStatus,
        // Of a product that exists: variants and pictures that are not named stay, or all but these.
        keep: T.Optional(OneOf(["parts", "all"])),
      }),
      result: Strict({
        id: Id,
        outcome: OneOf(["created", "updated", "unchanged"]),
        taken: T.Array(Sku, { description: "what another product has, and was left out" }),
      }),
      access: "internal",
      idempotent: true,
    }),
    addImage: action({
      summary: "Hang a picture on a product, after the others; the same URL once",
      params: Strict({ id: Id, url: Image.properties.url, alt: T.Optional(Text(255)) }),
      result: T.Null(),
      access: "internal",
      idempotent: true,
    }),
    offers: action({
      summary: "Price and name of sellable SKUs; one that is unknown or archived is left out",
      params: Strict({ skus: T.Array(Sku, { maxItems: 200 }) }),
      result: T.Array(Offer),
      access: "internal",
      idempotent: true,
    }),
    page: action({
      summary:
        "All products, archived ones too, by id after `after`, for whoever builds a view of them",
      params: Strict({
        after: T.Optional(Id),
        limit: T.Integer({ minimum: 1, maximum: 500 }),
      }),
      result: T.Array(
        Strict({ product: Product, version: T.Integer({ description: "seq of its last event" }) }),
      ),
      access: "internal",
      timeoutMs: 10_000,
      idempotent: true,
    }),
    byIds: action({
      summary:
        "Active products in the order asked for; one that is unknown or archived is left out",
      params: Strict({ ids: T.Array(Id, { maxItems: 100 }) }),
      result: T.Array(Product),
      access: "internal",
      idempotent: true,
    }),
    image: action({
      summary: "The picture of a demo product",
      params: Strict({ file: T.String({ maxLength: 255 }) }),
      result: Strict({ svg: T.String() }),
      access: "public",
      idempotent: true,
      route: {
        method: "GET",
        path: "/images/:file",
        absolute: true,
        cacheSeconds: 86_400,
        reply: ({ svg }) => ({
          headers: { "content-type": "image/svg+xml; charset=utf-8" },
          body: svg,
        }),
      },
    }),
  },
  events: {
    "product.created": event({
      summary: "A product is on sale",
      version: 1,
      payload: Strict({ product: Product, firstStock: FirstStock }),
    }),
    "product.updated": event({
      summary: "A product changed, or is on sale again",
      version: 1,
      payload: Strict({ product: Product, firstStock: FirstStock }),
    }),
    "product.archived": event({
      summary: "A product is off sale",
      version: 1,
      payload: Strict({ product: Product }),
    }),
  },
  calls: [],
  broadcasts: ["cache.invalidate.catalog"],
  consumes: [],
});
