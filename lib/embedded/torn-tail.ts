import { open, type FileHandle } from "node:fs/promises";

const BLOCK = 64 * 1024;
const LINE_BREAK = 0x0a;

/**
 * Cuts what stands behind the last line break of an append-only file: a line whose writing a crash
 * interrupted, so that nobody was told it is safe. Returns the number of bytes cut; a file that is
 * not there has none.
 */
export async function cutTornTail(path: string): Promise<number> {
  let handle: FileHandle;
  try {
    handle = await open(path, "r+");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw error;
  }
  try {
    const { size } = await handle.stat();
    const end = await endOfLastLine(handle, size);
    if (end < size) await handle.truncate(end);
    return size - end;
  } finally {
    await handle.close();
  }
}

async function endOfLastLine(handle: FileHandle, size: number): Promise<number> {
  const block = Buffer.alloc(BLOCK);
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - BLOCK);
    await handle.read(block, 0, end - start, start);
    const at = block.subarray(0, end - start).lastIndexOf(LINE_BREAK);
    if (at >= 0) return start + at + 1;
    end = start;
  }
  return 0;
}
