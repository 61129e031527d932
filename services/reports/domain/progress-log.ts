import type { RowError } from "./imported-product";

/** So many errors of a job are kept; the others are only counted. */
export const KEPT_ERRORS = 1_000;

export type Counts = Readonly<Record<string, number>>;

/** How far a job is. `counts` and `errorCount` are of the rows up to `position`. */
export interface Progress {
  /** Rows that were looked at, of `total`; for people. */
  readonly done: number;
  readonly total: number;
  /** Every row of the file up to this one is done; the header is row 1. */
  readonly position: number;
  readonly counts: Counts;
  readonly errorCount: number;
}

/** An error and its place among those of the job, from 1. */
export type NumberedError = RowError & { readonly n: number };

/** What is to be written in one statement: progress, and the errors since the last. */
export interface Saving {
  readonly progress: Progress;
  readonly errors: readonly NumberedError[];
}

/**
 * What a job did, kept so that it can be saved at any moment and be gone on with from there. Errors
 * count once `advance` has passed them: before that, their rows will be read, and reported, again.
 */
export class ProgressLog {
  #progress: Progress;
  #furthestRow: number;
  #reported = 0;
  #ahead: NumberedError[] = [];
  #settled: NumberedError[] = [];

  constructor(saved: Progress) {
    this.#progress = saved;
    this.#furthestRow = saved.position;
  }

  get progress(): Progress {
    return this.#progress;
  }

  /** Sets how many rows there are below the header. */
  expect(total: number): void {
    this.#progress = { ...this.#progress, total };
  }

  report({ row, message }: RowError): void {
    this.#reported += 1;
    const n = this.#progress.errorCount + this.#reported;
    if (n <= KEPT_ERRORS) this.#ahead.push({ n, row, message });
    this.#reach(row);
  }

  /** Every row up to `row`, and up to the last one that was reported, is done; adds `counts`. */
  advance(row: number, counts: Counts = {}): void {
    this.#reach(row);
    this.#progress = {
      ...this.#progress,
      position: this.#furthestRow,
      counts: sum(this.#progress.counts, counts),
      errorCount: this.#progress.errorCount + this.#reported,
    };
    this.#settled.push(...this.#ahead);
    this.#ahead = [];
    this.#reported = 0;
  }

  /** The whole file is done. */
  finish(): void {
    this.advance(this.#furthestRow);
    this.#progress = { ...this.#progress, done: this.#progress.total };
  }

  /** What is to be saved now. */
  get saving(): Saving {
    return { progress: this.#progress, errors: this.#settled };
  }

  /** All of `saving` is saved. */
  markSaved(): void {
    this.#settled = [];
  }

  #reach(row: number): void {
    this.#furthestRow = Math.max(this.#furthestRow, row);
    const { done, total } = this.#progress;
    const passed = Math.min(this.#furthestRow - 1, total);
    this.#progress = { ...this.#progress, done: Math.max(done, passed) };
  }
}

function sum(counts: Counts, added: Counts): Counts {
  const total = { ...counts };
  for (const [name, count] of Object.entries(added)) total[name] = (total[name] ?? 0) + count;
  return total;
}
