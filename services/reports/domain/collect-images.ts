import { MAX_IMAGES } from "../../../contracts/catalog";
import type { Findings, ImportedProduct, Parsed, RowError } from "./imported-product";
import { cut, quoted, tooLong } from "./plain-text";
import { optionValuesOf, type ImageCells, type VariantCells } from "./read-shopify-row";

type Image = ImportedProduct["images"][number];

const URL_LIMIT = 2_048;
const ALT_LIMIT = 255;

/**
 * A product's images by their position, those without one after them in file order, then the
 * pictures of variants. The same URL is taken once. Where the merchant wrote no alternative text
 * the product's name serves: a shop's picture always shows something.
 */
export function collectImages(
  name: string,
  images: readonly ImageCells[],
  variants: readonly VariantCells[],
): Findings<Image[]> {
  const errors: RowError[] = [];
  const altOf = new Map<string, string>();
  const take = (row: number, column: string, text: string, alt: string): void => {
    const url = readUrl(text);
    const fault =
      "fault" in url ? `${column} ${url.fault}` : tooLong("Image Alt Text", alt, ALT_LIMIT);
    if (fault !== undefined) errors.push({ row, message: fault });
    if ("fault" in url || fault !== undefined || altOf.has(url.value)) return;
    if (altOf.size < MAX_IMAGES) altOf.set(url.value, alt || name);
    else errors.push({ row, message: `is an image too many; a product has at most ${MAX_IMAGES}` });
  };
  const placed = images.map((image) => ({ ...image, place: readPosition(image, errors) }));
  placed.sort((a, b) => a.place - b.place || a.row - b.row);
  for (const { row, url, alt } of placed) take(row, "Image Src", url, alt);
  for (const cells of variants) {
    const alt = cut([name, ...optionValuesOf(cells)].join(", "), ALT_LIMIT);
    if (cells.imageUrl !== "") take(cells.row, "Variant Image", cells.imageUrl, alt);
  }
  return { value: [...altOf].map(([url, alt]) => ({ url, alt })), errors };
}

/** The URL as a browser writes it (spaces and quotes escaped), since pages will print it. */
export function readUrl(text: string): Parsed<string> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "https:" && url?.protocol !== "http:") {
    return { fault: `${quoted(text)} is not an http(s) URL` };
  }
  const fault = tooLong("URL", url.href, URL_LIMIT);
  return fault === undefined ? { value: url.href } : { fault };
}

/** A number to sort by; a position that cannot be read is reported, and the image kept. */
function readPosition({ row, position }: ImageCells, errors: RowError[]): number {
  if (/^\d{1,6}$/.test(position)) return Number(position);
  if (position !== "") {
    errors.push({ row, message: `Image Position ${quoted(position)} is not a number; put last` });
  }
  return Number.MAX_SAFE_INTEGER;
}
