import type { Job } from "../../../contracts/reports";
import type { RetentionRule } from "../../../lib/messaging/retention";
import { toPage } from "../../../lib/store/cursor";
import type { Queryable } from "../../../lib/store/database";
import type { RowError } from "../domain/imported-product";
import type { Counts, Progress, Saving } from "../domain/progress-log";

export interface NewJob {
  readonly id: string;
  readonly type: string;
  readonly params: object;
  /** What the job is going to count, each at zero. */
  readonly counts: Counts;
}

export interface JobRow {
  readonly id: string;
  readonly type: string;
  readonly status: Job["status"];
  readonly done: number;
  readonly total: number;
  readonly counts: Counts;
  readonly error_count: number;
  readonly errors: RowError[];
  readonly created_at: Date;
  readonly updated_at: Date;
}

/** The right to work on a job, until another worker takes it. */
export interface Lease {
  readonly id: string;
  readonly lease: number;
}

export interface ClaimedJob extends Lease, Progress {
  readonly type: string;
  readonly params: unknown;
  /** How often it was begun since it last made progress, this time included. */
  readonly attempts: number;
}

export const insertJob = async (tx: Queryable, job: NewJob): Promise<void> => {
  await tx.query("INSERT INTO job (id, type, params, counts) VALUES ($1, $2, $3, $4)", [
    job.id,
    job.type,
    JSON.stringify(job.params),
    JSON.stringify(job.counts),
  ]);
};

/** Its errors as their rows stand in the file; what is about none of them, on row 0, comes last. */
export async function findJob(db: Queryable, id: string): Promise<JobRow | null> {
  const [row] = await db.query<JobRow>(
    `SELECT id, type, status, done, total, counts, error_count, created_at, updated_at,
       (SELECT coalesce(json_agg(json_build_object('row', e.row, 'message', e.message)
                                 ORDER BY e.row = 0, e.row, e.n), '[]')
        FROM job_error e WHERE e.job_id = job.id) AS errors
     FROM job WHERE id = $1`,
    [id],
  );
  return row ?? null;
}

export type JobSummaryRow = Omit<JobRow, "counts" | "error_count" | "errors">;

/** Newest first; the ids are UUIDv7. */
export async function listJobs(db: Queryable, before: string | null, limit: number) {
  const rows = await db.query<JobSummaryRow>(
    `SELECT id, type, status, done, total, created_at, updated_at FROM job
     WHERE $2::uuid IS NULL OR id < $2 ORDER BY id DESC LIMIT $1`,
    [limit + 1, before],
  );
  return toPage(rows, limit, ({ id }) => [id]);
}

/**
 * Ends a job that is not over. Whoever works on it loses its lease, and with it every right to write;
 * its file is left for the sweep, since that worker may be reading it.
 */
export const cancelJob = async (db: Queryable, id: string, message: string): Promise<void> => {
  await db.query(
    `WITH ended AS (
       UPDATE job SET status = 'failed', lease = lease + 1, error_count = error_count + 1,
         updated_at = now()
       WHERE id = $1 AND status IN ('queued', 'running') RETURNING id, error_count
     )
     INSERT INTO job_error (job_id, n, row, message) SELECT id, error_count, 0, $2 FROM ended`,
    [id, message],
  );
};

export interface ClaimOptions {
  readonly types: readonly string[];
  /** One of these types is done at a time, wherever, in the order in which they were queued. */
  readonly inOrder: boolean;
  readonly node: string;
  readonly leaseMs: number;
}

/**
 * Takes the job that waited longest: a new one, or one whose worker let its lease run out. In order,
 * none is taken before each older one is over, nor while the lease of another lasts: whoever works on
 * one that was cancelled has not noticed yet, and of two that are queued at the same moment the younger
 * may be seen first.
 */
export async function claimJob(
  db: Queryable,
  { types, inOrder, node, leaseMs }: ClaimOptions,
): Promise<ClaimedJob | null> {
  const [row] = await db.query<ClaimedJob>(
    `UPDATE job SET status = 'running', attempts = attempts + 1, lease = lease + 1, node = $2,
       due_at = now() + $3::int * interval '1 millisecond', updated_at = now()
     WHERE id = (
       SELECT id FROM job
       WHERE status IN ('queued', 'running') AND due_at <= now() AND type = ANY($1)
         AND NOT ($4 AND EXISTS (
           SELECT FROM job other WHERE other.type = ANY($1) AND (
             other.due_at > now() OR (
               other.status IN ('queued', 'running')
               AND (other.created_at, other.id) < (job.created_at, job.id)))))
       ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING id, type, params, done, total, position, counts, error_count AS "errorCount",
       attempts, lease`,
    [types, node, leaseMs, inOrder],
  );
  return row ?? null;
}

/** False when somebody else has the job by now. */
export const renewLease = async (
  db: Queryable,
  { id, lease }: Lease,
  leaseMs: number,
): Promise<boolean> =>
  has(
    await db.query(
      `UPDATE job SET due_at = now() + $3::int * interval '1 millisecond'
       WHERE id = $1 AND lease = $2 AND status = 'running' RETURNING id`,
      [id, lease, leaseMs],
    ),
  );

/** Writes down how far a job is. False, and nothing written, when somebody else has it by now. */
export const saveProgress = async (
  db: Queryable,
  { id, lease }: Lease,
  { progress, errors }: Saving,
): Promise<boolean> =>
  has(
    await db.query(
      `WITH saved AS (
         UPDATE job SET done = $3, total = $4, position = $5, counts = $6, error_count = $7,
           attempts = CASE WHEN position < $5 THEN 0 ELSE attempts END, updated_at = now()
         WHERE id = $1 AND lease = $2 AND status = 'running' RETURNING id
       ), noted AS (
         INSERT INTO job_error (job_id, n, row, message)
         SELECT saved.id, e.n, e.row, e.message
         FROM saved, json_to_recordset($8::json) AS e(n int, row int, message text)
       )
       SELECT id FROM saved`,
      [
        id,
        lease,
        progress.done,
        progress.total,
        progress.position,
        JSON.stringify(progress.counts),
        progress.errorCount,
        JSON.stringify(errors),
      ],
    ),
  );

/** The caller has saved the last progress in the same transaction, and so holds the lease. */
export const endJob = async (
  tx: Queryable,
  { id }: Lease,
  status: "completed" | "failed",
): Promise<void> => {
  await tx.query("UPDATE job SET status = $2, due_at = now() WHERE id = $1", [id, status]);
};

/** Gives the job back, to be taken after `delayMs`. A start that is `uncounted` is not held against it. */
export const putOff = async (
  db: Queryable,
  { id, lease }: Lease,
  { delayMs, attempt }: { readonly delayMs: number; readonly attempt: "counted" | "uncounted" },
): Promise<void> => {
  await db.query(
    `UPDATE job SET due_at = now() + $3::int * interval '1 millisecond',
       attempts = greatest(0, attempts - $4::int)
     WHERE id = $1 AND lease = $2 AND status = 'running'`,
    [id, lease, delayMs, attempt === "counted" ? 0 : 1],
  );
};

const has = (rows: readonly unknown[]): boolean => rows.length > 0;

/** A month after its end a job goes, with its errors and its result. */
export const endedJobs: RetentionRule = {
  name: "jobs",
  sql: `DELETE FROM job WHERE id IN (
    SELECT id FROM job WHERE status IN ('completed', 'failed') AND updated_at < now() - interval '30 days'
    ORDER BY id LIMIT $1)`,
};
