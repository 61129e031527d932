import { csvRecords, type FileInput, type FileRecord } from "./csv-records";
import { xlsxRecords } from "./xlsx/xlsx-records";

const ZIP_BEGINS = Buffer.from("PK\u0003\u0004", "latin1");

/** The rows of a CSV or XLSX file. What it is shows in its first bytes, whatever it is called. */
export async function* fileRecords(input: FileInput): AsyncGenerator<FileRecord> {
  const { head, rest } = await splitHead(input, ZIP_BEGINS.length);
  const whole = joined(head, rest);
  const isZip = head.subarray(0, ZIP_BEGINS.length).equals(ZIP_BEGINS);
  yield* isZip ? xlsxRecords(whole) : csvRecords(whole);
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
