import { importProducts, PRODUCT_IMPORT } from "./import-products";
import type { JobRun, JobTools } from "./job-run";
import { reportSales, SALES_REPORT } from "./report-sales";
import type { ResultFile } from "./store/result-store";

/**
 * Does a job from `job.position` on, saving as it goes. Returns when all of it is done, with what
 * there is to download; throws
 * JobFailed when that can never be, and anything else to be tried again.
 */
export type JobType = (job: JobRun, tools: JobTools) => Promise<ResultFile | void>;

/** Jobs of which a process does one at a time. */
export interface Lane {
  readonly types: Readonly<Record<string, JobType>>;
  /** One of them at a time wherever, in the order in which they were queued. */
  readonly inOrder: boolean;
}

/**
 * Every kind of job that this service does, in lanes: a report does not wait for a long import. Of
 * two imports the younger file has the last word.
 */
// A run of a type has the params of that type: whoever queued it wrote them.
export const lanes: readonly Lane[] = [
  { types: { [PRODUCT_IMPORT]: importProducts as JobType }, inOrder: true },
  { types: { [SALES_REPORT]: reportSales as JobType }, inOrder: false },
];
