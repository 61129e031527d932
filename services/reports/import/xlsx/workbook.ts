import { attribute, xmlEvents } from "./xml-events";
import { BadWorkbook, inflate, readZip, type ZipEntry } from "./zip-file";

/** UTF-16 units of all shared strings together: they have to be in memory while rows refer to them. */
const MAX_SHARED = 32 * 2 ** 20;

export interface Workbook {
  /** The first sheet. */
  readonly sheet: ZipEntry;
  readonly strings: readonly string[];
  /** Numbers of the cell styles that show a number as a date or time. */
  readonly dateStyles: ReadonlySet<number>;
}

/** The parts of an XLSX file that the rows of its first sheet need. Throws BadWorkbook. */
export async function openWorkbook(file: Buffer): Promise<Workbook> {
  const parts = readZip(file);
  const sheet = parts.get(await firstSheet(parts));
  if (!sheet) throw new BadWorkbook("the file is no workbook (.xlsx)");
  return { sheet, strings: await sharedStrings(parts), dateStyles: await dateStyles(parts) };
}

type Parts = ReadonlyMap<string, ZipEntry>;

async function firstSheet(parts: Parts): Promise<string> {
  let id: string | undefined;
  for await (const { name, attributes } of openings(parts, "xl/workbook.xml")) {
    if (name === "sheet") id ??= attribute(attributes, "id");
  }
  for await (const { name, attributes } of openings(parts, "xl/_rels/workbook.xml.rels")) {
    if (name !== "Relationship" || attribute(attributes, "Id") !== id) continue;
    const target = attribute(attributes, "Target") ?? "";
    return target.startsWith("/") ? target.slice(1) : `xl/${target}`;
  }
  throw new BadWorkbook("the file is no workbook (.xlsx)");
}

async function* openings(parts: Parts, part: string) {
  const entry = parts.get(part);
  if (!entry) return;
  for await (const events of xmlEvents(inflate(entry))) {
    for (const event of events) if (event.kind === "open") yield event;
  }
}

/** The texts that cells refer to by number; of a text in several fonts its pieces, joined. */
async function sharedStrings(parts: Parts): Promise<string[]> {
  const entry = parts.get("xl/sharedStrings.xml");
  const strings: string[] = [];
  if (!entry) return strings;
  let text = "";
  let inText = false;
  let inReading = false;
  let size = 0;
  for await (const events of xmlEvents(inflate(entry))) {
    for (const event of events) {
      if (event.kind === "text") {
        if (inText && !inReading) text += event.text;
        continue;
      }
      const opens = event.kind === "open";
      if (event.name === "t") inText = opens;
      // How a Japanese text is pronounced is no part of it.
      else if (event.name === "rPh") inReading = opens;
      else if (event.name === "si" && !opens) {
        size += text.length;
        if (size > MAX_SHARED) throw new BadWorkbook("the workbook holds too much text");
        strings.push(plain(text));
        text = "";
      }
    }
  }
  return strings;
}

/** Excel writes characters that XML does not know as `_x000D_`. */
export const plain = (text: string): string =>
  text.includes("_x")
    ? text.replace(/_x([0-9A-F]{4})_/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
    : text;

/** Formats 14–22 and 45–47 are dates by definition, others when their code has a letter of one. */
async function dateStyles(parts: Parts): Promise<Set<number>> {
  const dates = new Set<number>([14, 15, 16, 17, 18, 19, 20, 21, 22, 45, 46, 47]);
  const styles = new Set<number>();
  let inCellStyles = false;
  let style = 0;
  for await (const { name, attributes } of openings(parts, "xl/styles.xml")) {
    if (name === "numFmt" && isDateCode(attribute(attributes, "formatCode") ?? "")) {
      dates.add(Number(attribute(attributes, "numFmtId")));
    }
    if (name === "cellXfs") inCellStyles = true;
    else if (name === "cellStyles" || name === "dxfs") inCellStyles = false;
    else if (name === "xf" && inCellStyles) {
      if (dates.has(Number(attribute(attributes, "numFmtId")))) styles.add(style);
      style += 1;
    }
  }
  return styles;
}

/** Quoted text, escaped signs, [colours], and signs that only leave their width (_D) or fill (*-) aside. */
const isDateCode = (code: string): boolean =>
  /[dmyhs]/i.test(code.replace(/"[^"]*"|[\\_*].|\[[^\]]*\]/g, "").replace(/general/i, ""));
