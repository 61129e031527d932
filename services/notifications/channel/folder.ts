import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Puts a whole file into a folder, or nothing: it is written aside and renamed. The same name
 * replaces the file, so that a message which is sent again is still there once.
 */
export async function putFile(
  folder: string,
  name: string,
  content: Buffer | string,
): Promise<void> {
  const path = join(folder, name);
  try {
    await writeFile(`${path}.part`, content);
  } catch (error) {
    // Not there yet, or an operator has emptied the mailbox by removing it.
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    await mkdir(folder, { recursive: true });
    await writeFile(`${path}.part`, content);
  }
  await rename(`${path}.part`, path);
}
