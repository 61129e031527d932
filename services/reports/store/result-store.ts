import type { Queryable } from "../../../lib/store/database";

/** What a job made, to be downloaded. */
export interface ResultFile {
  readonly contentType: string;
  /** Letters, digits, hyphens and dots. */
  readonly fileName: string;
  readonly bytes: Uint8Array;
}

export const saveResult = async (
  tx: Queryable,
  jobId: string,
  { contentType, fileName, bytes }: ResultFile,
): Promise<void> => {
  await tx.query(
    "INSERT INTO job_result (job_id, content_type, file_name, bytes) VALUES ($1, $2, $3, $4)",
    [jobId, contentType, fileName, Buffer.from(bytes)],
  );
};

export async function findResult(db: Queryable, jobId: string): Promise<ResultFile | null> {
  const [row] = await db.query<ResultFile>(
    `SELECT content_type AS "contentType", file_name AS "fileName", bytes
     FROM job_result WHERE job_id = $1`,
    [jobId],
  );
  return row ?? null;
}
