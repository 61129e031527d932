import type { EventEnvelope } from "./event";
import type { Attempt, EventObserver, Outcome } from "./observer";

/** The attempts at the events of one transaction, which end together with it. */
export class Attempts {
  readonly #observer: EventObserver;
  /** How many times each was tried by now, this time included. */
  readonly #count: number;
  #open: Attempt[] = [];

  constructor(observer: EventObserver, count: number) {
    this.#observer = observer;
    this.#count = count;
  }

  begin(event: EventEnvelope): Attempt {
    const attempt = this.#observer.begin(event, this.#count);
    this.#open.push(attempt);
    return attempt;
  }

  /** An error is the one's that was begun last; it took the others along. */
  end(outcome: Outcome, error?: unknown): void {
    const ending = this.#open;
    this.#open = [];
    ending.forEach((attempt, i) =>
      attempt.end(outcome, i === ending.length - 1 ? error : undefined),
    );
  }
}
