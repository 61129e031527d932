import type { Logger } from "moleculer";
import { setTimeout as sleep } from "node:timers/promises";
import { reasonOf } from "../../lib/errors";
import { Poller } from "../../lib/store/poller";

export interface DispatcherOptions<Job> {
  readonly name: string;
  /** The longest time between two looks for work. */
  readonly everyMs: number;
  /** How many jobs may be in hand at this moment. */
  readonly capacity: () => number;
  /** Takes up to `limit` due jobs under a lease that outlasts `run`. */
  readonly claim: (limit: number) => Promise<readonly Job[]>;
  /** Does one job, and notes its result. What it throws is logged; the lease's end brings it back. */
  readonly run: (job: Job) => Promise<void>;
  readonly logger: Pick<Logger, "warn">;
}

/** Something that looks for work by itself, and at once when woken. */
export interface Worker {
  start(): void;
  wake(): void;
  /** Takes on nothing more, and waits up to `limitMs` for what is in hand. */
  stop(limitMs: number): Promise<void>;
}

/** Carries out jobs that rows ask for, several at once, so that a slow one holds up none of the others. */
export class Dispatcher<Job> implements Worker {
  readonly #options: DispatcherOptions<Job>;
  readonly #inHand = new Set<Promise<void>>();
  readonly #poller: Poller;
  /** Whether there may be more due than we had room for. */
  #full = false;

  constructor(options: DispatcherOptions<Job>) {
    this.#options = options;
    const { name, everyMs, logger } = options;
    this.#poller = new Poller({ name, everyMs, logger, run: () => this.#takeOn() });
  }

  start(): void {
    this.#poller.start();
  }

  wake(): void {
    this.#poller.wake();
  }

  async stop(limitMs: number): Promise<void> {
    await this.#poller.stop();
    if (this.#inHand.size === 0) return;
    const limit = new AbortController();
    const done = Promise.all(this.#inHand).finally(() => limit.abort());
    await Promise.race([done, sleep(limitMs, undefined, limit).catch(() => undefined)]);
  }

  async #takeOn(): Promise<void> {
    const room = this.#options.capacity() - this.#inHand.size;
    this.#full = room <= 0;
    if (this.#full) return;
    const jobs = await this.#options.claim(room);
    this.#full = jobs.length === room;
    for (const job of jobs) {
      const inHand = this.#do(job).finally(() => {
        this.#inHand.delete(inHand);
        if (this.#full) this.wake();
      });
      this.#inHand.add(inHand);
    }
  }

  async #do(job: Job): Promise<void> {
    try {
      await this.#options.run(job);
    } catch (error) {
      this.#options.logger.warn(`${this.#options.name}: ${reasonOf(error)}`);
    }
  }
}
