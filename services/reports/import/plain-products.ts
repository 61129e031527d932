import { buildPlainProduct, type PlainGroup } from "../domain/build-plain-product";
import { RowGrouping } from "../domain/group-rows";
import type { Parsed } from "../domain/imported-product";
import { readPlainHeader, readPlainRow, type PlainRow } from "../domain/read-plain-row";
import {
  abandoned,
  failed,
  finished,
  type ProductReader,
  type ReadOptions,
} from "./product-reader";

/** Reads our own columns, one row a variant; docs/imports.md describes them. */
export function plainReader(
  header: readonly string[],
  { currency, maxRowsPerHandle }: Required<ReadOptions>,
): Parsed<ProductReader> {
  const read = readPlainHeader(header);
  if ("fault" in read) return read;
  const product = (group: PlainGroup) => buildPlainProduct(group, { currency });
  const grouping = new RowGrouping<PlainRow, PlainGroup>({
    maxRowsPerHandle,
    noun: "product",
    begin: (group) => ({ ...group, rows: [] }),
    take: ({ rows }, row) => {
      rows.push(row);
      return undefined;
    },
  });
  const reader: ProductReader = {
    row: (row, cells) => {
      const line = readPlainRow(read.value, row, cells);
      if ("fault" in line) return [failed(row, line.fault)];
      return finished(grouping.add(line.value), product);
    },
    close: () => finished(grouping.close(), product),
    abandon: () => abandoned(grouping.close()),
  };
  return { value: reader };
}
