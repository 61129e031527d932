import { setTimeout as sleep } from "node:timers/promises";
import { hasCode } from "../../lib/errors";

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;

export interface Patience {
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  readonly onWait: (error: unknown, pauseMs: number) => void;
}

/**
 * Calls again, ever more slowly, for as long as nobody can answer; what an answer throws goes on to
 * the caller. For idempotent calls only: one that timed out may have been carried out.
 */
export async function callPatiently<T>(
  call: () => Promise<T>,
  { signal, onWait }: Patience,
): Promise<T> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      return await call();
    } catch (error) {
      if (!isAway(error)) throw error;
      onWait(error, pause);
      // Spread, so that replicas that wait for the same service do not come back as one.
      await sleep(pause * (0.5 + Math.random() / 2), undefined, { signal });
    }
  }
}

/** Whether it is not the request's fault: a store or service is away, or did not answer in time. */
const isAway = (error: unknown): boolean =>
  hasCode(error, "SERVICE_UNAVAILABLE", "REQUEST_SKIPPED") || isRetryable(error);

/** How Moleculer marks its own failures of that kind; the mark survives the wire. */
const isRetryable = (error: unknown): boolean =>
  error instanceof Error && "retryable" in error && error.retryable === true;
