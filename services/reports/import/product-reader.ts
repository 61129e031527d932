import type { Grouped, RowGroup } from "../domain/group-rows";
import type { Findings, ImportedProduct, ImportItem } from "../domain/imported-product";

export interface ReadOptions {
  /** ISO 4217, of the prices for which the file names no currency. */
  readonly currency: string;
  readonly maxRowsPerHandle?: number;
}

/** Makes products of the rows of one file, in order, holding one product at a time. */
export interface ProductReader {
  row(row: number, cells: readonly string[]): ImportItem[];
  /** The file ended. */
  close(): ImportItem[];
  /** The file cannot be read any further. */
  abandon(): ImportItem[];
}

export const failed = (row: number, message: string): ImportItem => ({
  kind: "error",
  row,
  message,
});

/** What adding a row led to, as items. */
export function finished<Group extends RowGroup>(
  { complete, error }: Grouped<Group>,
  build: (group: Group) => Findings<ImportedProduct | undefined>,
): ImportItem[] {
  const items: ImportItem[] = [];
  if (complete !== undefined) {
    const { value: product, errors } = build(complete);
    items.push(...errors.map(({ row, message }) => failed(row, message)));
    if (product !== undefined) items.push({ kind: "product", product, lastRow: complete.lastRow });
  }
  if (error !== undefined) items.push(failed(error.row, error.message));
  return items;
}

/** A product that the file breaks off in may lack variants; storing it would archive them. */
export const abandoned = ({ complete }: Grouped<RowGroup>): ImportItem[] =>
  complete === undefined
    ? []
    : [failed(complete.firstRow, "the file breaks off in this product; it was not imported")];
