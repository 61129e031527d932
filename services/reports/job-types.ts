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

/** Every kind of job that this service does. */
export const jobTypes: Readonly<Record<string, JobType>> = {
  // A run of this type has the params of this type: whoever queued it wrote them.
  [PRODUCT_IMPORT]: importProducts as JobType,
  [SALES_REPORT]: reportSales as JobType,
};
