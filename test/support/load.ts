export interface Outcome {
  /** When it began, by `performance.now()`. */
  readonly at: number;
  readonly ms: number;
  /** Null for a success. */
  readonly failure: string | null;
}

const TICK_MS = 10;

/**
 * Sends `perSecond` requests a second, whether or not the ones before were answered, until stopped.
 * A request that succeeds resolves, one that fails rejects.
 */
export class Load {
  readonly #outcomes: Promise<Outcome>[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(perSecond: number, send: () => Promise<unknown>) {
    const began = performance.now();
    this.#timer = setInterval(() => {
      const due = ((performance.now() - began) / 1_000) * perSecond;
      while (this.#outcomes.length < due) this.#outcomes.push(outcomeOf(send()));
    }, TICK_MS);
  }

  /** What became of all requests. */
  async stop(): Promise<Outcome[]> {
    clearInterval(this.#timer);
    return Promise.all(this.#outcomes);
  }
}

async function outcomeOf(request: Promise<unknown>): Promise<Outcome> {
  const at = performance.now();
  try {
    await request;
    return { at, ms: performance.now() - at, failure: null };
  } catch (error) {
    const { type, message } = error as { type?: string; message?: string };
    return { at, ms: performance.now() - at, failure: `${type ?? ""} ${message ?? ""}`.trim() };
  }
}

export const failuresOf = (outcomes: readonly Outcome[]): Outcome[] =>
  outcomes.filter(({ failure }) => failure !== null);
