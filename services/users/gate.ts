export interface GateOptions {
  /** Pieces of work that run at once. */
  readonly limit: number;
  /** How many more may wait. */
  readonly queueLimit: number;
  /** Work that waited longer is not begun: whoever asked for it has given up or soon will. */
  readonly maxWaitMs: number;
  /** Makes the error of work that is not let in. */
  readonly refuse: () => Error;
}

interface Waiting {
  readonly since: number;
  readonly enter: () => void;
  readonly refuse: (error: Error) => void;
}

/** Lets so much work run at once, some more wait for a while, and refuses the rest. */
export class Gate {
  readonly #options: GateOptions;
  readonly #queue: Waiting[] = [];
  #running = 0;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    await this.#enter();
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  async #enter(): Promise<void> {
    const { limit, queueLimit, refuse } = this.#options;
    if (this.#running < limit) {
      this.#running++;
      return;
    }
    if (this.#queue.length >= queueLimit) throw refuse();
    await new Promise<void>((resolve, reject) =>
      this.#queue.push({ since: performance.now(), enter: resolve, refuse: reject }),
    );
  }

  /** Hands the place on to the first that still waits for it. */
  #leave(): void {
    const { maxWaitMs, refuse } = this.#options;
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
      if (performance.now() - next.since <= maxWaitMs) return next.enter();
      next.refuse(refuse());
    }
    this.#running--;
  }
}
