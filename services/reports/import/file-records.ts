import { csvRecords, type FileInput, type FileRecord } from "./csv-records";
import { xlsxRecords } from "./xlsx/xlsx-records";

const ZIP_BEGINS = Buffer.from("PK\u0003\u0004", "latin1");
/** With this mark the parser reads UTF-16 by itself. */
const UTF_16_MARK = Buffer.from([0xff, 0xfe]);
export const NOT_UTF_8 = 'the file is not in UTF-8; save it as "CSV UTF-8"';

/** The rows of a CSV or XLSX file. What it is shows in its first bytes, whatever it is called. */
export async function* fileRecords(input: FileInput): AsyncGenerator<FileRecord> {
  const { head, rest } = await splitHead(input, ZIP_BEGINS.length);
  const whole = joined(head, rest);
  const beginning = head.subarray(0, ZIP_BEGINS.length);
  // No text in UTF-8 begins like that, but one in UTF-16 or UTF-32, and much that is no text at all.
  if (isOtherwiseEncoded(beginning)) {
    yield { kind: "broken", row: 1, message: NOT_UTF_8 };
    return;
  }
  const isZip = beginning.equals(ZIP_BEGINS);
  yield* isZip ? xlsxRecords(whole) : csvRecords(whole);
}

function isOtherwiseEncoded(beginning: Buffer): boolean {
  const mark = beginning.subarray(0, 2);
  return beginning.includes(0) ? !mark.equals(UTF_16_MARK) : mark.toString("hex") === "feff";
}

async function splitHead(input: FileInput, length: number) {
  // A cast, since a Readable does not say what it carries.
  const rest = (input as AsyncIterable<Buffer | string>)[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  while (head.length < length) {
    const next = await rest.next();
    if (next.done) break;
    head = Buffer.concat([head, Buffer.from(next.value)]);
  }
  return { head, rest };
}

async function* joined(
  head: Buffer,
  rest: AsyncIterator<Buffer | string>,
): AsyncGenerator<Buffer | string> {
  if (head.length > 0) yield head;
  yield* { [Symbol.asyncIterator]: () => rest };
}
