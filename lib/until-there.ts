import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "moleculer";
import { reasonOf } from "./errors";

const RETRY_MS = 500;
const TELL_EVERY_MS = 30_000;

/** For servers that were away at the last try, of whichever part of this process. */
const waits = new Set<unknown>();
const LOOK_MS = 100;

export interface Wait<T> {
  /** As operators know it. */
  readonly name: string;
  readonly logger: Pick<Logger, "warn">;
  readonly tryOnce: () => Promise<T>;
  /** Whether to go on waiting after this error; else it is thrown. */
  readonly isAway: (error: unknown) => boolean;
  /** Whether nobody waits any more: it never settles then, and says nothing. */
  readonly isOver?: () => boolean;
}

/** Tries until a server is there; says at once what it waits for and why, then every half minute. */
export async function untilThere<T>(wait: Wait<T>): Promise<T> {
  const { name, logger, tryOnce, isAway, isOver = () => false } = wait;
  try {
    for (let toldAt = -Infinity; ; await sleep(RETRY_MS)) {
      try {
        return await tryOnce();
      } catch (error) {
        if (isOver()) return new Promise<never>(() => undefined);
        if (!isAway(error)) throw error;
        waits.add(wait);
        if (performance.now() - toldAt < TELL_EVERY_MS) continue;
        toldAt = performance.now();
        logger.warn(`${name} does not answer, and is waited for: ${reasonOf(error)}`);
      }
    }
  } finally {
    waits.delete(wait);
  }
}

/**
 * What `start` comes to; but once `signal` is aborted it may not wait for a server that is away: then
 * this rejects with the signal's reason, and nobody hears of the start any more.
 */
export function startUnlessAway<T>(start: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const look = setInterval(() => {
      if (!signal.aborted || waits.size === 0) return;
      clearInterval(look);
      reject(signal.reason as Error); // whoever aborts says why, as an error
    }, LOOK_MS);
    start.then(resolve, reject).finally(() => clearInterval(look));
  });
}
