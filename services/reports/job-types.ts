import type { Caller } from "../../lib/mesh/types";
import { importProducts, PRODUCT_IMPORT } from "./import-products";
import type { JobRun } from "./job-run";

/**
 * Does a job from `job.position` on, saving as it goes. Returns when all of it is done; throws
 * JobFailed when that can never be, and anything else to be tried again.
 */
export type JobType = (job: JobRun, mesh: Caller) => Promise<void>;

/** Every kind of job that this service does. */
export const jobTypes: Readonly<Record<string, JobType>> = {
  // A run of this type has the params of this type: `queueImport` wrote them.
  [PRODUCT_IMPORT]: importProducts as JobType,
};
