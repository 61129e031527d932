import { Value } from "@sinclair/typebox/value";
import { MAX_IMAGES, MAX_VARIANTS } from "../../../contracts/catalog";
import { Sku } from "../../../contracts/common";
import { minorDigits } from "../../../lib/money/money";
import { readUrl } from "./collect-images";
import { keepOf, type RowGroup } from "./group-rows";
import type { Findings, ImportedProduct, ImportedVariant, Parsed } from "./imported-product";
import { parsePrice } from "./parse-price";
import { parseQuantity } from "./parse-quantity";
import { cut, oneLine, quoted, tooLong } from "./plain-text";
import type { PlainRow } from "./read-plain-row";
import { toSlug } from "./slug";

const LIMITS = { name: 255, brand: 120, variant: 255, "image alt": 255 } as const;
const VALUE_LIMIT = 255;
const CATEGORY_LIMIT = 20;

/** The rows of one product. */
export interface PlainGroup extends RowGroup {
  readonly rows: PlainRow[];
}

/**
 * The product of a group, or none, with what is to be reported. The product's own cells are read from
 * its first row that has a name; a bad variant is left out, a bad product or one without variants is left
 * out whole.
 */
export function buildPlainProduct(
  group: PlainGroup,
  { currency }: { readonly currency: string },
): Findings<ImportedProduct | undefined> {
  const { handle, firstRow, rows } = group;
  const refused = (row: number, reason: string) => ({
    row,
    message: `product ${quoted(handle)} was not imported: ${reason}`,
  });
  const head = rows.find(({ cells }) => cells.name !== "");
  if (head === undefined) return { value: undefined, errors: [refused(firstRow, "no name")] };
  const texts = readTexts(head);
  if ("fault" in texts) return { value: undefined, errors: [refused(head.row, texts.fault)] };
  const variants = readVariants(rows, currency);
  const images = readImages(head.cells.name, rows);
  const errors = [...variants.errors, ...images.errors].sort((a, b) => a.row - b.row);
  const isSold = variants.value.length > 0;
  const product: ImportedProduct = {
    ...{ row: firstRow, handle: group.slug, ...texts.value },
    ...{ images: images.value, variants: variants.value },
    ...keepOf(group, variants.value.length < rows.length),
  };
  return { value: isSold ? product : undefined, errors };
}

type Texts = Omit<ImportedProduct, "row" | "handle" | "images" | "variants" | "keep">;

function readTexts(head: PlainRow): Parsed<Texts> {
  const { name, description, brand, status } = head.cells;
  const fault = faultOfHead(head);
  if (fault !== undefined) return { fault };
  const categories = readCategories(head.cells.categories);
  if ("fault" in categories) return categories;
  const attributes = { ...head.attributes };
  const active = status.toLowerCase() !== "archived";
  return { value: { name, description, brand, categories: categories.value, attributes, active } };
}

function faultOfHead({ cells, attributes }: PlainRow): string | undefined {
  if (!["", "active", "archived"].includes(cells.status.toLowerCase())) {
    return `status ${quoted(cells.status)} is neither active nor archived`;
  }
  return (
    tooLong("name", cells.name, LIMITS.name) ??
    tooLong("brand", cells.brand, LIMITS.brand) ??
    faultOfValues("attribute", attributes)
  );
}

const faultOfValues = (kind: string, values: Readonly<Record<string, string>>) =>
  Object.entries(values)
    .map(([name, value]) => tooLong(`${kind}:${name}`, value, VALUE_LIMIT))
    .find((fault) => fault !== undefined);

/** `Lamps; Brass` → two display names, each slug once. */
function readCategories(text: string): Parsed<string[]> {
  const bySlug = new Map<string, string>();
  for (const name of text.split(";").map(oneLine)) {
    const fault = tooLong("a category", name, 120);
    if (fault !== undefined) return { fault };
    const slug = toSlug(name, "category");
    if (name !== "" && !bySlug.has(slug)) bySlug.set(slug, name);
  }
  if (bySlug.size > CATEGORY_LIMIT) return { fault: `more than ${CATEGORY_LIMIT} categories` };
  return { value: [...bySlug.values()] };
}

function readVariants(rows: readonly PlainRow[], currency: string): Findings<ImportedVariant[]> {
  const found: Findings<ImportedVariant[]> = { value: [], errors: [] };
  const rowOfSku = new Map<string, number>();
  for (const line of rows) {
    const report = (message: string) => void found.errors.push({ row: line.row, message });
    const read = readVariant(line, currency);
    if ("fault" in read) {
      report(read.fault);
      continue;
    }
    const { variant, warning } = read.value;
    const first = rowOfSku.get(variant.sku);
    if (first !== undefined) report(`sku ${quoted(variant.sku)} is already on row ${first}`);
    else if (found.value.length >= MAX_VARIANTS) {
      report(`is a variant too many; a product has at most ${MAX_VARIANTS}`);
    } else {
      if (warning !== undefined) report(`quantity ${warning}`);
      rowOfSku.set(variant.sku, line.row);
      found.value.push(variant);
    }
  }
  return found;
}

function readVariant(
  { row, cells, options }: PlainRow,
  shopCurrency: string,
): Parsed<{ variant: ImportedVariant; warning: string | undefined }> {
  const { sku } = cells;
  if (sku === "") return { fault: "sku is missing" };
  if (!Value.Check(Sku, sku)) {
    return { fault: `sku ${quoted(sku)} is not 1 to 64 letters, digits or any of . _ / -` };
  }
  const currency = cells.currency || shopCurrency;
  if (!/^[A-Z]{3}$/.test(currency)) {
    return { fault: `currency ${quoted(currency)} is not a code such as EUR` };
  }
  const price = parsePrice(cells.price, minorDigits(currency));
  if ("fault" in price) return { fault: `price ${price.fault}` };
  const stock = parseQuantity(cells.quantity);
  if ("fault" in stock) return { fault: `quantity ${stock.fault}` };
  const fault =
    tooLong("variant", cells.variant, LIMITS.variant) ?? faultOfValues("option", options);
  if (fault !== undefined) return { fault };
  const name = cells.variant || cut(Object.values(options).join(" / "), LIMITS.variant);
  const { quantity, warning } = stock.value;
  const variant: ImportedVariant = {
    row,
    sku,
    ...(name === "" ? {} : { name }),
    price: { amount: price.value, currency },
    attributes: { ...options },
    ...(quantity === undefined ? {} : { quantity }),
  };
  return { value: { variant, warning } };
}

/** Each row may add one picture; the same URL is taken once. */
function readImages(
  name: string,
  rows: readonly PlainRow[],
): Findings<ImportedProduct["images"][number][]> {
  const altOf = new Map<string, string>();
  const errors: { row: number; message: string }[] = [];
  for (const { row, cells } of rows) {
    if (cells.image === "") continue;
    const url = readUrl(cells.image);
    const alt = cells["image alt"];
    const fault =
      "fault" in url ? `image ${url.fault}` : tooLong("image alt", alt, LIMITS["image alt"]);
    if (fault !== undefined) errors.push({ row, message: fault });
    else if ("value" in url && !altOf.has(url.value)) {
      if (altOf.size < MAX_IMAGES) altOf.set(url.value, alt || name);
      else errors.push({ row, message: `is an image too many; at most ${MAX_IMAGES}` });
    }
  }
  return { value: [...altOf].map(([url, alt]) => ({ url, alt })), errors };
}
