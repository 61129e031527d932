import type { FileInput, FileRecord } from "../csv-records";
import { SheetRows, type SheetRow } from "./sheet-rows";
import { openWorkbook } from "./workbook";
import { xmlEvents } from "./xml-events";
import { BadWorkbook, inflate } from "./zip-file";

/** What the gateway lets in; the archive itself is in memory while its sheet is inflated. */
const MAX_FILE = 64 * 2 ** 20;

/**
 * The rows of a workbook's first sheet as texts. A row with a formula is refused: what it would come
 * to is for a spreadsheet to work out, and the value that stands beside it may be anything.
 * Throws when the input itself fails.
 */
export async function* xlsxRecords(input: FileInput): AsyncGenerator<FileRecord> {
  let last = 0;
  try {
    const workbook = await openWorkbook(await collect(input));
    const rows = new SheetRows(workbook);
    let width: number | undefined;
    for await (const events of xmlEvents(inflate(workbook.sheet))) {
      for (const event of events) {
        const row = rows.take(event);
        if (row === undefined) continue;
        if (row.number <= last) throw new BadWorkbook("the rows are not in order");
        last = row.number;
        if (width === undefined && row.cells.length > 0) width = row.cells.length;
        yield toRecord(row, width ?? 0);
      }
    }
  } catch (error) {
    if (!(error instanceof BadWorkbook)) throw error;
    yield { kind: "broken", row: last + 1, message: `the file cannot be read: ${error.message}` };
  }
}

/** A row has as many cells as the header: a sheet keeps no empty ones. */
function toRecord({ number, cells, fault }: SheetRow, width: number): FileRecord {
  if (fault !== undefined) return { kind: "refused", row: number, message: fault, cells };
  const padding = Math.max(0, width - cells.length);
  return { kind: "cells", row: number, cells: [...cells, ...Array<string>(padding).fill("")] };
}

async function collect(input: FileInput): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  // A cast, since a Readable does not say what it carries.
  for await (const chunk of input as AsyncIterable<Buffer | string>) {
    pieces.push(Buffer.from(chunk));
    size += chunk.length;
    if (size > MAX_FILE) throw new BadWorkbook("the file is too large");
  }
  return Buffer.concat(pieces);
}
