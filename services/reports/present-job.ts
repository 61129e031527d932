import { fail } from "../../contracts/errors";
import type { Job } from "../../contracts/reports";
import type { JobRow } from "./store/job-store";

export const presentJob = (row: JobRow): Job => ({
  id: row.id,
  type: row.type,
  status: row.status,
  progress: { done: row.done, total: row.total },
  errors: row.errors,
  createdAt: row.created_at.toISOString(),
  updatedAt: row.updated_at.toISOString(),
});

/** What a job counted; `failed` is everything that it reported, also what was too much to keep. */
export function presentResult(row: JobRow): Record<string, number> {
  if (row.status !== "completed") throw fail("CONFLICT", `the job is ${row.status}`);
  return { ...row.counts, failed: row.error_count };
}
