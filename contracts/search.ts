import { Type as T, type Static } from "@sinclair/typebox";
import { action, defineContract } from "../lib/mesh/contract";
import { Strict } from "../lib/mesh/schema";
import { attributes, Id, Money, Nullable, OneOf, Page, Slug, Text } from "./common";

const Facet = T.Array(Strict({ value: T.String(), count: T.Integer() }), {
  description: "the most frequent values first, at most 100",
});
const PriceBand = Strict({
  from: T.Integer({ description: "the lowest price in it, in minor units" }),
  to: Nullable(T.Integer({ description: "the lowest price above it" })),
  count: T.Integer(),
});
const MinorUnits = T.Integer({ minimum: 0, maximum: 1_000_000_000_00 });

export const SearchHit = Strict({
  productId: Id,
  slug: T.String(),
  name: T.String(),
  brand: T.String(),
  price: Money,
  image: Nullable(T.String()),
  highlight: T.Optional(
    T.String({ description: "the match, with <mark> around its words; the rest is escaped" }),
  ),
});
export type SearchHit = Static<typeof SearchHit>;

export const SearchResult = Strict({
  items: T.Array(SearchHit),
  total: T.Integer(),
  facets: Strict({
    categories: Facet,
    brands: Facet,
    attributes: T.Record(T.String(), Facet),
    price: T.Array(PriceBand),
  }),
  estimated: T.Optional(
    T.Literal(true, {
      description:
        "more products match than are counted one by one, 1,000 at least: total and counts are told from a random sample of them",
    }),
  ),
  didYouMean: Nullable(T.String({ description: "the nearest spelling, when nothing was found" })),
  nextCursor: Nullable(T.String()),
});
export type SearchResult = Static<typeof SearchResult>;

export const search = defineContract({
  name: "search",
  durable: true,
  actions: {
    query: action({
      summary:
        "Full-text search with facets; tolerates typos. A facet's own filter does not narrow that facet",
      params: Strict({
        q: T.Optional(Text(200)),
        category: T.Optional(Slug),
        brand: T.Optional(Text(120, 1)),
        minPrice: T.Optional(MinorUnits),
        maxPrice: T.Optional(MinorUnits),
        /** In a query string: `attributes.color=blue`. */
        attributes: T.Optional(attributes(8, "name → exact value")),
        inStock: T.Optional(T.Boolean()),
        sort: T.Optional(OneOf(["relevance", "newest", "price_asc", "price_desc"])),
        ...Page,
      }),
      result: SearchResult,
      access: "public",
      idempotent: true,
      route: { method: "GET", path: "/search" },
    }),
    suggest: action({
      summary: "Completions of what a shopper is typing",
      params: Strict({ q: Text(200, 1) }),
      result: Strict({ suggestions: T.Array(T.String()) }),
      access: "public",
      idempotent: true,
      route: { method: "GET", path: "/search/suggest" },
    }),
    related: action({
      summary: "Ids of products like this one, the most alike first",
      params: Strict({ productId: Id, limit: T.Integer({ minimum: 1, maximum: 12 }) }),
      result: T.Array(Id),
      access: "internal",
      idempotent: true,
    }),
    rebuild: action({
      summary:
        "Build the index anew beside the live one from the catalogue, and switch over at once",
      params: Strict({}),
      result: Strict({ products: T.Integer(), ms: T.Integer() }),
      access: "admin",
      timeoutMs: 600_000,
      idempotent: false,
      route: { method: "POST", path: "/admin/search/rebuild", errors: ["CONFLICT"] },
    }),
  },
  events: {},
  calls: ["catalog.page", "inventory.availability"],
  consumes: ["product.created", "product.updated", "product.archived", "stock.changed"],
});
