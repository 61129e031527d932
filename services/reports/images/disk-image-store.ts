import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { newId } from "../../../lib/ids";
import { sqlState as codeOf } from "../../../lib/store/database";
import { isImageName } from "./make-variants";
import type { ImageStore } from "./image-store";

/** Pictures as files of one folder, which all replicas have to share. */
export class DiskImageStore implements ImageStore {
  constructor(readonly folder: string) {}

  async put(name: string, bytes: Buffer): Promise<void> {
    const path = this.#path(name);
    await mkdir(this.folder, { recursive: true });
    // Under its name a file is whole, whenever the process dies.
    const unfinished = join(this.folder, `${newId()}.tmp`);
    await writeFile(unfinished, bytes, { flush: true });
    await rename(unfinished, path);
  }

  async get(name: string): Promise<Buffer | null> {
    if (!isImageName(name)) return null;
    try {
      return await readFile(this.#path(name));
    } catch (error) {
      if (codeOf(error) === "ENOENT") return null;
      throw error;
    }
  }

  /** Only names of ours make a path, so that none leads out of the folder. */
  #path(name: string): string {
    if (!isImageName(name)) throw new Error(`no name of an image: ${name}`);
    return join(this.folder, name);
  }
}
