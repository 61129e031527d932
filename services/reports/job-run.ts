import type { Logger } from "moleculer";
import type { Piscina } from "piscina";
import { reasonOf } from "../../lib/errors";
import type { Caller } from "../../lib/mesh/types";
import type { Database } from "../../lib/store/database";
import type { RowError } from "./domain/imported-product";
import { oneLine } from "./domain/plain-text";
import { ProgressLog, type Counts } from "./domain/progress-log";
import type { Patience } from "./call-patiently";
import { deleteFile, readFile } from "./store/file-store";
import { endJob, saveProgress, type ClaimedJob } from "./store/job-store";
import { saveResult, type ResultFile } from "./store/result-store";

const SAVE_EVERY_STEPS = 25;
const SAVE_EVERY_MS = 1_000;

/** The job itself is no good; trying again would end the same. `row` is where it shows. */
export class JobFailed extends Error {
  constructor(
    readonly row: number,
    message: string,
  ) {
    super(message);
  }
}

/** Another worker has taken the job; nothing more may be done for it here. */
export class LeaseLost extends Error {
  constructor() {
    super("another worker has the job");
  }
}

/** What jobs work with. */
export interface JobTools {
  readonly mesh: Caller;
  /** Threads, for what takes the processor for long. */
  readonly pool: Piscina;
}

export interface JobRunOptions {
  readonly db: Database;
  readonly job: ClaimedJob;
  /** Aborted when the work has to end, whatever its state. */
  readonly signal: AbortSignal;
  readonly logger: Pick<Logger, "warn">;
}

/** A job that this process works on: what it was given, and how far it is. */
export class JobRun<Params = unknown> implements Patience {
  readonly #options: JobRunOptions;
  readonly #log: ProgressLog;
  #steps = 0;
  #savedAt = performance.now();

  constructor(options: JobRunOptions) {
    this.#options = options;
    this.#log = new ProgressLog(options.job);
  }

  get params(): Params {
    // Written by whoever queued a job of this type.
    return this.#options.job.params as Params;
  }

  get id(): string {
    return this.#options.job.id;
  }

  get db(): Database {
    return this.#options.db;
  }

  get signal(): AbortSignal {
    return this.#options.signal;
  }

  /** The last row that is done. */
  get position(): number {
    return this.#log.progress.position;
  }

  /** Whether a row more is done than when this run began. */
  get hasAdvanced(): boolean {
    return this.position > this.#options.job.position;
  }

  /** The uploaded file, from its beginning. */
  file(): AsyncGenerator<Buffer, void> {
    return readFile(this.#options.db, this.#options.job.id);
  }

  expect(total: number): void {
    this.#log.expect(total);
  }

  /** Notes what is wrong with a row; counts once `advance` has passed it. */
  report({ row, message }: RowError): void {
    this.#log.report({ row, message: storable(message) });
  }

  advance(row: number, counts?: Counts): void {
    this.#log.advance(row, counts);
  }

  readonly onWait = (error: unknown, pauseMs: number): void => {
    const { id, type } = this.#options.job;
    this.#options.logger.warn(`${type} ${id} waits ${pauseMs} ms: ${reasonOf(error)}`);
  };

  /** Saves once every so often: to be called for each step. */
  async saveSometimes(): Promise<void> {
    this.#steps += 1;
    const isDue =
      this.#steps >= SAVE_EVERY_STEPS || performance.now() - this.#savedAt >= SAVE_EVERY_MS;
    if (isDue) await this.save();
  }

  /** Writes down what is done, so that whoever goes on begins here. Throws LeaseLost. */
  async save(): Promise<void> {
    const { db, job } = this.#options;
    if (!(await saveProgress(db, job, this.#log.saving))) throw new LeaseLost();
    this.#log.markSaved();
    this.#steps = 0;
    this.#savedAt = performance.now();
  }

  /** The job is over: nothing will read its file again. Throws LeaseLost. */
  async end(status: "completed" | "failed", result?: ResultFile): Promise<void> {
    const { db, job } = this.#options;
    if (status === "completed") this.#log.finish();
    else this.#log.advance(this.position);
    await db.transaction(async (tx) => {
      if (!(await saveProgress(tx, job, this.#log.saving))) throw new LeaseLost();
      await endJob(tx, job, status);
      await deleteFile(tx, job.id);
      if (result) await saveResult(tx, job.id, result);
    });
  }
}

/** Messages repeat what a file says; PostgreSQL's JSON takes neither a NUL nor half a character. */
const storable = (message: string): string => oneLine(message).toWellFormed();
