import type { Logger } from "moleculer";
import { messageOf, reasonOf } from "../errors";
import { failpoints } from "../faults/points";
import { isTransient, isUnavailable, type Database, type Queryable } from "../store/database";
import { Poller } from "../store/poller";
import { Attempts } from "./attempts";
import type { AnyEventHandler, EventEnvelope } from "./event";
import { InboxStore, type ParkedEvent } from "./inbox-store";
import { logFailure, type Failure } from "./log-failure";
import { unobserved, type EventObserver, type Outcome } from "./observer";
import type { Outbox } from "./outbox";

export interface InboxOptions {
  readonly db: Database;
  readonly outbox: Outbox;
  readonly node: string;
  readonly handlers: Readonly<Record<string, AnyEventHandler>>;
  /** What is wrong with an event's payload or version; null when nothing is. */
  readonly faultOf: (event: EventEnvelope) => string | null;
  readonly logger: Pick<Logger, "warn" | "error">;
  readonly observer?: EventObserver;
  readonly maxAttempts?: number;
}

/** How a transaction takes its events, and what it is called when it fails. */
interface Handling {
  /** Names its fault points. */
  readonly point: "handle" | "retry";
  /** The number of this attempt. */
  readonly attempt: number;
  readonly claim: (tx: Queryable) => Promise<Set<string>>;
  readonly failsAs: (error: unknown) => Outcome;
}

const MAX_ATTEMPTS = 8;
const PARKED_POLL_MS = 1_000;
const DIED = "the process died while handling it";

/**
 * Applies each event exactly once: the row that says it is handled commits with what the handler
 * wrote and published. A whole batch shares a commit; when one of it fails, each is tried alone, and
 * the one that fails again is parked in this same database and tried later, with the later events
 * of its aggregate behind it, until it is done or a dead letter. The broker never has to retry.
 */
export class Inbox {
  readonly #options: InboxOptions;
  readonly #store: InboxStore;
  readonly #maxAttempts: number;
  readonly #parked: Poller;

