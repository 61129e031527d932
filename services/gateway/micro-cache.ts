import { SingleFlight } from "../../lib/single-flight";
import type { Answer } from "./exchange";

const LIFE_MS = 1_000;
const MAX_BYTES = 32 * 1024 * 1024;
const MAX_ENTRIES = 5_000;
/** What an entry weighs beside its body. */
const OVERHEAD_BYTES = 1_024;

const SLACK = 1 / 32;
const lessSlack = (limit: number): number => limit - Math.floor(limit * SLACK);

interface Entry {
  readonly service: string;
  readonly answer: Answer;
  readonly bytes: number;
  readonly freshUntil: number;
}

export interface MicroCacheOptions {
  readonly lifeMs?: number;
  readonly maxBytes?: number;
  readonly maxEntries?: number;
  readonly now?: () => number;
}

/**
 * Answers that are the same for everybody, as bytes, for at most a second and until their service
 * says that something changed. One request a key asks the service; the others wait for it.
 */
export class MicroCache {
  // All entries live equally long, so the order of insertion is the order of expiry: first in, first out.
  readonly #entries = new Map<string, Entry>();
  readonly #loading = new SingleFlight<Answer>();
  readonly #options: Required<MicroCacheOptions>;
  #bytes = 0;

  constructor(options: MicroCacheOptions = {}) {
    this.#options = {
      lifeMs: LIFE_MS,
      maxBytes: MAX_BYTES,
      maxEntries: MAX_ENTRIES,
      now: () => performance.now(),
      ...options,
    };
  }

  /** The fresh answer to a GET of `url`. */
  get(url: string): Answer | undefined {
    const entry = this.#entries.get(url);
    return entry && this.#options.now() < entry.freshUntil ? entry.answer : undefined;
  }

  /** The fresh answer, or the one that `load` brings; only a 200 is kept. */
  async load(url: string, service: string, load: () => Promise<Answer>): Promise<Answer> {
    const kept = this.get(url);
    if (kept) return kept;
    return this.#loading.run(url, load, (answer) => this.#keep(url, service, answer));
  }

  /** Forgets what `service` answered; what is being asked now is not kept, nor shared with later comers. */
  clear(service: string): void {
    for (const [url, entry] of this.#entries) if (entry.service === service) this.#drop(url, entry);
    this.#loading.forget();
  }

  get size(): { readonly entries: number; readonly bytes: number } {
    return { entries: this.#entries.size, bytes: this.#bytes };
  }

  #keep(url: string, service: string, answer: Answer): void {
    if (answer.status !== 200) return;
    const old = this.#entries.get(url);
    if (old) this.#drop(url, old);
    const bytes = url.length + Buffer.byteLength(answer.body ?? "") + OVERHEAD_BYTES;
    const freshUntil = this.#options.now() + this.#options.lifeMs;
    this.#entries.set(url, { service, answer, bytes, freshUntil });
    this.#bytes += bytes;
    this.#makeRoom();
  }

  /** Beyond a limit, some more at a time: a map passes over all that was deleted before its first entry. */
  #makeRoom(): void {
    const { maxBytes, maxEntries } = this.#options;
    const exceeds = (entries: number, bytes: number) =>
      this.#entries.size > entries || this.#bytes > bytes;
    if (!exceeds(maxEntries, maxBytes)) return;
    for (const [first, entry] of this.#entries) {
      if (!exceeds(lessSlack(maxEntries), lessSlack(maxBytes))) break;
      this.#drop(first, entry);
    }
  }

  #drop(url: string, entry: Entry): void {
    this.#entries.delete(url);
    this.#bytes -= entry.bytes;
  }
}
