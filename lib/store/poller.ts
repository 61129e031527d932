import type { Logger } from "moleculer";
import { messageOf } from "../errors";

export interface PollerOptions {
  readonly name: string;
  /** The longest time between two rounds. */
  readonly everyMs: number;
  readonly logger: Pick<Logger, "warn">;
  /** One round; rounds never overlap. One that throws is logged and tried again at the next. */
  readonly run: () => Promise<void>;
}

/**
 * Runs a round now and then, and at once when woken. What was woken for may be lost in a crash;
 * the clock finds it.
 */
export class Poller {
  readonly #options: PollerOptions;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | null = null;
  #again = false;
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
    else this.#round = this.#runRounds();
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
    let failed = false;
    do {
      this.#again = false;
      try {
        await this.#options.run();
      } catch (error) {
        failed = true;
        this.#options.logger.warn(`${this.#options.name}: ${messageOf(error)}`);
      }
    } while (this.#again && !failed && this.#running());
    this.#round = null;
    if (this.#running()) this.#timer = setTimeout(() => this.wake(), this.#options.everyMs);
  }

  #running(): boolean {
    return this.#state === "started";
  }
}
