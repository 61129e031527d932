import { minorDigits } from "../../../lib/money/money";
import { buildImportedProduct, type BuildOptions } from "../domain/build-imported-product";
import { ShopifyGrouping, type Grouped } from "../domain/group-shopify-rows";
import type { ImportItem } from "../domain/imported-product";
import {
  isBlankRow,
  readShopifyHeader,
  readShopifyRow,
  type ShopifyHeader,
} from "../domain/read-shopify-row";
import { csvRecords, type CsvInput } from "./csv-records";
import { htmlToPlainText } from "./html-to-plain-text";

export type { ImportItem, ImportedProduct, ImportedVariant } from "../domain/imported-product";

/** Well above our limits of 250 variants and 50 images; bounds what one handle can hold in memory. */
const MAX_ROWS_PER_HANDLE = 1_000;

export interface ShopifyCsvOptions {
  /** ISO 4217; Shopify's file does not name it. */
  currency: string;
  maxRowsPerHandle?: number;
}

/**
 * Shopify's product export as products and row errors, in file order, in bounded memory.
 * A bad row is reported and does not stop the rest; a file that is no CSV, or has no Shopify
 * header, ends with one error. Throws only when the input stream fails.
 */
export async function* readShopifyCsv(
  input: CsvInput,
  options: ShopifyCsvOptions,
): AsyncGenerator<ImportItem> {
  const { currency, maxRowsPerHandle = MAX_ROWS_PER_HANDLE } = options;
  const build = { currency, digits: minorDigits(currency), toText: htmlToPlainText };
  const grouping = new ShopifyGrouping(maxRowsPerHandle);
  let header: ShopifyHeader | undefined;
  for await (const record of csvRecords(input)) {
    if (record.kind === "broken") {
      yield* abandoned(grouping.close());
      yield failed(record.row, record.message);
      return;
    }
    const { row, cells } = record;
    if (isBlankRow(cells)) continue;
    if (header === undefined) {
      const read = readShopifyHeader(cells);
      if ("fault" in read) {
        yield failed(row, read.fault);
        return;
      }
      header = read.value;
      continue;
    }
    const read = readShopifyRow(header, row, cells);
    yield* "fault" in read ? [failed(row, read.fault)] : finished(grouping.add(read.value), build);
  }
  if (header === undefined) yield failed(1, "the file is empty");
  yield* finished(grouping.close(), build);
}

const failed = (row: number, message: string): ImportItem => ({ kind: "error", row, message });

function finished({ complete, error }: Grouped, options: BuildOptions): ImportItem[] {
  const items: ImportItem[] = [];
  if (complete !== undefined) {
    const { value: product, errors } = buildImportedProduct(complete, options);
    items.push(...errors.map(({ row, message }) => failed(row, message)));
    if (product !== undefined) items.push({ kind: "product", product, lastRow: complete.lastRow });
  }
  if (error !== undefined) items.push(failed(error.row, error.message));
  return items;
}

/** A product that the file breaks off in may lack variants; storing it would archive them. */
const abandoned = ({ complete }: Grouped): ImportItem[] =>
  complete === undefined
    ? []
    : [failed(complete.firstRow, "the file breaks off in this product; it was not imported")];
