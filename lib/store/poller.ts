import type { Logger } from "moleculer";
import { reasonOf } from "../errors";
import { outsideScope } from "../observability/scope";

export interface PollerOptions {
  readonly name: string;
  /** The longest time between two rounds. */
  readonly everyMs: number;
  readonly logger: Pick<Logger, "warn">;
  /** One round; rounds never overlap. One that throws is logged and tried again at the next. */
  readonly run: () => Promise<void>;
}

/** While rounds fail they come ever more rarely, up to this. */
const LONGEST_PAUSE_MS = 2_000;

const isPowerOfTwo = (n: number): boolean => (n & (n - 1)) === 0;

/**
 * Runs a round now and then, and at once when woken. What was woken for may be lost in a crash;
 * the clock finds it.
 */
export class Poller {
  readonly #options: PollerOptions;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | null = null;
  #again = false;
  /** Rounds that failed since the last good one. */
  #failures = 0;
  #state: "idle" | "started" | "stopped" = "idle";

  constructor(options: PollerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#state = "started";
    this.wake();
  }

  wake(): void {
    if (this.#state !== "started") return;
    if (this.#round) this.#again = true;
    else this.#round = outsideScope(() => this.#runRounds());
  }

  async stop(): Promise<void> {
    this.#state = "stopped";
    clearTimeout(this.#timer);
    await this.#round;
  }

  async #runRounds(): Promise<void> {
    clearTimeout(this.#timer);
    // Wakes of this same turn of the event loop share the round.
    await new Promise(setImmediate);
    do {
      this.#again = false;
      await this.#runOnce();
    } while (this.#again && this.#failures === 0 && this.#running());
    this.#round = null;
    if (this.#running()) this.#timer = setTimeout(() => this.wake(), this.#pause());
  }

  async #runOnce(): Promise<void> {
    const { name, logger, run } = this.#options;
    try {
      await run();
      if (this.#failures > 0) logger.warn(`${name}: works again`);
      this.#failures = 0;
    } catch (error) {
      this.#failures++;
      // An outage is told at its beginning and ever more rarely, not at each round.
      if (isPowerOfTwo(this.#failures)) {
        logger.warn(`${name}: ${reasonOf(error)} (failed ${this.#failures} times)`);
      }
    }
  }

  #pause(): number {
    const { everyMs } = this.#options;
    return Math.max(everyMs, Math.min(everyMs * 2 ** this.#failures, LONGEST_PAUSE_MS));
  }

  #running(): boolean {
    return this.#state === "started";
  }
}
