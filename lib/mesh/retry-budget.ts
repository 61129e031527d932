export interface RetryBudgetOptions {
  /** Retries that each call earns (0.1). */
  readonly perCall?: number;
  /** How many may be saved up (200). */
  readonly capacity?: number;
}

/** Keeps retries a small part of all calls, so that they never become the load that keeps a service down. */
export class RetryBudget {
  readonly #perCall: number;
  readonly #capacity: number;
  #tokens: number;

  constructor({ perCall = 0.1, capacity = 200 }: RetryBudgetOptions = {}) {
    this.#perCall = perCall;
    this.#capacity = capacity;
    this.#tokens = capacity;
  }

  earn(): void {
    this.#tokens = Math.min(this.#capacity, this.#tokens + this.#perCall);
  }

  /** Whether one more retry may be made; takes it. */
  spend(): boolean {
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
