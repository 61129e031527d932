import { Type } from "@sinclair/typebox";
import { expect } from "vitest";
import { catalog } from "../../contracts/catalog";
import { Validator } from "../../lib/mesh/schema";
import { toSlug } from "../../services/reports/domain/slug";
import type { ImportedProduct, ImportItem } from "../../services/reports/domain/imported-product";
import type { ReadOptions } from "../../services/reports/import/product-reader";
import { readProducts } from "../../services/reports/import/read-products";

export type Cells = Record<string, string>;

const HEADER = [
  ...["Handle", "Title", "Body (HTML)", "Vendor", "Type", "Tags", "Published"],
  ...["Option1 Name", "Option1 Value", "Option2 Name", "Option2 Value"],
  ...["Variant SKU", "Variant Inventory Qty", "Variant Price"],
  ...["Image Src", "Image Position", "Image Alt Text", "Variant Image", "Status"],
  "Google Shopping / Google Product Category",
];

/** The first row of a good product; name what matters to the test. */
export const productRow = (cells: Cells = {}): Cells => ({
  Handle: "lamp",
  Title: "Lamp",
  "Variant Price": "10",
  ...cells,
});

/** A further row of the same product: Shopify leaves all but the handle out. */
export const variantRow = (cells: Cells = {}): Cells => ({
  Handle: "lamp",
  "Variant Price": "10",
  ...cells,
});

export const quote = (cell: string): string =>
  /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;

export const line = (cells: Cells): string =>
  HEADER.map((column) => quote(cells[column] ?? "")).join(",");

export const file = (...rows: Cells[]): string =>
  [HEADER.join(","), ...rows.map(line)].join("\n") + "\n";

export async function* chunks(content: string | Buffer, size = 65_536): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(content);
  for (let start = 0; start < bytes.length; start += size) {
    yield bytes.subarray(start, start + size);
  }
}

export interface Outcome {
  items: ImportItem[];
  products: ImportedProduct[];
  /** `row: message`, in the order of the file. */
  errors: string[];
}

export async function readAll(
  content: string | Buffer | AsyncIterable<Buffer | string>,
  options: Partial<ReadOptions> = {},
): Promise<Outcome> {
  const isText = typeof content === "string" || Buffer.isBuffer(content);
  const input = isText ? chunks(content) : content;
  const items: ImportItem[] = [];
  for await (const item of readProducts(input, { currency: "EUR", ...options })) items.push(item);
  return {
    items,
    products: items.flatMap((item) => (item.kind === "product" ? [item.product] : [])),
    errors: items.flatMap((item) =>
      item.kind === "error" ? [`${item.row}: ${item.message}`] : [],
    ),
  };
}

/** The only product of a file of these rows, and what was reported. */
export async function readOne(
  ...rows: Cells[]
): Promise<{ product: ImportedProduct; errors: string[] }> {
  const { products, errors } = await readAll(file(...rows));
  const [product] = products;
  if (product === undefined || products.length > 1) {
    throw new Error(`expected one product, got ${products.length}; errors: ${errors.join("; ")}`);
  }
  return { product, errors };
}

// Without the status, which is not the file’s to say.
const putParams = new Validator(Type.Omit(catalog.actions.put.params, ["status"]));

/** The contract's limits are repeated in the parser, for better messages; this holds them together. */
export function expectCatalogTakes(product: ImportedProduct): void {
  const { handle, name, description, brand, attributes, images, categories } = product;
  const faults = putParams.errorsOf({
    ...{ slug: handle, name, description, brand, attributes, images },
    categories: categories.map((category) => ({
      slug: toSlug(category, "category"),
      name: category,
    })),
    variants: product.variants.map(({ row: _row, quantity: _, ...variant }) => variant),
  });
  expect(faults, handle).toEqual([]);
}