  constructor(options: InboxOptions) {
    this.#options = options;
    this.#store = new InboxStore(options.db, options.node);
    this.#maxAttempts = options.maxAttempts ?? MAX_ATTEMPTS;
    this.#parked = new Poller({
      name: "parked events",
      everyMs: PARKED_POLL_MS,
      logger: options.logger,
      run: () => this.#retryParked(),
    });
  }

  start(): void {
    this.#parked.start();
  }

  async stop(): Promise<void> {
    await this.#parked.stop();
  }

  /** Looks for parked events now, as after a replay. */
  wake(): void {
    this.#parked.wake();
  }

  /**
   * Resolves once every event of the batch is handled, parked or dead; rejects when the database is
   * away, and counts nothing against the events then.
   */
  async receive(batch: readonly EventEnvelope[]): Promise<void> {
    const attempts = await this.#store.countAttempts(batch);
    // One that was begun before and never ended may have killed the process: it goes alone.
    const fresh = attempts.every((count) => count === 1);
    if (fresh && (await this.#handleTogether(batch))) return;
    // Alone, each is counted in its turn: one that kills the process must not take those behind it along.
    await this.#uncount(() => this.#store.uncountAttempts(batch));
    for (const event of batch) await this.#handleAlone(event);
  }

  /** False when the batch has to be taken apart. */
  async #handleTogether(batch: readonly EventEnvelope[]): Promise<boolean> {
    try {
      await this.#handle(batch, {
        point: "handle",
        attempt: 1,
        claim: (tx) => this.#store.claim(tx, batch),
        failsAs: () => "retried",
      });
      return true;
    } catch (error) {
      if (!isUnavailable(error)) return false;
      await this.#uncount(() => this.#store.uncountAttempts(batch));
      throw error;
    }
  }

  async #handleAlone(event: EventEnvelope): Promise<void> {
    const [attempts = 1] = await this.#store.countAttempts([event]);
    const hopeless = this.#options.faultOf(event) ?? (attempts > this.#maxAttempts ? DIED : null);
    if (hopeless) return this.#park({ event, attempts, error: hopeless, dead: true });
    try {
      await this.#handle([event], {
        point: "handle",
        attempt: attempts,
        claim: (tx) => this.#store.claim(tx, [event]),
        failsAs: (error) => this.#failsAs(error, attempts),
      });
    } catch (error) {
      if (isUnavailable(error) || isTransient(error)) {
        await this.#uncount(() => this.#store.uncountAttempts([event]));
        throw error;
      }
      const dead = attempts >= this.#maxAttempts;
      await this.#park({ event, attempts, error: messageOf(error), dead });
    }
  }

  /** One transaction: claim, handle in order, publish. */
  async #handle(batch: readonly EventEnvelope[], handling: Handling): Promise<void> {
    const { db, outbox, observer = unobserved } = this.#options;
    const attempts = new Attempts(observer, handling.attempt);
    try {
      const { recorder, fresh } = await db.transaction(async (tx) => {
        attempts.end("retried"); // of a round that lost against a lock
        const claimed = await handling.claim(tx);
        const recorder = outbox.record(tx);
        // Not those that were handled before, or are twice in this batch.
        const fresh = batch.filter((event) => claimed.delete(event.id));
        for (const event of fresh) {
          const { event: traced, run } = attempts.begin(event);
          await run(() => this.#handlerOf(event)(traced, recorder.unit(causeOf(traced))));
        }
        await recorder.flush();
        await failpoints(outbox.source, handling.point, fresh, "before_commit");
        return { recorder, fresh };
      });
      attempts.end("done");
      await failpoints(outbox.source, handling.point, fresh, "after_commit");
      await recorder.committed();
    } catch (error) {
      attempts.end(handling.failsAs(error), error);
      throw error;
    }
  }

  #failsAs(error: unknown, attempts: number): Outcome {
    if (isUnavailable(error) || isTransient(error)) return "retried";
    return attempts >= this.#maxAttempts ? "dead" : "parked";
  }

  #handlerOf(event: EventEnvelope): AnyEventHandler {
    const handler = this.#options.handlers[event.name];
    if (!handler) throw new Error(`nobody here handles ${event.name}`);
    const fault = this.#options.faultOf(event);
    if (fault) throw new Error(fault);
    return handler;
  }

  async #park(failure: Failure): Promise<void> {
    logFailure(this.#options.logger, failure);
    await this.#store.park(failure);
  }

  async #retryParked(): Promise<void> {
    const due = await this.#store.takeDue();
    if (!due) return;
    await this.#retry(due);
    this.#parked.wake();
  }

  async #retry({ envelope: event, attempts }: ParkedEvent): Promise<void> {
    if (attempts > this.#maxAttempts) return this.#noteFailure(event, attempts, DIED);
    try {
      await this.#handle([event], {
        point: "retry",
        attempt: attempts,
        claim: async (tx) => new Set((await this.#store.finishParked(tx, event)) ? [event.id] : []),
        failsAs: (error) => this.#failsAs(error, attempts),
      });
    } catch (error) {
      if (isUnavailable(error) || isTransient(error)) {
        await this.#uncount(() => this.#store.uncountRetry(event));
        throw error;
      }
      await this.#noteFailure(event, attempts, messageOf(error));
    }
  }

  async #noteFailure(event: EventEnvelope, attempts: number, error: string): Promise<void> {
    const dead = attempts >= this.#maxAttempts || this.#options.faultOf(event) !== null;
    const failure = { event, attempts, error, dead };
    logFailure(this.#options.logger, failure);
    await this.#store.noteFailure(failure);
  }

  /** An attempt that stays counted, because the database is away, is only an attempt less. */
  async #uncount(take: () => Promise<void>): Promise<void> {
    await take().catch((error: unknown) =>
      this.#options.logger.warn(`an attempt stays counted: ${reasonOf(error)}`),
    );
  }
}

const causeOf = (event: EventEnvelope) => ({
  correlationId: event.correlationId,
  causationId: event.id,
  traceparent: event.traceparent,
});
