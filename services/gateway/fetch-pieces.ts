import { messageOf } from "../../lib/errors";
import type { Pieces } from "../../lib/mesh/contract";

/** Asks an action of the mesh for what `{ content }` holds. */
export type AskForPiece = (action: string, params: object) => Promise<unknown>;

interface Log {
  warn(message: string): void;
}

/**
 * The bytes, with one piece in memory at a time. Rejects when the first one cannot be had, as long as
 * there is still an answer to refuse with.
 */
export async function fetchPieces(
  { action, params, count }: Pieces,
  ask: AskForPiece,
  log: Log,
): Promise<AsyncIterable<Buffer>> {
  const fetchPiece = async (piece: number): Promise<Buffer> => {
    // The contract of such an action says so (lib/mesh/contract.ts).
    const { content } = (await ask(action, { ...params, piece })) as { content: string };
    return Buffer.from(content, "base64");
  };
  const first = await fetchPiece(0);
  return (async function* () {
    yield first;
    for (let piece = 1; piece < count; piece++) {
      yield await fetchPiece(piece).catch((error: unknown) => {
        log.warn(`${action} did not answer piece ${piece} of ${count}: ${messageOf(error)}`);
        throw error;
      });
    }
  })();
}
