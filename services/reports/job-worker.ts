import type { Logger } from "moleculer";
import { messageOf } from "../../lib/errors";
import { isUnavailable, type Database } from "../../lib/store/database";
import { keepLease } from "../../lib/store/keep-lease";
import { Poller } from "../../lib/store/poller";
import { JobFailed, JobRun, LeaseLost, type JobTools } from "./job-run";
import type { Lane } from "./job-types";
import { claimJob, putOff, renewLease, type ClaimedJob } from "./store/job-store";

const POLL_MS = 1_000;
/** A job whose worker died is taken by another one after this. */
const LEASE_MS = 5_000;
const MAX_ATTEMPTS = 5;
const FIRST_RETRY_MS = 1_000;

export interface JobWorkerOptions {
  readonly db: Database;
  readonly tools: JobTools;
  readonly lane: Lane;
  readonly node: string;
  readonly logger: Pick<Logger, "warn" | "error">;
}

/**
 * Does queued jobs of a lane, one at a time. The lease on a job is renewed for as long as this process lives;
 * when it dies, another worker goes on from what was saved last.
 */
export class JobWorker {
  readonly #options: JobWorkerOptions;
  readonly #stopping = new AbortController();
  readonly #poller: Poller;

  constructor(options: JobWorkerOptions) {
    this.#options = options;
    const { logger } = options;
    this.#poller = new Poller({ name: "jobs", everyMs: POLL_MS, logger, run: () => this.#work() });
  }

  start(): void {
    this.#poller.start();
  }

  /** Looks for a job now. */
  wake(): void {
    this.#poller.wake();
  }

  /** Ends after the step in hand; the job waits for the next worker. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#poller.stop();
  }

  async #work(): Promise<void> {
    const { db, lane, node } = this.#options;
    const options = { types: Object.keys(lane.types), inOrder: lane.inOrder };
    while (!this.#stopping.signal.aborted) {
      const job = await claimJob(db, { ...options, node, leaseMs: LEASE_MS });
      if (!job) return;
      await this.#take(job);
    }
  }

  async #take(job: ClaimedJob): Promise<void> {
    const { db, logger } = this.#options;
    const lease = keepLease({
      name: `job ${job.id}`,
      leaseMs: LEASE_MS,
      renew: () => renewLease(db, job, LEASE_MS),
      logger,
    });
    const signal = AbortSignal.any([this.#stopping.signal, lease.lost]);
    const run = new JobRun({ db, job, signal, logger });
    try {
      await this.#run(job, run);
    } catch (error) {
      await this.#settle(job, run, lease.lost.aborted ? new LeaseLost() : error);
    } finally {
      lease.end();
    }
  }

  async #run(job: ClaimedJob, run: JobRun): Promise<void> {
    const { lane, tools } = this.#options;
    if (job.attempts > MAX_ATTEMPTS) return this.#giveUp(job, run, "the process died each time");
    const type = lane.types[job.type];
    if (!type) throw new Error(`nobody here does ${job.type}`);
    const result = await type(run, tools);
    await run.end("completed", result ?? undefined);
  }

  async #settle(job: ClaimedJob, run: JobRun, error: unknown): Promise<void> {
    const { db, logger } = this.#options;
    if (error instanceof LeaseLost) {
      logger.warn(`job ${job.id}: ${error.message}`);
    } else if (this.#stopping.signal.aborted) {
      await run.save();
      await putOff(db, job, { delayMs: 0, attempt: "uncounted" });
    } else if (error instanceof JobFailed) {
      run.report(error);
      await run.end("failed");
    } else if (isUnavailable(error)) {
      // Our own database: nothing can be written now. The lease's end brings the job back.
      throw error;
    } else if (job.attempts >= MAX_ATTEMPTS && !run.hasAdvanced) {
      await this.#giveUp(job, run, messageOf(error));
    } else {
      logger.warn(`job ${job.id} failed, attempt ${job.attempts}: ${messageOf(error)}`);
      await run.save();
      await putOff(db, job, { delayMs: retryMs(job.attempts), attempt: "counted" });
    }
  }

  /** The reason is for the log; the merchant can only know where it ended. */
  async #giveUp(job: ClaimedJob, run: JobRun, reason: string): Promise<void> {
    this.#options.logger.error(`job ${job.id} failed for good: ${reason}`);
    const message = `something went wrong on our side, ${MAX_ATTEMPTS} times; all rows before this one are done`;
    run.report({ row: run.position + 1, message });
    await run.end("failed");
  }
}

/** 1 s, 2 s, 4 s … between attempts. */
const retryMs = (attempts: number): number => FIRST_RETRY_MS * 2 ** (attempts - 1);
