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

/** A file, without its bytes. */
export type FoundFile = Omit<ResultFile, "bytes"> & { readonly size: number };

export async function findResult(db: Queryable, jobId: string): Promise<FoundFile | null> {
  const [row] = await db.query<FoundFile>(
    `SELECT content_type AS "contentType", file_name AS "fileName", octet_length(bytes) AS size
     FROM job_result WHERE job_id = $1`,
    [jobId],
  );
  return row ?? null;
}

/** In base64, signed and sealed it stays below the MiB that NATS carries by default. */
const PIECE_BYTES = 256 * 1024;

/** Of a file of `size` bytes; an empty one has one too. */
export const piecesOf = (size: number): number => Math.max(1, Math.ceil(size / PIECE_BYTES));

/** Null when there is no such piece. */
export async function findPiece(
  db: Queryable,
  jobId: string,
  piece: number,
): Promise<Buffer | null> {
  const [row] = await db.query<{ bytes: Buffer }>(
    "SELECT substr(bytes, $2, $3) AS bytes FROM job_result WHERE job_id = $1",
    [jobId, piece * PIECE_BYTES + 1, PIECE_BYTES],
  );
  return row && (row.bytes.length > 0 || piece === 0) ? row.bytes : null;
}
