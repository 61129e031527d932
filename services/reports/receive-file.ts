import type { Logger } from "moleculer";
import { addAbortSignal, type Readable } from "node:stream";
import { fail } from "../../contracts/errors";
import { hasCode, messageOf } from "../../lib/errors";
import type { Database } from "../../lib/store/database";
import { addPiece, deleteFile } from "./store/file-store";

const PIECE_BYTES = 64 * 1024;
/** Below the deadline of the actions that take a file: nobody waits for an upload any more then. */
const UPLOAD_LIMIT_MS = 115_000;

export interface Receiver {
  readonly db: Database;
  readonly logger: Pick<Logger, "warn">;
}

/**
 * Stores an upload for a job to come, no faster than the database takes it, and answers its size in
 * bytes. One that breaks off leaves nothing behind. Throws BAD_REQUEST, and whatever expected
 * failure the stream ended with.
 */
export async function receiveFile(
  { db, logger }: Receiver,
  jobId: string,
  stream: Readable,
): Promise<number> {
  let pieces = 0;
  let size = 0;
  try {
    const limited = addAbortSignal(AbortSignal.timeout(UPLOAD_LIMIT_MS), stream);
    for await (const piece of inPieces(bytesOf(limited), PIECE_BYTES)) {
      await addPiece(db, jobId, pieces, piece);
      pieces += 1;
      size += piece.length;
    }
    return size;
  } catch (error) {
    await deleteFile(db, jobId).catch((reason: unknown) =>
      logger.warn(`half an upload is left for the sweep: ${messageOf(reason)}`),
    );
    throw error;
  }
}

/** Joins chunks to pieces of at least `size` bytes; the last may be smaller. */
export async function* inPieces(
  chunks: AsyncIterable<Buffer>,
  size: number,
): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    held.push(chunk);
    length += chunk.length;
    if (length < size) continue;
    yield Buffer.concat(held);
    held = [];
    length = 0;
  }
  if (length > 0) yield Buffer.concat(held);
}

/** What a stream carries; a failure of it is the client's, or was named by the gateway. */
export async function* bytesOf(stream: Readable): AsyncGenerator<Buffer> {
  try {
    // A cast, since a Readable does not say what it carries.
    for await (const chunk of stream as AsyncIterable<Buffer | string>) {
      yield typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    }
  } catch (error) {
    if (hasCode(error, "BAD_REQUEST", "PAYLOAD_TOO_LARGE")) throw error;
    throw fail("BAD_REQUEST", "the upload broke off");
  }
}
