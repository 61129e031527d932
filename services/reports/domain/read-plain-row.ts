import type { Parsed } from "./imported-product";
import { oneLine, quoted, tooLong, UNDECODABLE } from "./plain-text";
import { dashed } from "./slug";

/** The columns of our own file, besides those that name an attribute or an option. */
const COLUMNS = [
  "product",
  "name",
  "description",
  "brand",
  "categories",
  "status",
  "sku",
  "variant",
  "price",
  "currency",
  "quantity",
  "image",
  "image alt",
] as const;
export type PlainColumn = (typeof COLUMNS)[number];

/** What the rest of the shop, and others, call the same. */
const ALIASES: ReadonlyMap<string, PlainColumn> = new Map([
  ["slug", "product"],
  ["title", "name"],
  ["category", "categories"],
  ["stock", "quantity"],
  ["onhand", "quantity"],
]);

const REQUIRED: readonly PlainColumn[] = ["product", "name", "sku", "price"];
const NAMED = /^(attribute|option):(.*)$/;
const CELL_LIMIT = 2_048;
const DESCRIPTION_LIMIT = 20_000;

/** What a column is for; `name` is that of an attribute of the product or an option of the variant. */
type Meaning =
  | { readonly kind: "cell"; readonly column: PlainColumn }
  | { readonly kind: "attribute" | "option"; readonly name: string };

export interface PlainHeader {
  readonly names: readonly string[];
  readonly meanings: readonly Meaning[];
}

/** A row as it stands; a row is one variant. */
export interface PlainRow {
  readonly row: number;
  /** The cell `product`: rows that share it are variants of one product. */
  readonly handle: string;
  readonly cells: Readonly<Record<PlainColumn, string>>;
  readonly attributes: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, string>>;
}

/** Whether a header is rather meant for us than for Shopify, so that complaints fit. */
export const looksPlain = (cells: readonly string[]): boolean => {
  const names = cells.map((cell) => oneLine(cell).toLowerCase());
  return names.includes("sku") && !names.includes("handle");
};

/** Where the columns stand. A column that is none of ours is a fault: it may be a misspelt one. */
export function readPlainHeader(cells: readonly string[]): Parsed<PlainHeader> {
  const names = cells.map((cell) => columnName(oneLine(cell).toLowerCase()));
  const missing = REQUIRED.filter((column) => !names.includes(column));
  if (missing.length > 0) return { fault: `the header lacks the columns ${missing.join(", ")}` };
  const meanings: Meaning[] = [];
  const seen = new Set<string>();
  for (const name of names) {
    const meaning = meaningOf(name);
    if (meaning === undefined) {
      return { fault: `the header has a column ${quoted(name)}, which means nothing here` };
    }
    if (seen.has(keyOf(meaning))) return { fault: `the header has ${quoted(name)} twice` };
    seen.add(keyOf(meaning));
    meanings.push(meaning);
  }
  return { value: { names, meanings } };
}

const columnName = (name: string): string => ALIASES.get(name) ?? name;

/** Texts may differ and mean the same: `option:shoe size` and `option:shoe-size`. */
const keyOf = (meaning: Meaning): string =>
  meaning.kind === "cell" ? meaning.column : `${meaning.kind}:${meaning.name}`;

function meaningOf(name: string): Meaning | undefined {
  const column = COLUMNS.find((known) => known === name);
  if (column !== undefined) return { kind: "cell", column };
  const [, kind, rest = ""] = NAMED.exec(name) ?? [];
  const attribute = dashed(rest);
  if (kind === undefined || attribute === "" || attribute.length > 64) return undefined;
  return { kind: kind === "option" ? "option" : "attribute", name: attribute };
}

/** The parts of one row. `cells` must not be blank. */
export function readPlainRow(
  { names, meanings }: PlainHeader,
  row: number,
  cells: readonly string[],
): Parsed<PlainRow> {
  if (cells.length !== names.length) {
    return { fault: `has ${cells.length} cells, the header has ${names.length}` };
  }
  const parts = { cells: emptyCells(), attributes: {}, options: {} } satisfies Partial<PlainRow>;
  for (const [index, meaning] of meanings.entries()) {
    const text = cells[index] ?? "";
    const fault = faultOf(names[index] ?? "", text);
    if (fault !== undefined) return { fault };
    put(parts, meaning, text);
  }
  const handle = parts.cells.product;
  return handle === "" ? { fault: "product is missing" } : { value: { row, handle, ...parts } };
}

interface Parts {
  readonly cells: Record<PlainColumn, string>;
  readonly attributes: Record<string, string>;
  readonly options: Record<string, string>;
}

function put({ cells, attributes, options }: Parts, meaning: Meaning, text: string): void {
  const line = oneLine(text);
  if (meaning.kind === "cell") {
    cells[meaning.column] = meaning.column === "description" ? prose(text) : line;
  } else if (line !== "") {
    (meaning.kind === "option" ? options : attributes)[meaning.name] = line;
  }
}

/** Line breaks stay, also those that office programs write as a vertical tab; the catalogue takes no others. */
const prose = (text: string): string =>
  text
    .replace(/[\v\f]/g, "\n")
    .replace(/(?!\s)\p{Cc}/gu, "")
    .trim();

function faultOf(name: string, text: string): string | undefined {
  if (text.includes(UNDECODABLE)) {
    return `${quoted(name)} is not valid UTF-8; save the file as "CSV UTF-8"`;
  }
  return tooLong(name, text, name === "description" ? DESCRIPTION_LIMIT : CELL_LIMIT);
}

const emptyCells = (): Record<PlainColumn, string> => {
  const cells = Object.fromEntries(COLUMNS.map((column) => [column, ""]));
  // `fromEntries` forgets its keys, which are all of them.
  return cells as Record<PlainColumn, string>;
};
