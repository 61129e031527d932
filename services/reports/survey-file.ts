import { isBlankRow, readShopifyHeader } from "./domain/read-shopify-row";
import { csvRecords, type CsvInput } from "./import/csv-records";
import { JobFailed } from "./job-run";

/**
 * Counts the rows after the first, up to where the file can be read. Throws JobFailed when it is no
 * product CSV at all.
 */
export async function surveyFile(input: CsvInput): Promise<number> {
  let hasHeader = false;
  let last = 1;
  for await (const record of csvRecords(input)) {
    if (record.kind === "broken" && !hasHeader) {
      throw new JobFailed(record.row, record.message);
    }
    if (record.kind === "broken") break;
    if (!hasHeader && !isBlankRow(record.cells)) {
      const read = readShopifyHeader(record.cells);
      if ("fault" in read) throw new JobFailed(record.row, read.fault);
      hasHeader = true;
    }
    last = record.row;
  }
  if (!hasHeader) throw new JobFailed(1, "the file is empty");
  return last - 1;
}
