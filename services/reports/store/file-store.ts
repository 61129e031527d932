import type { Queryable } from "../../../lib/store/database";

/** Longer than any upload may take. */
const ORPHAN_AGE = "interval '1 hour'";

export const addPiece = async (
  db: Queryable,
  jobId: string,
  n: number,
  bytes: Buffer,
): Promise<void> => {
  await db.query("INSERT INTO job_file (job_id, n, bytes) VALUES ($1, $2, $3)", [jobId, n, bytes]);
};

/** The file of a job, one piece in memory at a time. */
export async function* readFile(db: Queryable, jobId: string): AsyncGenerator<Buffer, void> {
  for (let n = 0; ; n++) {
    const [piece] = await db.query<{ bytes: Buffer }>(
      "SELECT bytes FROM job_file WHERE job_id = $1 AND n = $2",
      [jobId, n],
    );
    if (!piece) return;
    yield piece.bytes;
  }
}

export const deleteFile = async (db: Queryable, jobId: string): Promise<void> => {
  await db.query("DELETE FROM job_file WHERE job_id = $1", [jobId]);
};

/** Drops what nobody is going to read: of uploads whose process died, and of cancelled jobs. */
export const deleteOrphans = async (db: Queryable): Promise<void> => {
  await db.query(
    `DELETE FROM job_file f WHERE received_at < now() - ${ORPHAN_AGE}
       AND NOT EXISTS (
         SELECT FROM job WHERE id = f.job_id AND status IN ('queued', 'running'))`,
  );
};
