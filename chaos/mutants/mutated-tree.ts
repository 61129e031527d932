import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Patch } from "./mutant";

const root = join(__dirname, "../..");

/** A text with a patch in it; throws when the place is not there, or there more than once. */
export function patched(text: string, { file, find, replace }: Patch): string {
  const parts = text.split(find);
  if (parts.length !== 2) {
    throw new Error(`dist/${file} has ${parts.length - 1} times, not once: ${find}`);
  }
  return parts.join(replace);
}

/** A copy of the build of this tree with bugs in it: enough to run, and nothing that builds it anew. */
export async function mutatedTree(
  patches: readonly Patch[],
): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "souk-mutant-"));
  for (const name of ["dist", "scripts", "package.json"]) {
    await cp(join(root, name), join(folder, name), { recursive: true });
  }
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  for (const one of patches) {
    const file = join(folder, "dist", one.file);
    await writeFile(file, patched(await readFile(file, "utf8"), one));
  }
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
