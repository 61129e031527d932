export type BreakerState = "closed" | "half-open" | "open";

export interface BreakerOptions {
  /** Failures among the last `window` calls that open it (5 of 10). */
  readonly failures?: number;
  readonly window?: number;
  /** ms for which it stays open at first (1,000); twice as long after each failed probe, up to `maxOpenMs` (8,000). */
  readonly openMs?: number;
  readonly maxOpenMs?: number;
  readonly onChange?: (state: BreakerState) => void;
}

/** Leave to make one call. */
export interface Permit {
  readonly generation: number;
}

/**
 * Watches the calls of one endpoint. Opens when too many of the last ones failed, lets one probe
 * through after a while, and closes when that succeeds. What was begun before a change of state says
 * nothing about the state after it: a late success does not close, a late failure does not open.
 */
export class Breaker {
  readonly #options: Required<BreakerOptions>;
  #state: BreakerState = "closed";
  #generation = 0;
  #probing = false;
  #outcomes: boolean[] = [];
  #openMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: BreakerOptions = {}) {
    this.#options = {
      failures: 5,
      window: 10,
      openMs: 1_000,
      maxOpenMs: 8_000,
      onChange: () => undefined,
      ...options,
    };
    this.#openMs = this.#options.openMs;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** Whether a call may be begun now. */
  get accepts(): boolean {
    return this.#state === "closed" || (this.#state === "half-open" && !this.#probing);
  }

  /** Leave to make a call, to be given back to `settle`; null when none may be made. */
  begin(): Permit | null {
    if (!this.accepts) return null;
    this.#probing = this.#state === "half-open";
    return { generation: this.#generation };
  }

  settle({ generation }: Permit, { failed }: { readonly failed: boolean }): void {
    if (generation !== this.#generation) return;
    switch (this.#state) {
      case "closed":
        return this.#count(failed);
      case "half-open":
        return failed ? this.#open(this.#openMs * 2) : this.#change("closed");
      case "open":
        return; // nothing is begun while it is open
      default:
        throw new Error(`unknown state ${String(this.#state satisfies never)}`);
    }
  }

  /** Forgets its timer; for an endpoint that is gone. */
  dispose(): void {
    clearTimeout(this.#timer);
  }

  #count(failed: boolean): void {
    const { window, failures, openMs } = this.#options;
    this.#outcomes = [...this.#outcomes.slice(1 - window), failed];
    if (this.#outcomes.filter(Boolean).length >= failures) this.#open(openMs);
  }

  #open(ms: number): void {
    this.#openMs = Math.min(ms, this.#options.maxOpenMs);
    this.#timer = setTimeout(() => this.#change("half-open"), this.#openMs).unref();
    this.#change("open");
  }

  #change(state: BreakerState): void {
    this.#state = state;
    this.#generation += 1;
    this.#probing = false;
    this.#outcomes = [];
    this.#options.onChange(state);
  }
}
