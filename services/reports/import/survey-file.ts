import type { RowError } from "../domain/imported-product";
import { isBlankRow } from "../domain/read-shopify-row";
import type { FileInput } from "./csv-records";
import { fileRecords } from "./file-records";
import { readerFor } from "./read-products";

export type Survey = { readonly total: number } | { readonly fault: RowError };

/**
 * Counts the rows after the first, up to where the file can be read; a fault when it is no product
 * file at all.
 */
export async function surveyFile(input: FileInput): Promise<Survey> {
  let hasHeader = false;
  let last = 1;
  for await (const record of fileRecords(input)) {
    if (record.kind !== "cells" && !hasHeader) {
      return { fault: { row: record.row, message: record.message } };
    }
    if (record.kind === "broken") break;
    if (record.kind === "cells" && !hasHeader && !isBlankRow(record.cells)) {
      const read = readerFor(record.cells, { currency: "EUR" });
      if ("fault" in read) return { fault: { row: record.row, message: read.fault } };
      hasHeader = true;
    }
    last = record.row;
  }
  return hasHeader ? { total: last - 1 } : { fault: { row: 1, message: "the file is empty" } };
}
