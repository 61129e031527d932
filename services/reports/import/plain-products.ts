import { buildPlainProduct, type PlainGroup } from "../domain/build-plain-product";
import { RowGrouping } from "../domain/group-rows";
import type { Parsed } from "../domain/imported-product";
import { readPlainHeader, readPlainRow, type PlainRow } from "../domain/read-plain-row";
import { groupingReader, type ProductReader, type ReadOptions } from "./product-reader";

/** Reads our own columns, one row a variant; docs/imports.md describes them. */
export function plainReader(
  header: readonly string[],
  { currency, maxRowsPerHandle, scattered }: Required<ReadOptions>,
): Parsed<ProductReader> {
  const read = readPlainHeader(header);
  if ("fault" in read) return read;
  const grouping = new RowGrouping<PlainRow, PlainGroup>({
    maxRowsPerHandle,
    scattered,
    noun: "product",
    begin: (group) => ({ ...group, rows: [] }),
    take: ({ rows }, row) => {
      rows.push(row);
      return undefined;
    },
  });
  const reader = groupingReader({
    handleColumn: read.value.names.indexOf("product"),
    read: (row, cells) => readPlainRow(read.value, row, cells),
    grouping,
    build: (group) => buildPlainProduct(group, { currency }),
  });
  return { value: reader };
}
