import type { Grouped, RowGroup, RowGrouping } from "../domain/group-rows";
import type { Findings, ImportedProduct, ImportItem, Parsed } from "../domain/imported-product";
import { oneLine } from "../domain/plain-text";

export interface ReadOptions {
  /** ISO 4217, of the prices for which the file names no currency. */
  readonly currency: string;
  readonly maxRowsPerHandle?: number;
  /** As a survey found them. */
  readonly scattered?: ReadonlySet<number>;
}

/** Makes products of the rows of one file, in order, holding one product at a time. */
export interface ProductReader {
  row(row: number, cells: readonly string[]): ImportItem[];
  /** A row that cannot be used; `cells` is what could be read of it. */
  lose(cells: readonly string[]): void;
  /** What stands where a row names its product. */
  handleOf(cells: readonly string[]): string;
  /** The file ended. */
  close(): ImportItem[];
}

export const failed = (row: number, message: string): ImportItem => ({
  kind: "error",
  row,
  message,
});

interface Reading<
  Row extends { readonly row: number; readonly handle: string },
  Group extends RowGroup,
> {
  readonly handleColumn: number;
  readonly read: (row: number, cells: readonly string[]) => Parsed<Row>;
  readonly grouping: RowGrouping<Row, Group>;
  readonly build: (group: Group) => Findings<ImportedProduct | undefined>;
}

export function groupingReader<
  Row extends { readonly row: number; readonly handle: string },
  Group extends RowGroup,
>({ handleColumn, read, grouping, build }: Reading<Row, Group>): ProductReader {
  const handleOf = (cells: readonly string[]): string => oneLine(cells[handleColumn] ?? "");
  return {
    handleOf,
    row: (row, cells) => {
      const line = read(row, cells);
      if (!("fault" in line)) return finished(grouping.add(line.value), build);
      grouping.lose(handleOf(cells));
      return [failed(row, line.fault)];
    },
    lose: (cells) => grouping.lose(handleOf(cells)),
    close: () => finished(grouping.close(), build),
  };
}

/** What adding a row led to, as items. */
function finished<Group extends RowGroup>(
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
