import { MAX_IMAGES, MAX_VARIANTS, type Product } from "../../../contracts/catalog";
import { invalidField } from "../../../contracts/errors";
import { canonicalJson } from "../../../lib/canonical-json";

type Variant = Product["variants"][number];
type VariantInput = Omit<Variant, "attributes"> & Partial<Pick<Variant, "attributes">>;
type Written = Pick<
  Product,
  "slug" | "name" | "description" | "brand" | "categories" | "attributes" | "images"
>;

/** What a merchant writes of a product; what is left out is empty. */
export type ProductInput = Pick<Written, "slug" | "name"> &
  Partial<Written> & { readonly variants: readonly VariantInput[] };

/** A field that is given replaces the old value whole. */
export type ProductChange = Partial<ProductInput> & { readonly status?: Product["status"] };

export function newProduct(
  input: ProductInput,
  { id, now, status = "active" }: { id: string; now: string; status?: Product["status"] },
): Product {
  return {
    id,
    slug: input.slug,
    name: input.name,
    description: input.description ?? "",
    brand: input.brand ?? "",
    categories: input.categories ?? [],
    attributes: input.attributes ?? {},
    images: input.images ?? [],
    variants: input.variants.map(toVariant),
    status,
    createdAt: now,
    updatedAt: now,
  };
}

/** The product after the change; null when it says what the product says already. */
export function changeProduct(
  product: Product,
  change: ProductChange,
  now: string,
): Product | null {
  const { variants, ...fields } = change;
  const next = { ...product, ...fields };
  if (variants) next.variants = variants.map(toVariant);
  return unlessSame(product, next, now);
}

/** Where the shop shows the pictures that were uploaded to it. */
const isUpload = ({ url }: Product["images"][number]): boolean => url.startsWith("/media/");

/**
 * The pictures of a file, and those that were uploaded, of which no file knows: those that stood
 * first stay first, the others come last. With too many, the last ones of the file are left out.
 */
function imagesWithUploads(old: Product["images"], fromFile: Product["images"]): Product["images"] {
  const known = new Set(fromFile.map(({ url }) => url));
  const uploads = old.filter((image) => isUpload(image) && !known.has(image.url));
  const others = old.findIndex((image) => !uploads.includes(image));
  const first = others < 0 ? uploads : uploads.slice(0, others);
  const imported = fromFile.slice(0, MAX_IMAGES - uploads.length);
  return [...first, ...imported, ...uploads.slice(first.length)];
}

/** Whether the two differ in nothing that a customer sees but the price. */
const looksLike = (a: Variant, b: Variant): boolean =>
  a.name !== undefined &&
  canonicalJson([a.name, a.attributes]) === canonicalJson([b.name, b.attributes]);

/**
 * The variants as a file has them, and those that it does not name, where they stood. One that
 * a new variant looks like has only another SKU by now, and goes.
 */
function variantsWithOthers(old: Product["variants"], named: Product["variants"]) {
  const bySku = new Map(named.map((variant) => [variant.sku, variant]));
  const known = new Set(old.map(({ sku }) => sku));
  const added = named.filter(({ sku }) => !known.has(sku));
  const kept = old.flatMap((variant) => {
    const written = bySku.get(variant.sku);
    if (written) return written;
    return added.some((one) => looksLike(one, variant)) ? [] : variant;
  });
  const variants = [...kept, ...added];
  if (variants.length <= MAX_VARIANTS) return variants;
  const message = `are ${variants.length} with those that stay; a product has at most ${MAX_VARIANTS}`;
  throw invalidField("/variants", message);
}

/** Pictures of a file, and behind them those that it does not name. */
function imagesWithOthers(old: Product["images"], named: Product["images"]): Product["images"] {
  const urls = new Set(named.map(({ url }) => url));
  return [...named, ...old.filter((image) => !isUpload(image) && !urls.has(image.url))];
}

export interface Replacement extends ProductInput {
  readonly status: Product["status"];
  /** What stays of a product although the import does not name it: variants and pictures, or all. */
  readonly keep?: "parts" | "all";
}

/**
 * The same for an import, which writes all of a product: what it leaves out is empty from now on,
 * but for pictures that were uploaded, and for what it asks to `keep`.
 */
export function replaceProduct(
  product: Product,
  { keep, ...input }: Replacement,
  now: string,
): Product | null {
  const { id, createdAt } = product;
  const written = newProduct(input, { id, now, status: input.status });
  const others = keep === "all" ? product : { ...written, createdAt };
  const pictures = keep ? imagesWithOthers(product.images, written.images) : written.images;
  const images = imagesWithUploads(product.images, pictures);
  const variants = keep ? variantsWithOthers(product.variants, written.variants) : written.variants;
  return unlessSame(product, { ...others, images, variants }, now);
}

/** Attributes that only stand in another order are the same. */
function unlessSame(product: Product, next: Product, now: string): Product | null {
  const same = canonicalJson({ ...next, updatedAt: product.updatedAt }) === canonicalJson(product);
  return same ? null : { ...next, updatedAt: now };
}

const toVariant = ({ sku, name, price, attributes }: VariantInput): Variant => ({
  sku,
  ...(name === undefined ? {} : { name }),
  price,
  attributes: attributes ?? {},
});

/** Within one request a repeated SKU is a mistake of the request, not a conflict with the catalogue. */
export function assertDistinctSkus(variants: readonly { readonly sku: string }[]): void {
  const seen = new Set<string>();
  for (const [index, { sku }] of variants.entries()) {
    if (seen.has(sku)) throw invalidField(`/variants/${index}/sku`, `${sku} appears twice`);
    seen.add(sku);
  }
}

/** The lowest price of any variant, in minor units. */
export const priceOf = ({ variants }: Product): number =>
  Math.min(...variants.map((variant) => variant.price.amount));
