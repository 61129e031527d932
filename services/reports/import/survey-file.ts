import { ScatteredHandles } from "../domain/group-rows";
import type { RowError } from "../domain/imported-product";
import { isBlankRow } from "../domain/read-shopify-row";
import type { FileInput } from "./csv-records";
import { fileRecords } from "./file-records";
import type { ProductReader, ReadOptions } from "./product-reader";
import { readerFor } from "./read-products";

export type Survey =
  | ({ readonly total: number } & Required<Pick<ReadOptions, "scattered">>)
  | { readonly fault: RowError };

/**
 * Counts the rows after the first, up to where the file can be read, and finds products whose rows
 * do not follow each other; a fault when it is no product file at all.
 */
export async function surveyFile(input: FileInput): Promise<Survey> {
  const handles = new ScatteredHandles();
  let reader: ProductReader | undefined;
  let last = 1;
  for await (const record of fileRecords(input)) {
    if (record.kind !== "cells" && !reader) {
      return { fault: { row: record.row, message: record.message } };
    }
    if (record.kind === "broken") break;
    last = record.row;
    if (isBlankRow(record.cells)) continue;
    if (reader) {
      handles.take(reader.handleOf(record.cells));
      continue;
    }
    const read = readerFor(record.cells, { currency: "EUR" });
    if ("fault" in read) return { fault: { row: record.row, message: read.fault } };
    reader = read.value;
  }
  return reader
    ? { total: last - 1, scattered: handles.found }
    : { fault: { row: 1, message: "the file is empty" } };
}
