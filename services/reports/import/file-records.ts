import { csvRecords, type FileInput, type FileRecord } from "./csv-records";
import { xlsxRecords } from "./xlsx/xlsx-records";

const ZIP_BEGINS = Buffer.from("PK\u0003\u0004", "latin1");
/** Of UTF-16 in the order of bytes that Windows writes. */
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
  if (beginning.equals(ZIP_BEGINS)) yield* xlsxRecords(whole);
  else yield* csvRecords(isUtf16(beginning) ? decoded(whole) : whole);
}

function isOtherwiseEncoded(beginning: Buffer): boolean {
  const mark = beginning.subarray(0, 2);
  return beginning.includes(0) ? !isUtf16(beginning) : mark.toString("hex") === "feff";
}

const isUtf16 = (beginning: Buffer): boolean => beginning.subarray(0, 2).equals(UTF_16_MARK);

/** The parser looks at bytes, one after the other: in UTF-16 it finds quotes between two characters. */
async function* decoded(chunks: AsyncIterable<Buffer | string>): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-16le");
  for await (const chunk of chunks) yield decoder.decode(Buffer.from(chunk), { stream: true });
  yield decoder.decode();
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
