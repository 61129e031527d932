import type { ImportItem, Parsed } from "../domain/imported-product";
import { UNDECODABLE } from "../domain/plain-text";
import { looksPlain } from "../domain/read-plain-row";
import { isBlankRow } from "../domain/read-shopify-row";
import type { FileInput } from "./csv-records";
import { fileRecords, NOT_UTF_8 } from "./file-records";
import { plainReader } from "./plain-products";
import { failed, type ProductReader, type ReadOptions } from "./product-reader";
import { shopifyReader } from "./shopify-products";

/** Well above our limits of 250 variants and 50 images; bounds what one handle can hold in memory. */
const MAX_ROWS_PER_HANDLE = 1_000;

/** The reader for the file with this header: Shopify's columns or our own. */
export const readerFor = (
  header: readonly string[],
  { currency, maxRowsPerHandle = MAX_ROWS_PER_HANDLE, scattered = new Set() }: ReadOptions,
): Parsed<ProductReader> => {
  if (header.some((name) => name.includes(UNDECODABLE))) return { fault: NOT_UTF_8 };
  const options = { currency, maxRowsPerHandle, scattered };
  return looksPlain(header) ? plainReader(header, options) : shopifyReader(header, options);
};

/**
 * A product file as products and row errors, in file order, in bounded memory. A bad row is reported
 * and does not stop the rest; a file that is neither CSV nor XLSX, or whose header is none of ours,
 * ends with one error. Throws only when the input stream fails.
 */
export async function* readProducts(
  input: FileInput,
  options: ReadOptions,
): AsyncGenerator<ImportItem> {
  let reader: ProductReader | undefined;
  for await (const record of fileRecords(input)) {
    if (record.kind === "broken") {
      // Whose row it is, and whose are behind it, is not known.
      reader?.lose([]);
      yield* reader?.close() ?? [];
      yield failed(record.row, record.message);
      return;
    }
    if (record.kind === "refused") {
      reader?.lose(record.cells);
      yield failed(record.row, record.message);
      continue;
    }
    const { row, cells } = record;
    if (isBlankRow(cells)) continue;
    if (reader !== undefined) {
      yield* reader.row(row, cells);
      continue;
    }
    const read = readerFor(cells, options);
    if ("fault" in read) {
      yield failed(row, read.fault);
      return;
    }
    reader = read.value;
  }
  if (reader === undefined) yield failed(1, "the file is empty");
  else yield* reader.close();
}
