import { chooseCategories, tagsAttribute } from "./choose-categories";
import { collectImages } from "./collect-images";
import { keepOf, type RowGroup } from "./group-rows";
import type { Findings, ImportedProduct } from "./imported-product";
import { quoted, tooLong } from "./plain-text";
import type { ImageCells, ProductCells, VariantCells } from "./read-shopify-row";
import { readVariants, type PriceOptions } from "./read-variants";

const NAME_LIMIT = 255;
const BRAND_LIMIT = 120;
const DESCRIPTION_LIMIT = 20_000;

/** The rows of one handle. `head` is the first that has a Title. */
export interface ShopifyGroup extends RowGroup {
  head: ProductCells | undefined;
  variants: VariantCells[];
  images: ImageCells[];
}

export interface BuildOptions extends PriceOptions {
  /** HTML → plain text; comes in as an argument, since it needs a parser. */
  toText: (html: string) => string;
}

/**
 * The product of a group, or none, with what is to be reported. Without a Title or a good variant
 * there is no product. Texts over their limit refuse it too: half a description on a live page is
 * worse than an error, and the corrected file can be imported again.
 */
export function buildImportedProduct(
  group: ShopifyGroup,
  options: BuildOptions,
): Findings<ImportedProduct | undefined> {
  const { head, slug, handle, firstRow } = group;
  const refused = (row: number, reason: string) => {
    const rows = group.lastRow > firstRow ? `, rows ${firstRow} to ${group.lastRow}` : "";
    return { row, message: `product ${quoted(handle)}${rows} was not imported: ${reason}` };
  };
  if (head === undefined) return { value: undefined, errors: [refused(firstRow, "no Title")] };
  const texts = {
    name: head.title,
    description: options.toText(head.bodyHtml),
    brand: head.vendor,
  };
  const fault = faultOfTexts(texts);
  if (fault !== undefined) return { value: undefined, errors: [refused(head.row, fault)] };

  const variants = readVariants(slug, head.optionNames, group.variants, options);
  const images = collectImages(head.title, group.images, group.variants);
  const categories = chooseCategories(head);
  const attributes = tagsAttribute(head);
  const errors = [variants, images, categories, attributes].flatMap((found) => found.errors);
  const isSold = variants.value.length > 0;
  if (!isSold && variants.errors.length === 0) errors.push(refused(head.row, "it has no variant"));
  errors.sort((a, b) => a.row - b.row);
  const product: ImportedProduct = {
    row: firstRow,
    handle: slug,
    ...texts,
    categories: categories.value,
    attributes: attributes.value,
    images: images.value,
    variants: variants.value,
    active: isActive(head),
    ...keepOf(group, variants.value.length < group.variants.length),
  };
  return { value: isSold ? product : undefined, errors };
}

const faultOfTexts = (texts: { name: string; description: string; brand: string }) =>
  tooLong("Title", texts.name, NAME_LIMIT) ??
  tooLong("Vendor", texts.brand, BRAND_LIMIT) ??
  tooLong("the text of Body (HTML)", texts.description, DESCRIPTION_LIMIT);

/** Anything but a clear yes stays out of the shop; columns that the file lacks do not count. */
const isActive = ({ published, status }: ProductCells): boolean =>
  ["", "true", "yes", "1"].includes(published.toLowerCase()) &&
  ["", "active"].includes(status.toLowerCase());
