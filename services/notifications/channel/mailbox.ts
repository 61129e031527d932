import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

const MOST = 20_000;
/** It is looked through once for so many new files, a part of those that it holds. */
const ROUNDS = 20;

/** A folder of messages that stands for the world. It holds the newest, and a twentieth more at most. */
export class Mailbox {
  readonly #folder: string;
  readonly #most: number;
  #written = 0;

  constructor(folder: string, most = MOST) {
    this.#folder = folder;
    this.#most = most;
  }

  /**
   * Puts a whole file into the folder, or nothing: it is written aside and renamed. The same name
   * replaces the file, so that a message which is sent again is still there once. Names begin with a
   * UUIDv7, and so sort by age.
   */
  async put(name: string, content: Buffer | string): Promise<void> {
    const path = join(this.#folder, name);
    try {
      await writeFile(`${path}.part`, content);
    } catch (error) {
      // Not there yet, or an operator has emptied the mailbox by removing it.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      await mkdir(this.#folder, { recursive: true });
      await writeFile(`${path}.part`, content);
    }
    await rename(`${path}.part`, path);
    if (this.#written++ % Math.ceil(this.#most / ROUNDS) === 0) await this.#dropOldest();
  }

  async #dropOldest(): Promise<void> {
    const names = (await readdir(this.#folder)).sort();
    for (const name of names.slice(0, -this.#most)) {
      await rm(join(this.#folder, name), { force: true });
    }
  }
}
