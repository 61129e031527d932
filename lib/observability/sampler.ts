import type { Logger, ServiceBroker } from "moleculer";
import { reasonOf } from "../errors";
import { outsideScope } from "./scope";

export interface SamplerOptions {
  readonly name: string;
  readonly everyMs: number;
  readonly logger: Pick<Logger, "warn">;
  readonly sample: () => Promise<void> | void;
}

const LONGEST_PAUSE_MS = 300_000;

/**
 * Looks at something now and then for its gauges, so that a scrape only reads memory, however often
 * it comes. What does not answer is asked ever more rarely.
 */
export class Sampler {
  readonly #options: SamplerOptions;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | null = null;
  #pause: number;
  #stopped = false;

  constructor(options: SamplerOptions) {
    this.#options = options;
    this.#pause = options.everyMs;
  }

  start(): this {
    this.#round = outsideScope(() => this.#look());
    return this;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#round;
  }

  async #look(): Promise<void> {
    const { name, everyMs, logger, sample } = this.#options;
    try {
      await sample();
      this.#pause = everyMs;
    } catch (error) {
      // Told at the first failure; those who care for the cause log it themselves.
      if (this.#pause === everyMs) logger.warn(`${name} cannot be sampled: ${reasonOf(error)}`);
      this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS);
    }
    if (this.#stopped) return;
    this.#timer = setTimeout(() => (this.#round = this.#look()), this.#pause).unref();
  }
}

/** A started sampler, or null where metrics are off. */
export const startSampler = (broker: ServiceBroker, options: SamplerOptions): Sampler | null =>
  broker.isMetricsEnabled() ? new Sampler(options).start() : null;
