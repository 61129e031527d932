import { demoCategories } from "../demo-categories";

/** A price in euro cents and the stock on hand. */
type Offer = readonly [cents: number, stock: number];

/** One line of the stall: what is sold, in the words of the seller, and at which prices. */
export interface Good {
  name: string;
  /** Start of every SKU of it. */
  sku: string;
  /** Where it is not the stall's usual one. */
  brand?: string;
  text: string;
  about: Record<string, string>;
  /** What the variants differ in, e.g. "colour" or "colour/size"; absent for a single one. */
  by?: string;
  /** By the variant's value, e.g. "Ruby" or "Ruby/20 cm". */
  offers: Record<string, Offer> | Offer;
}

export interface DemoVariant {
  sku: string;
  name?: string;
  price: { amount: number; currency: "EUR" };
  attributes: Record<string, string>;
  quantity: number;
}

export interface DemoProduct {
  slug: string;
  name: string;
  description: string;
  brand: string;
  /** Slugs: the category first, then its parent where it has one. */
  categories: string[];
  attributes: Record<string, string>;
  images: { url: string; alt: string }[];
  variants: DemoVariant[];
}

/** The goods of one category; they are in its parent too, so that both can be browsed. */
export function defineGoods(
  category: string,
  brand: string,
  goods: readonly Good[],
): DemoProduct[] {
  const parent = demoCategories.find(({ slug }) => slug === category)?.parent;
  const categories = parent === undefined ? [category] : [category, parent];
  return goods.map((good) => {
    const slug = dashed(good.name);
    return {
      slug,
      name: good.name,
      description: good.text,
      brand: good.brand ?? brand,
      categories,
      attributes: good.about,
      images: [{ url: `/images/${slug}.svg`, alt: good.name }],
      variants: variantsOf(good),
    };
  });
}

function variantsOf({ sku, by = "", offers }: Good): DemoVariant[] {
  if (isSingle(offers)) return [priced(sku, offers, {})];
  return Object.entries(offers).map(([value, offer]) => {
    const values = value.split("/");
    const attributes = Object.fromEntries(by.split("/").map((name, i) => [name, values[i] ?? ""]));
    const suffix = dashed(value).toUpperCase();
    return { ...priced(`${sku}-${suffix}`, offer, attributes), name: values.join(", ") };
  });
}

const isSingle = (offers: Good["offers"]): offers is Offer => Array.isArray(offers);

const priced = (
  sku: string,
  [cents, stock]: Offer,
  attributes: Record<string, string>,
): DemoVariant => ({
  sku,
  price: { amount: cents, currency: "EUR" },
  attributes,
  quantity: stock,
});

const dashed = (text: string): string =>
  text
    .toLowerCase()
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
