import type { Product } from "../../../contracts/catalog";
import type { Money } from "../../../contracts/common";
import { bandOf } from "./price-bands";

export type FacetKind = "category" | "brand" | "attribute" | "price";

/** One value by which products are counted and filtered. `name` is that of an attribute, else empty. */
export interface Facet {
  readonly kind: FacetKind;
  readonly name: string;
  readonly value: string;
}

/** A product as the index keeps it. */
export interface Entry {
  readonly id: string;
  /** The product's version; an older one never replaces a newer one. */
  readonly version: number;
  /** ms since 1970. */
  readonly created: number;
  /** Of its cheapest variant. */
  readonly price: Money;
  readonly skus: readonly string[];
  readonly facets: readonly Facet[];
  readonly card: Card;
  readonly texts: Texts;
}

/** What a list of results shows. */
export interface Card {
  readonly slug: string;
  readonly name: string;
  readonly brand: string;
  readonly price: Money;
  readonly image: string | null;
  readonly description: string;
}

/** What can be searched, by what it tells about a match: the name most, the description least. */
export interface Texts {
  readonly name: string;
  /** Brand and categories. */
  readonly kind: string;
  readonly attributes: string;
  readonly description: string;
}

/** Attributes that are searched, but say too much to be a facet: what an import keeps of its tags. */
const NO_FACET = new Set(["tags"]);

export function toEntry(product: Product, version: number): Entry {
  const { id, slug, name, brand, description, images, variants } = product;
  const categories = [...new Set(product.categories)];
  const price = cheapest(variants.map((variant) => variant.price));
  const attributes = attributesOf(product);
  return {
    id,
    version,
    created: Date.parse(product.createdAt),
    price,
    skus: variants.map((variant) => variant.sku),
    facets: facetsOf({ categories, brand }, attributes, price),
    card: { slug, name, brand, price, image: images[0]?.url ?? null, description },
    texts: {
      name,
      kind: [brand, ...categories.map(spoken)].join(" . "),
      attributes: attributes.map(([, value]) => value).join(" . "),
      description,
    },
  };
}

/** How people say a slug: it is where a slug has hyphens that they have spaces. */
export const spoken = (slug: string): string => slug.replaceAll("-", " ");

function cheapest(prices: readonly Money[]): Money {
  const [first, ...others] = prices;
  if (!first) throw new Error("a product has at least one variant");
  return others.reduce((low, price) => (price.amount < low.amount ? price : low), first);
}

/** Of the product and of its variants, each pair once. */
function attributesOf({ attributes, variants }: Product): [name: string, value: string][] {
  const all = [attributes, ...variants.map((variant) => variant.attributes)].flatMap((record) =>
    Object.entries(record),
  );
  const distinct = new Map(all.map((pair) => [JSON.stringify(pair), pair]));
  return [...distinct.values()].filter(([, value]) => value !== "");
}

function facetsOf(
  { categories, brand }: Pick<Product, "categories" | "brand">,
  attributes: readonly [string, string][],
  price: Money,
): Facet[] {
  return [
    ...categories.map((value) => ({ kind: "category" as const, name: "", value })),
    ...(brand === "" ? [] : [{ kind: "brand" as const, name: "", value: brand }]),
    ...attributes
      .filter(([name]) => !NO_FACET.has(name))
      .map(([name, value]) => ({ kind: "attribute" as const, name, value })),
    { kind: "price", name: "", value: String(bandOf(price.amount).from) },
  ];
}
