import { Value } from "@sinclair/typebox/value";
import { MAX_VARIANTS } from "../../../contracts/catalog";
import { Sku } from "../../../contracts/common";
import type { Findings, ImportedVariant, Parsed, RowError } from "./imported-product";
import { parsePrice } from "./parse-price";
import { parseQuantity } from "./parse-quantity";
import { cut, quoted, tooLong } from "./plain-text";
import { NO_OPTIONS, optionValuesOf, type VariantCells } from "./read-shopify-row";
import { dashed } from "./slug";
import { stableSkus } from "./stable-sku";

const NAME_LIMIT = 64;
const VALUE_LIMIT = 255;

export interface PriceOptions {
  currency: string;
  /** Decimals of the currency. */
  digits: number;
}

interface Draft {
  cells: VariantCells;
  sku: string;
}

/**
 * The variants of one product. A bad row is reported and dropped; the others stay.
 * Option names come from the product's first row: Shopify leaves them out on the rest.
 */
export function readVariants(
  slug: string,
  optionNames: readonly string[],
  rows: readonly VariantCells[],
  options: PriceOptions,
): Findings<ImportedVariant[]> {
  const variants: ImportedVariant[] = [];
  const errors: RowError[] = [];
  const rowOfSku = new Map<string, number>();
  for (const draft of withSkus(slug, rows)) {
    const { row } = draft.cells;
    const read = readVariant(draft, attributeNames(optionNames), options);
    const fault = "fault" in read ? read.fault : faultAmong(draft, rowOfSku);
    if (fault !== undefined) errors.push({ row, message: fault });
    if ("fault" in read || fault !== undefined) continue;
    const { variant, warning } = read.value;
    if (warning !== undefined) errors.push({ row, message: warning });
    rowOfSku.set(variant.sku, row);
    variants.push(variant);
  }
  return { value: variants, errors };
}

function withSkus(slug: string, rows: readonly VariantCells[]): Draft[] {
  const nameless = rows.filter((cells) => cells.sku === "");
  const generated = stableSkus(slug, nameless.map(optionValuesOf));
  return rows.map((cells) => ({
    cells,
    sku: cells.sku === "" ? (generated.shift() ?? "") : withoutSpreadsheetGuard(cells.sku),
  }));
}

/** Exports write '0123 for 0123, so that a spreadsheet keeps the zero. */
const withoutSpreadsheetGuard = (sku: string): string => sku.replace(/^'(?=\d)/, "");

function faultAmong({ cells, sku }: Draft, rowOfSku: ReadonlyMap<string, number>) {
  const first = rowOfSku.get(sku);
  if (first !== undefined) {
    return cells.sku === ""
      ? `has the same options as row ${first} and no SKU of its own`
      : `Variant SKU ${quoted(sku)} is already on row ${first}`;
  }
  return rowOfSku.size < MAX_VARIANTS
    ? undefined
    : `is a variant too many; a product has at most ${MAX_VARIANTS}`;
}

function readVariant(
  { cells, sku }: Draft,
  names: readonly (string | undefined)[],
  { currency, digits }: PriceOptions,
): Parsed<{ variant: ImportedVariant; warning: string | undefined }> {
  if (!Value.Check(Sku, sku)) {
    return { fault: `Variant SKU ${quoted(sku)} is not 1 to 64 letters, digits or any of . _ / -` };
  }
  const attributes = readAttributes(cells, names);
  if ("fault" in attributes) return attributes;
  const price = parsePrice(cells.price, digits);
  if ("fault" in price) return { fault: `Variant Price ${price.fault}` };
  const stock = parseQuantity(cells.quantity);
  if ("fault" in stock) return { fault: `Variant Inventory Qty ${stock.fault}` };
  const { quantity, warning } = stock.value;
  const name = cut(Object.values(attributes.value).join(" / "), VALUE_LIMIT);
  const variant: ImportedVariant = {
    row: cells.row,
    sku,
    ...(name === "" ? {} : { name }),
    price: { amount: price.value, currency },
    attributes: attributes.value,
    ...(quantity === undefined ? {} : { quantity }),
  };
  return { value: { variant, warning: warning && `Variant Inventory Qty ${warning}` } };
}

/** Option values by attribute name, in the order of the options. */
function readAttributes(
  cells: VariantCells,
  names: readonly (string | undefined)[],
): Parsed<Record<string, string>> {
  const entries: [string, string][] = [];
  for (const [index, value] of cells.optionValues.entries()) {
    if (value === NO_OPTIONS) continue;
    const column = `Option${index + 1} Value`;
    const name = names[index];
    if (value === "" && name === undefined) continue;
    if (value === "") return { fault: `${column} is missing; the product has that option` };
    const fault = tooLong(column, value, VALUE_LIMIT);
    if (fault !== undefined) return { fault };
    entries.push([name ?? `option-${index + 1}`, value]);
  }
  return { value: Object.fromEntries(entries) };
}

/**
 * "Shoe Size (EU)" → "shoe-size-eu": shops write the same option in many ways, a facet needs one,
 * and a document store takes no dots in names. One that has no Latin letters, or that repeats
 * another, is known by its place.
 */
function attributeNames(optionNames: readonly string[]): (string | undefined)[] {
  const names = optionNames.map((name) => dashed(name));
  return names.map((name, index) => {
    if (optionNames[index] === "") return undefined;
    const isUsable = name !== "" && name.length <= NAME_LIMIT && names.indexOf(name) === index;
    return isUsable ? name : `option-${index + 1}`;
  });
}
