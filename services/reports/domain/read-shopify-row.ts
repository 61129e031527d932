import type { Parsed } from "./imported-product";
import { oneLine, quoted, tooLong, UNDECODABLE } from "./plain-text";

/** The columns that we read, by the name that Shopify gives them. */
const COLUMNS = {
  handle: "Handle",
  title: "Title",
  body: "Body (HTML)",
  vendor: "Vendor",
  type: "Type",
  tags: "Tags",
  productCategory: "Product Category",
  googleCategory: "Google Shopping / Google Product Category",
  published: "Published",
  status: "Status",
  option1Name: "Option1 Name",
  option1Value: "Option1 Value",
  option2Name: "Option2 Name",
  option2Value: "Option2 Value",
  option3Name: "Option3 Name",
  option3Value: "Option3 Value",
  sku: "Variant SKU",
  price: "Variant Price",
  quantity: "Variant Inventory Qty",
  variantImage: "Variant Image",
  imageUrl: "Image Src",
  imagePosition: "Image Position",
  imageAlt: "Image Alt Text",
} as const;

type Column = keyof typeof COLUMNS;

const REQUIRED: readonly Column[] = ["handle", "title", "price"];
/** Prose; the others are short, and a limit on each bounds what a group of rows can hold. */
const UNLIMITED: readonly Column[] = ["body", "tags"];
const CELL_LIMIT = 2_048;

export interface ShopifyHeader {
  readonly names: readonly string[];
  readonly indexes: ReadonlyMap<Column, number>;
}

/** What stands on a product's first row only (or on each, in files of other tools). */
export interface ProductCells {
  row: number;
  title: string;
  bodyHtml: string;
  vendor: string;
  type: string;
  tags: string;
  standardCategory: string;
  published: string;
  status: string;
  optionNames: string[];
}

export interface VariantCells {
  row: number;
  sku: string;
  price: string;
  quantity: string;
  optionValues: string[];
  imageUrl: string;
}

export interface ImageCells {
  row: number;
  url: string;
  position: string;
  alt: string;
}

/** What Shopify writes, under the option "Title", for a product without options. */
export const NO_OPTIONS = "Default Title";

export const optionValuesOf = ({ optionValues }: VariantCells): string[] =>
  optionValues.filter((value) => value !== "" && value !== NO_OPTIONS);

/** A row may describe the product, one variant and one image, in any combination. */
export interface ShopifyRow {
  row: number;
  handle: string;
  product: ProductCells | undefined;
  variant: VariantCells | undefined;
  image: ImageCells | undefined;
}

/** Where the columns stand. Their order is free, case and surrounding space do not matter. */
export function readShopifyHeader(cells: readonly string[]): Parsed<ShopifyHeader> {
  const names = cells.map(oneLine);
  const lowered = names.map((name) => name.toLowerCase());
  const indexes = new Map<Column, number>();
  for (const column of Object.keys(COLUMNS) as Column[]) {
    const index = lowered.indexOf(COLUMNS[column].toLowerCase());
    if (index >= 0) indexes.set(column, index);
  }
  const missing = REQUIRED.filter((column) => !indexes.has(column));
  if (missing.length === 0) return { value: { names, indexes } };
  const list = missing.map((column) => COLUMNS[column]).join(", ");
  const isOneCell = cells.length === 1 && /[;\t]/.test(cells[0] ?? "");
  const hint = isOneCell ? "; the columns must be separated by commas" : "";
  return { fault: `the header lacks the columns ${list}${hint}` };
}

export const isBlankRow = (cells: readonly string[]): boolean =>
  cells.every((cell) => cell.trim() === "");

/** The parts of one row. `cells` must not be blank. */
export function readShopifyRow(
  header: ShopifyHeader,
  row: number,
  cells: readonly string[],
): Parsed<ShopifyRow> {
  const fault = faultOfCells(header, cells);
  if (fault !== undefined) return { fault };
  const raw = (column: Column): string => cells[header.indexes.get(column) ?? -1] ?? "";
  const cell = (column: Column): string => oneLine(raw(column));
  const handle = cell("handle");
  if (handle === "") return { fault: "Handle is missing" };
  const product = { row, ...productCells(cell), bodyHtml: raw("body") };
  const variant = { row, ...variantCells(cell) };
  const { sku, price, quantity, optionValues } = variant;
  const image = {
    row,
    url: cell("imageUrl"),
    position: cell("imagePosition"),
    alt: cell("imageAlt"),
  };
  return {
    value: {
      row,
      handle,
      product: product.title === "" ? undefined : product,
      variant: [sku, price, quantity, ...optionValues].some(Boolean) ? variant : undefined,
      image: image.url === "" ? undefined : image,
    },
  };
}

function faultOfCells(header: ShopifyHeader, cells: readonly string[]): string | undefined {
  const { names, indexes } = header;
  if (cells.length !== names.length) {
    // Even when only empty cells are missing or too many: one lost comma moves all cells after it.
    return `has ${cells.length} cells, the header has ${names.length}`;
  }
  const undecodable = cells.findIndex((cell) => cell.includes(UNDECODABLE));
  if (undecodable >= 0) {
    return `${quoted(names[undecodable] ?? "")} is not valid UTF-8; save the file as "CSV UTF-8"`;
  }
  for (const [column, index] of indexes) {
    if (UNLIMITED.includes(column)) continue;
    const fault = tooLong(COLUMNS[column], cells[index] ?? "", CELL_LIMIT);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

const productCells = (cell: (column: Column) => string) => ({
  title: cell("title"),
  vendor: cell("vendor"),
  type: cell("type"),
  tags: cell("tags"),
  standardCategory: cell("productCategory") || cell("googleCategory"),
  published: cell("published"),
  status: cell("status"),
  optionNames: [cell("option1Name"), cell("option2Name"), cell("option3Name")],
});

const variantCells = (cell: (column: Column) => string) => ({
  sku: cell("sku"),
  price: cell("price"),
  quantity: cell("quantity"),
  optionValues: [cell("option1Value"), cell("option2Value"), cell("option3Value")],
  imageUrl: cell("variantImage"),
});
