import { copyFile, mkdir, open, readFile, rename, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import type { Logger } from "moleculer";
import { messageOf, unavailable } from "../errors";
import { parseChanges, toLine, type Change, type Contents } from "./change-lines";
import { cutTornTail } from "./torn-tail";

export type { Change } from "./change-lines";

export interface DurableMapOptions {
  readonly file: string;
  readonly logger: Pick<Logger, "warn" | "error">;
  /** The file is rewritten once it is this long and four times what it has to be (1 MiB). */
  readonly compactAtBytes?: number;
}

interface Write {
  readonly line: string;
  readonly done: () => void;
  readonly failed: (reason: Error) => void;
}

const COMPACT_AT_BYTES = 1024 * 1024;
const GROWTH = 4;
const CHUNK = 256 * 1024;

/**
 * A map in memory that outlives the process. A write changes memory at once, so that whoever reads,
 * decides and writes without an await in between needs no lock, and resolves when its line is in the
 * file. What is written meanwhile shares the next append. A line is all of one write or nothing of it.
 *
 * It survives `kill -9` at any point; a power cut may cost what the system had not yet put on disk.
 */
export class DurableMap<Value> {
  readonly #options: DurableMapOptions;
  readonly #values: Map<string, Value>;
  #file: FileHandle;
  #bytes: number;
  #compactAt: number;
  /** The file may end in half a line, so that nothing can be appended before it is rewritten. */
  #suspect: boolean;
  #waiting: Write[] = [];
  #flushing: Promise<void> | null = null;
  #closed = false;

  private constructor(options: DurableMapOptions, file: FileHandle, found: Contents<Value>) {
    this.#options = options;
    this.#file = file;
    this.#values = found.values;
    this.#bytes = found.bytes;
    this.#compactAt = options.compactAtBytes ?? COMPACT_AT_BYTES;
    this.#suspect = found.damaged > 0;
  }

  static async open<Value>(options: DurableMapOptions): Promise<DurableMap<Value>> {
    const { file, logger } = options;
    await mkdir(dirname(file), { recursive: true });
    const torn = await cutTornTail(file);
    if (torn > 0) logger.warn(`${file}: cut ${torn} bytes of a write that a crash interrupted`);
    const handle = await open(file, "a");
    const found = parseChanges<Value>(await readFile(file));
    if (found.damaged > 0) {
      const copy = `${file}.damaged-${Date.now()}`;
      await copyFile(file, copy);
      logger.error(`${file}: ${found.damaged} damaged lines are lost; the file is kept as ${copy}`);
    }
    return new DurableMap(options, handle, found);
  }

  get(key: string): Value | undefined {
    return this.#values.get(key);
  }

  entries(): IterableIterator<[string, Value]> {
    return this.#values.entries();
  }

  get size(): number {
    return this.#values.size;
  }

  /**
   * Makes all changes, or after a crash none. With no change, waits until all that is in memory is in
   * the file too. Rejects with SERVICE_UNAVAILABLE when the disk refuses: memory has the change then,
   * and the file gets it with the next write that succeeds.
   */
  write(changes: readonly Change<Value>[]): Promise<void> {
    if (this.#closed) return Promise.reject(unavailable(new Error("the store is closed")));
    for (const [key, value] of changes) {
      if (value === null) this.#values.delete(key);
      else this.#values.set(key, value);
    }
    return new Promise((done, failed) => {
      this.#waiting.push({ line: changes.length > 0 ? toLine(changes) : "", done, failed });
      this.#flushing ??= this.#flush();
    });
  }

  /** Ends after all writes in hand. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#flushing;
    await this.#file.close();
  }

  async #flush(): Promise<void> {
    // Writes of this same turn of the event loop share the first append.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0);
      try {
        // A rewritten file holds all of memory, and so this batch.
        if (this.#suspect) await this.#rewrite();
        else await this.#append(batch);
        for (const write of batch) write.done();
      } catch (error) {
        this.#suspect = true;
        this.#options.logger.error(`${this.#options.file} cannot be written: ${messageOf(error)}`);
        for (const write of batch) write.failed(unavailable(error));
      }
      await this.#compactWhenDue();
    }
    this.#flushing = null;
  }

  async #append(batch: readonly Write[]): Promise<void> {
    const text = batch.map((write) => write.line).join("");
    if (text === "") return;
    await this.#file.appendFile(text);
    this.#bytes += Buffer.byteLength(text);
  }

  async #compactWhenDue(): Promise<void> {
    if (this.#bytes < this.#compactAt || this.#suspect) return;
    try {
      await this.#rewrite();
    } catch (error) {
      // The old file is whole and goes on; the next try waits until it has grown once more.
      this.#compactAt = this.#bytes * 2;
      this.#options.logger.warn(`cannot compact ${this.#options.file}: ${messageOf(error)}`);
    }
  }

  /** Writes memory as it is now to a new file, which then takes the place of the old one. */
  async #rewrite(): Promise<void> {
    const { file, compactAtBytes = COMPACT_AT_BYTES } = this.#options;
    const entries = [...this.#values];
    const next = await open(`${file}.new`, "w");
    let bytes: number;
    try {
      bytes = await writeAll(next, entries);
      await next.sync();
      await rename(`${file}.new`, file);
    } catch (error) {
      await next.close();
      throw error;
    }
    const old = this.#file;
    this.#file = next;
    this.#bytes = bytes;
    this.#suspect = false;
    this.#compactAt = Math.max(compactAtBytes, bytes * GROWTH);
    await old.close();
  }
}

/** In pieces, so that others get their turn. Returns the length in bytes. */
async function writeAll<Value>(file: FileHandle, entries: [string, Value][]): Promise<number> {
  let bytes = 0;
  let text = "";
  for (const [index, entry] of entries.entries()) {
    text += toLine([entry]);
    if (text.length < CHUNK && index < entries.length - 1) continue;
    bytes += Buffer.byteLength(text);
    await file.appendFile(text);
    text = "";
  }
  return bytes;
}
