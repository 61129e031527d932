import type { Logger } from "moleculer";
import { messageOf } from "../errors";
import { newId } from "../ids";
import { isUnavailable } from "../store/database";
import { Poller } from "../store/poller";
import type { AuditPage, AuditRow, Deed, DeadLetterFilter, DeadLetterRow } from "./dead-letters";
import type { EventEnvelope } from "./event";
import {
  deadLettersOf,
  findLetter,
  withDeed,
  newRecord,
  toTraceRow,
  type InboxRecord,
  type InboxRecords,
} from "./inbox-records";
import { logFailure } from "./log-failure";
import { unobserved, type EventObserver } from "./observer";
import type { Backlog, TraceRow } from "./trace";

export interface KeyedInboxOptions {
  readonly records: InboxRecords;
  readonly node: string;
  /** Each must be idempotent by itself, by a key that it keeps with its own state. */
  readonly handlers: Readonly<Record<string, (event: EventEnvelope) => Promise<void>>>;
  /** What is wrong with an event's payload or version; null when nothing is. */
  readonly faultOf: (event: EventEnvelope) => string | null;
  readonly logger: Pick<Logger, "warn" | "error">;
  readonly observer?: EventObserver;
  readonly maxAttempts?: number;
  /** How long to wait after so many failed attempts: 0.2 s, 0.4 s … 25.6 s. */
  readonly backoffMs?: (attempts: number) => number;
}

const MAX_ATTEMPTS = 8;
const PARKED_POLL_MS = 1_000;
/** Handled events leave no record; the timeline has the last ones from memory, until a restart. */
const REMEMBERED = 1_000;

const exponential = (attempts: number): number => 200 * 2 ** Math.min(attempts - 1, 7);

/**
 * An inbox for a store without transactions. It cannot write "handled" and the effect as one, so the
 * handlers must stand being called again; it sees to it that each event is handled at last or becomes
 * a dead letter, also one that kills the process, which is why attempts are counted before they are
 * made. Events come in no particular order: the handlers must not depend on one.
 */
export class KeyedInbox {
  readonly #options: KeyedInboxOptions;
  readonly #maxAttempts: number;
  readonly #poller: Poller;
  #handled: { correlationId: string; row: TraceRow }[] = [];

