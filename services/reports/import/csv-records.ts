import { CsvError, parse, type CsvErrorCode, type Parser } from "csv-parse";
import type { Readable } from "node:stream";

export type FileInput = AsyncIterable<Buffer | string> | Readable;

/** A row of any file, or what stands in its place. */
export type FileRecord =
  | { kind: "cells"; row: number; cells: string[] }
  /** The file cannot be read from this row on; nothing follows. */
  | { kind: "broken"; row: number; message: string }
  /** This row cannot be used; the others can. A cell that is at fault is empty. */
  | { kind: "refused"; row: number; message: string; cells: readonly string[] };

/** A row longer than this is a quote that nobody closed. Bounds the memory of the parser. */
const MAX_ROW_LENGTH = 256 * 1024;

/**
 * The rows of a CSV file, the header being row 1, one chunk's worth in memory at a time.
 * Throws when the input itself fails.
 *
 * Rows are taken by `on_record` and not read from the stream: a parser that fails drops what it
 * parsed and nobody read yet, so good rows before a broken one would be lost.
 */
export async function* csvRecords(input: FileInput): AsyncGenerator<FileRecord> {
  let row = 0;
  let parsed: Parsed[] = [];
  const parser = createParser((record) => parsed.push(record));
  const takeParsed = (): FileRecord[] => {
    const records = parsed.map((record) => ({ ...record, row: (row += 1) }));
    parsed = [];
    return records;
  };
  try {
    let unfinished = 0;
    // A cast, since a Readable does not say what it carries.
    for await (const chunk of input as AsyncIterable<Buffer | string>) {
      const error = await write(parser, chunk);
      unfinished = parsed.length > 0 ? 0 : unfinished + chunk.length;
      yield* takeParsed();
      // The parser's own limit does not count delimiters: a file of commas would grow one row.
      const isTooLong = unfinished > 2 * MAX_ROW_LENGTH;
      if (error !== undefined || isTooLong) {
        yield broken(row + 1, error);
        return;
      }
    }
    const error = await end(parser);
    yield* takeParsed();
    if (error !== undefined) yield broken(row + 1, error);
  } finally {
    parser.destroy();
  }
}

type Parsed =
  | { kind: "cells"; cells: string[] }
  | { kind: "refused"; cells: readonly string[]; message: string };

function createParser(onRecord: (record: Parsed) => void): Parser {
  let lastStray: unknown;
  const parser = parse({
    bom: true,
    relax_column_count: true,
    max_record_size: MAX_ROW_LENGTH,
    // Named, not discovered from the first row: files that were edited mix them.
    record_delimiter: ["\r\n", "\n", "\r"],
    on_record: (cells) => {
      onRecord({ kind: "cells", cells });
      return null;
    },
    // Where a quote inside a cell ends shows: at the end of the row, and with no other error.
    skip_records_with_error: true,
    on_skip: (error) => {
      if (error?.code !== "INVALID_OPENING_QUOTE") throw error ?? new Error("a row was skipped");
      // One for each quote of the row.
      if (error.lines !== lastStray) onRecord({ kind: "refused", cells: [], message: STRAY_QUOTE });
      lastStray = error.lines;
    },
  });
  // Errors are taken from the callbacks of write and end; without a listener they would be thrown.
  return parser.on("error", () => undefined).resume();
}

const write = (parser: Parser, chunk: Buffer | string): Promise<CsvError | undefined> =>
  new Promise((resolve, reject) => {
    parser.write(chunk, (error) => settle(error, resolve, reject));
  });

const end = (parser: Parser): Promise<CsvError | undefined> =>
  new Promise((resolve, reject) => {
    // The types leave out that `end` passes the error of the last flush.
    parser.end((error?: Error | null) => settle(error, resolve, reject));
  });

function settle(
  error: Error | null | undefined,
  resolve: (fault: CsvError | undefined) => void,
  reject: (error: Error) => void,
): void {
  if (error === null || error === undefined) resolve(undefined);
  else if (error instanceof CsvError) resolve(error);
  else reject(error);
}

const TOO_LONG = `longer than ${MAX_ROW_LENGTH} characters; is a closing quote missing?`;
const STRAY_QUOTE =
  "has a quote inside a cell; such a cell is quoted as a whole and its quotes doubled";

/** What a merchant can do about it; other codes are faults of our options and speak for themselves. */
const EXPLAINED: Partial<Record<CsvErrorCode, string>> = {
  CSV_QUOTE_NOT_CLOSED: "a quote that is opened in this row is never closed",
  CSV_INVALID_CLOSING_QUOTE: `this row ${STRAY_QUOTE}`,
  CSV_MAX_RECORD_SIZE: TOO_LONG,
};

/** Without an error the row is broken for its length. */
function broken(row: number, error: CsvError | undefined): FileRecord {
  const reason = error === undefined ? TOO_LONG : (EXPLAINED[error.code] ?? error.message);
  return { kind: "broken", row, message: `the file cannot be read from here on: ${reason}` };
}
