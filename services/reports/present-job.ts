import { fail } from "../../contracts/errors";
import type { Job, JobResult } from "../../contracts/reports";
import type { JobRow, JobSummaryRow } from "./store/job-store";
import { piecesOf, type FoundFile } from "./store/result-store";

export const presentJob = (row: JobRow): Job => ({ ...summarize(row), errors: row.errors });

export const summarize = (row: JobSummaryRow): Omit<Job, "errors"> => ({
  id: row.id,
  type: row.type,
  status: row.status,
  progress: { done: row.done, total: row.total },
  createdAt: row.created_at.toISOString(),
  updatedAt: row.updated_at.toISOString(),
});

/** What a job made, else what it counted; `failed` is everything that it reported, also what was too much to keep. */
export function presentResult(row: JobRow, file: FoundFile | null): JobResult {
  if (row.status !== "completed") throw fail("CONFLICT", `the job is ${row.status}`);
  if (file) {
    const { contentType, fileName, size: bytes } = file;
    return { contentType, fileName, jobId: row.id, pieces: piecesOf(bytes), bytes };
  }
  return { ...row.counts, failed: row.error_count };
}
