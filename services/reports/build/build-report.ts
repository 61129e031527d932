import writeXlsxFile, { type Cell, type Sheet, type SheetData } from "write-excel-file/node";
import { minorDigits } from "../../../lib/money/money";
import { csvCell } from "../domain/defuse";
import { SECTIONS, type SalesRow } from "../domain/sales-row";

/** What a column holds; money is shown with the decimals of its row's currency. */
const COLUMNS = [
  { name: "day", kind: "text" },
  { name: "category", kind: "text" },
  { name: "sku", kind: "text" },
  { name: "product", kind: "text" },
  { name: "currency", kind: "text" },
  { name: "orders", kind: "count" },
  { name: "quantity", kind: "count" },
  { name: "gross", kind: "money" },
  { name: "discount", kind: "money" },
  { name: "net", kind: "money" },
  { name: "shipping", kind: "money" },
  { name: "tax", kind: "money" },
  { name: "total", kind: "money" },
  { name: "refunds", kind: "money" },
] as const satisfies readonly { name: keyof SalesRow; kind: string }[];

const BOM = "\uFEFF";

/** All sections in one table, told apart by its first column. With a BOM, or Excel takes it for Latin-1. */
export async function buildCsv(pages: AsyncIterable<readonly SalesRow[]>): Promise<Buffer> {
  const names = COLUMNS.map(({ name }) => name);
  const pieces = [`${BOM}section,${names.join(",")}\r\n`];
  for await (const rows of pages) {
    const lines = rows.map((row) => [
      row.section,
      ...COLUMNS.map((column) => csvText(row, column)),
    ]);
    pieces.push(lines.map((line) => `${line.join(",")}\r\n`).join(""));
  }
  return Buffer.from(pieces.join(""));
}

function csvText(row: SalesRow, { name, kind }: (typeof COLUMNS)[number]): string {
  const value = row[name];
  if (value === null) return "";
  if (typeof value === "string") return csvCell(value);
  return kind === "money" ? decimal(value, minorDigits(row.currency)) : String(value);
}

/** 12999 → `129.99`, without floating point. */
function decimal(amount: number, digits: number): string {
  const text = String(amount).padStart(digits + 1, "0");
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** A sheet for each section. Texts are cells of text, which no spreadsheet evaluates. */
export async function buildXlsx(pages: AsyncIterable<readonly SalesRow[]>): Promise<Buffer> {
  const sections = new Map<string, SheetData>(SECTIONS.map((section) => [section, []]));
  for await (const rows of pages) {
    for (const row of rows)
      sections.get(row.section)?.push(columnsOf(row.section).map((c) => cellOf(row, c)));
  }
  const sheets = SECTIONS.map((section): Sheet<Buffer> => {
    const head = columnsOf(section).map(({ name }): Cell => ({ value: name, fontWeight: "bold" }));
    return { sheet: section, data: [head, ...(sections.get(section) ?? [])] };
  });
  return writeXlsxFile(sheets).toBuffer();
}

type Column = (typeof COLUMNS)[number];

const EMPTY_IN: Readonly<Record<SalesRow["section"], readonly string[]>> = {
  day: ["category", "sku", "product"],
  product: ["day", "shipping", "tax", "total", "refunds"],
  category: ["day", "sku", "product", "shipping", "tax", "total", "refunds"],
  total: ["day", "category", "sku", "product"],
};

const columnsOf = (section: SalesRow["section"]): Column[] =>
  COLUMNS.filter(({ name }) => !EMPTY_IN[section].includes(name));

function cellOf(row: SalesRow, { name, kind }: Column): Cell {
  const value = row[name];
  if (value === null) return null;
  if (typeof value === "string") return { value, type: String };
  if (kind !== "money") return { value, type: Number };
  const digits = minorDigits(row.currency);
  const format = digits === 0 ? "0" : `0.${"0".repeat(digits)}`;
  return { value: Number(decimal(value, digits)), type: Number, format };
}
