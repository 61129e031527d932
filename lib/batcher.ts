interface Waiting<Item> {
  readonly item: Item;
  readonly done: () => void;
  readonly failed: (reason: unknown) => void;
}

/**
 * Handles one batch at a time, or as many as there are lanes; what is added meanwhile makes the next.
 * Alone, an item waits for nothing; under load, many share one commit or one question.
 */
export class Batcher<Item> {
  readonly #handle: (batch: readonly Item[]) => Promise<void>;
  readonly #limit: number;
  readonly #lanes: number;
  readonly #waiting: Waiting<Item>[] = [];
  #running = 0;

  constructor(handle: (batch: readonly Item[]) => Promise<void>, limit: number, lanes = 1) {
    this.#handle = handle;
    this.#limit = limit;
    this.#lanes = lanes;
  }

  /** Resolves once the batch with `item` is handled; rejects when handling it failed. */
  add(item: Item): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ item, done, failed });
      if (this.#running < this.#lanes) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running += 1;
    // Whatever else is added in this turn of the event loop joins the first batch.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#limit);
      try {
        await this.#handle(batch.map(({ item }) => item));
        for (const { done } of batch) done();
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    this.#running -= 1;
  }
}
