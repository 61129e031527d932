import { open, rename } from "node:fs/promises";
import { setImmediate as nextTurn } from "node:timers/promises";

const PIECE_CHARACTERS = 256 * 1024;

/**
 * Puts these lines in the place of a file: all of them, or after a crash the old ones. They are made
 * and written a piece at a time, so that neither memory nor the event loop holds all at once.
 */
export async function rewriteFile(file: string, lines: Iterable<string>): Promise<void> {
  const unfinished = `${file}.new`;
  const handle = await open(unfinished, "w");
  try {
    for (const piece of inPieces(lines)) {
      await handle.appendFile(piece);
      await nextTurn();
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(unfinished, file);
}

function* inPieces(lines: Iterable<string>): Generator<string> {
  let piece = "";
  for (const line of lines) {
    piece += `${line}\n`;
    if (piece.length < PIECE_CHARACTERS) continue;
    yield piece;
    piece = "";
  }
  if (piece !== "") yield piece;
}
