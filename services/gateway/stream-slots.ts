import { fail } from "../../contracts/errors";

const MAX_STREAMS = 5_000;
/** Tabs and devices of one person. */
const MAX_STREAMS_OF_USER = 10;
const RETRY_AFTER_SECONDS = 5;

/** How many streams may be open, at all and of one user: each holds a connection for minutes. */
export class StreamSlots {
  readonly #ofUser = new Map<string, number>();
  #open = 0;
  #closed = false;

  /** Takes a slot; the function that is returned gives it back, once. */
  take(userId: string): () => void {
    const retry = { retryAfter: RETRY_AFTER_SECONDS };
    const ofUser = this.#ofUser.get(userId) ?? 0;
    if (this.#closed || this.#open >= MAX_STREAMS) {
      throw fail("SERVICE_UNAVAILABLE", undefined, retry);
    }
    if (ofUser >= MAX_STREAMS_OF_USER) {
      throw fail("RATE_LIMITED", `at most ${MAX_STREAMS_OF_USER} streams at a time`, retry);
    }
    this.#open++;
    this.#ofUser.set(userId, ofUser + 1);
    let held = true;
    return () => {
      if (held) this.#giveBack(userId);
      held = false;
    };
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  close(): void {
    this.#closed = true;
  }

  #giveBack(userId: string): void {
    this.#open--;
    const left = (this.#ofUser.get(userId) ?? 1) - 1;
    if (left > 0) this.#ofUser.set(userId, left);
    else this.#ofUser.delete(userId);
  }
}
