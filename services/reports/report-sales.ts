import type { Database } from "../../lib/store/database";
import { JobFailed, type JobRun, type JobTools } from "./job-run";
import type { Period } from "./domain/sales-period";
import { SECTIONS, type SalesRow } from "./domain/sales-row";
import type { ResultFile } from "./store/result-store";
import { salesRows } from "./store/sales-store";
import { converse } from "./threads/conversation";
import type { ReportTask } from "./threads/build-worker";

export const SALES_REPORT = "reports.sales";

export interface SalesParams {
  /** ISO 8601; `until` is not included. */
  readonly from: string;
  readonly until: string;
  readonly format: "csv" | "xlsx";
}

const CONTENT_TYPES = {
  csv: "text/csv; charset=utf-8",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
} as const;
/** An answer of the mesh carries it whole. */
const MAX_BYTES = 8 * 2 ** 20;
const PAGE_ROWS = 500;

/** Sums up the sales of a period and writes them in a thread. Throws JobFailed for more than 8 MiB. */
export async function reportSales(
  job: JobRun<SalesParams>,
  { pool }: JobTools,
): Promise<ResultFile> {
  const { from, until, format } = job.params;
  const period: Period = { from: new Date(from), until: new Date(until) };
  const rows = await rowsOf(job.db, period);
  job.expect(rows.length);
  const task: ReportTask = { format };
  const { value } = await converse<never, Uint8Array>(
    pool,
    "buildReport",
    inPages(rows),
    task,
  ).next();
  // It gives no items, so what comes first is the result.
  const bytes = value as Uint8Array;
  if (bytes.byteLength > MAX_BYTES) throw new JobFailed(0, "the report is too large; ask for less");
  const last = new Date(period.until.getTime() - 1);
  const fileName = `sales-${dayOf(period.from)}-${dayOf(last)}.${format}`;
  return { contentType: CONTENT_TYPES[format], fileName, bytes };
}

/** All sections at one moment: what is sold while they are read is in all of them, or in none. */
const rowsOf = (db: Database, period: Period): Promise<SalesRow[]> =>
  db.transaction(async (tx) => {
    await tx.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
    const rows: SalesRow[] = [];
    for (const section of SECTIONS) rows.push(...(await salesRows(tx, section, period)));
    return rows;
  });

const dayOf = (moment: Date): string => moment.toISOString().slice(0, 10);

async function* inPages(rows: readonly SalesRow[]): AsyncGenerator<Buffer, void> {
  for (let start = 0; start < rows.length; start += PAGE_ROWS) {
    yield Buffer.from(JSON.stringify(rows.slice(start, start + PAGE_ROWS)));
  }
}