  constructor(options: KeyedInboxOptions) {
    this.#options = options;
    this.#maxAttempts = options.maxAttempts ?? MAX_ATTEMPTS;
    this.#poller = new Poller({
      name: "parked events",
      everyMs: PARKED_POLL_MS,
      logger: options.logger,
      run: () => this.#retryParked(),
    });
  }

  start(): void {
    this.#poller.start();
  }

  async stop(): Promise<void> {
    await this.#poller.stop();
  }

  /**
   * Resolves once every event of the batch is handled, parked or dead; rejects when the store is
   * away, and counts nothing against the events then.
   */
  async receive(batch: readonly EventEnvelope[]): Promise<void> {
    const events = [...new Map(batch.map((event) => [event.id, event])).values()];
    const known = await this.#options.records.get(events.map((event) => event.id));
    const fresh = events.filter((_event, index) => !known[index]).map((e) => newRecord(e, 1));
    if (fresh.length > 0) await this.#options.records.put(fresh);
    const tries = await Promise.allSettled(fresh.map((record) => this.#attempt(record)));
    for (const outcome of tries) if (outcome.status === "rejected") throw outcome.reason;
    // One that was begun before and never ended may have killed the process: each goes alone.
    for (const record of known) if (record?.status === "begun") await this.#attemptAgain(record);
  }

  async #retryParked(): Promise<void> {
    const { records } = this.#options;
    const parked = (await records.all()).filter(({ status }) => status === "parked");
    if (parked.length === 0) return;
    const now = new Date(await records.now()).toISOString();
    for (const record of parked) {
      if ((record.nextAttemptAt ?? "") <= now) await this.#attemptAgain(record);
    }
  }

  async #attemptAgain(record: InboxRecord): Promise<void> {
    if (record.attempts >= this.#maxAttempts) {
      return this.#fail(record, "the process died while handling it", "dead");
    }
    const counted = { ...record, attempts: record.attempts + 1 };
    await this.#options.records.put([counted]);
    await this.#attempt(counted);
  }

  async #attempt(record: InboxRecord): Promise<void> {
    const { event, attempts } = record;
    const fault = this.#options.faultOf(event);
    if (fault !== null) return this.#fail(record, fault, "dead");
    const { observer = unobserved } = this.#options;
    const observed = observer.begin(event, attempts);
    try {
      await observed.run(() => this.#handle(observed.event));
    } catch (error) {
      if (isUnavailable(error)) {
        observed.end("retried", error);
        await this.#uncount(record);
        throw error;
      }
      const failed = attempts >= this.#maxAttempts ? "dead" : "parked";
      observed.end(failed, error);
      return this.#fail(record, messageOf(error), failed);
    }
    await this.#options.records.remove(event.id);
    observed.end("done");
    this.#remember(record);
  }

  async #handle(event: EventEnvelope): Promise<void> {
    const handler = this.#options.handlers[event.name];
    if (!handler) throw new Error(`nobody here handles ${event.name}`);
    return handler(event);
  }

  #remember(record: InboxRecord): void {
    const row = toTraceRow(this.#options.node, record, new Date());
    this.#handled.push({ correlationId: record.event.correlationId, row });
    if (this.#handled.length > 2 * REMEMBERED) this.#handled = this.#handled.slice(-REMEMBERED);
  }

  async #fail(record: InboxRecord, error: string, status: "parked" | "dead"): Promise<void> {
    const { records, logger, backoffMs = exponential } = this.#options;
    const { event, attempts, letter } = record;
    const at = new Date().toISOString();
    const kept = { ...record, status, error: error.slice(0, 2000), at };
    logFailure(logger, { event, attempts, error, dead: status === "dead" });
    if (status === "parked") {
      const nextAttemptAt = new Date((await records.now()) + backoffMs(attempts)).toISOString();
      return records.put([{ ...kept, nextAttemptAt }]);
    }
    const buried = { id: letter?.id ?? newId(), createdAt: at, replayedAt: null };
    return records.put([{ ...kept, nextAttemptAt: null, letter: buried }]);
  }

  /** Not counted against an event whose store went away in the middle. */
  async #uncount(record: InboxRecord): Promise<void> {
    try {
      await this.#options.records.put([{ ...record, attempts: record.attempts - 1 }]);
    } catch (error) {
      this.#options.logger.warn(`an attempt stays counted: ${messageOf(error)}`);
    }
  }

  async trace(correlationId: string): Promise<TraceRow[]> {
    const kept = (await this.#options.records.all()).map((record) => ({
      correlationId: record.event.correlationId,
      row: toTraceRow(this.#options.node, record),
    }));
    return [...this.#handled, ...kept]
      .filter((entry) => entry.correlationId === correlationId)
      .map(({ row }) => row)
      .sort((a, b) => a.at.getTime() - b.at.getTime());
  }

  async backlog(): Promise<Omit<Backlog, "pendingEvents" | "oldestPendingMs">> {
    const records = await this.#options.records.all();
    const parked = records.filter(({ status }) => status === "parked");
    const ages = parked.map(({ event }) => Date.now() - Date.parse(event.occurredAt));
    return {
      parkedEvents: parked.length,
      oldestParkedMs: Math.max(0, ...ages),
      deadLetters: records.filter(({ status, letter }) => status === "dead" && !letter?.parkedAt)
        .length,
      recoveries: 0,
    };
  }

  async deadLetters(filter: DeadLetterFilter): Promise<DeadLetterRow[]> {
    return deadLettersOf(await this.#options.records.all(), filter);
  }

  /** Gives the event to its handler again, with a fresh count; false when there is no such letter. */
  async replayDeadLetter(id: string): Promise<boolean> {
    const record = findLetter(await this.#options.records.all(), id);
    if (record?.status !== "dead") return false;
    const letter = { ...record.letter, replayedAt: new Date().toISOString(), parkedAt: null };
    const again = { status: "parked", attempts: 0, nextAttemptAt: null, letter } as const;
    await this.#options.records.put([{ ...record, ...again }]);
    this.#poller.wake();
    return true;
  }

  /** Drops the letter for good; its record stays, so that a late duplicate is not handled either. */
  async deleteDeadLetter(deed: Deed): Promise<boolean> {
    const record = findLetter(await this.#options.records.all(), deed.id);
    if (!record) return false;
    const status = record.status === "dead" ? "dropped" : record.status;
    await this.#options.records.put([
      { ...withDeed(record, "deleted", deed), status, letter: null },
    ]);
    return true;
  }

  /** Puts the letter aside: it is not replayed with others, and nobody is alarmed by it. */
  async parkDeadLetter(deed: Deed): Promise<boolean> {
    const record = findLetter(await this.#options.records.all(), deed.id);
    if (record?.status !== "dead") return false;
    const letter = { ...record.letter, parkedAt: new Date().toISOString() };
    await this.#options.records.put([{ ...withDeed(record, "parked", deed), letter }]);
    return true;
  }

  async deadLetterAudit({ before, limit }: AuditPage): Promise<AuditRow[]> {
    return (await this.#options.records.all())
      .flatMap(({ audit = [] }) => audit)
      .filter(({ id }) => before === undefined || id < before)
      .sort((a, b) => (a.id < b.id ? 1 : -1))
      .slice(0, limit);
  }
}
