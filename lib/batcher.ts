/** What became of each item of a batch, in their order; a promise that rejects fails its item alone. */
type Results<Result> = [Result] extends [void] ? void : readonly (Result | Promise<Result>)[];

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly done: (result: Result | Promise<Result>) => void;
  readonly failed: (reason: unknown) => void;
}

/** Who has waited so long for the batch before goes on another lane. */
const LATE_MS = 50;

/**
 * Handles one batch at a time; what is added meanwhile makes the next. Alone, an item waits for
 * nothing; under load, many share one commit or one question. With more lanes than one, a batch that
 * hangs holds up its own items only.
 */
export class Batcher<Item, Result = void> {
  readonly #handle: (batch: readonly Item[]) => Promise<Results<Result>>;
  readonly #limit: number;
  readonly #lanes: number;
  readonly #waiting: Waiting<Item, Result>[] = [];
  #running = 0;
  #late: NodeJS.Timeout | undefined;

  constructor(
    handle: (batch: readonly Item[]) => Promise<Results<Result>>,
    limit: number,
    lanes = 1,
  ) {
    this.#handle = handle;
    this.#limit = limit;
    this.#lanes = lanes;
  }

  /** Resolves once the batch with `item` is handled; rejects when handling it failed. */
  add(item: Item): Promise<Result> {
    return new Promise((done, failed) => {
      this.#waiting.push({ item, done, failed });
      if (this.#running === 0) void this.#run();
      else this.#expectLateness();
    });
  }

  /** Another lane, for who is still waiting by then. */
  #expectLateness(): void {
    if (this.#late || this.#waiting.length === 0 || this.#running >= this.#lanes) return;
    this.#late = setTimeout(() => {
      this.#late = undefined;
      if (this.#waiting.length > 0) void this.#run();
      this.#expectLateness();
    }, LATE_MS);
  }

  async #run(): Promise<void> {
    this.#running += 1;
    // Whatever else is added in this turn of the event loop joins the first batch.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#limit);
      clearTimeout(this.#late);
      this.#late = undefined;
      this.#expectLateness();
      try {
        const results = await this.#handle(batch.map(({ item }) => item));
        // Without results there is nothing to tell: `Result` is void then.
        for (const [n, { done }] of batch.entries()) done(results?.[n] as Result);
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    this.#running -= 1;
  }
}
