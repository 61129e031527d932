import type { Logger } from "moleculer";
import { setTimeout as sleep } from "node:timers/promises";
import { Poller } from "../store/poller";
import type { Relay } from "./relay";
import type { Published, StreamState, Transport } from "./transport";

/** What a service last knew of the stream, in its own store. */
export interface StreamMark {
  readonly created: string;
  readonly lastSeq: number;
  readonly newest: Published | null;
  /** How often everything was published again. */
  readonly recoveries: number;
  /** Set while events are published again: those that were published before this time (ISO 8601). */
  readonly recoverBefore: string | null;
}

/** What is written of the stream; the rest of a mark is the recovery's. */
export type StreamSight = Pick<StreamMark, "created" | "lastSeq" | "newest">;

/** The side of an outbox that can publish again what it published already. */
export interface RecoverableOutbox {
  streamMark(): Promise<StreamMark | null>;
  keepStreamMark(mark: StreamSight): Promise<void>;
  /**
   * As `keepStreamMark`, and from now on everything published until now counts as lost; that of
   * aggregates with an event to publish is pending again at once, so that it keeps its place. Nothing
   * when another replica has begun one since there were so many `recoveries`.
   */
  beginRecovery(mark: StreamSight, recoveries: number): Promise<void>;
  /**
   * Makes at most `limit` of the events that were published before `before` pending again, those with
   * ids behind `after`; the last id of them, null when there are none left.
   */
  reopen(before: string, after: string | null, limit: number): Promise<string | null>;
  endRecovery(): Promise<void>;
  /** Whether more events are pending than a relay should have to look through. */
  isCongested(): Promise<boolean>;
}

export interface StreamWatchOptions {
  readonly transport: Pick<Transport, "streamState" | "eventAt">;
  readonly outbox: RecoverableOutbox;
  readonly relay: Pick<Relay, "newest" | "forgetPublished" | "wake">;
  readonly logger: Pick<Logger, "warn" | "error" | "info">;
  readonly everyMs?: number;
}

const EVERY_MS = 5_000;
const BATCH = 1_000;
/**
 * How long after a loss was noticed a relay may still be marking what the lost stream acknowledged:
 * what is marked by then counts as lost too.
 */
export const MARKS_MS = 2_000;

/**
 * Notices that the broker has lost events it had acknowledged: its stream is another one, ends before
 * where it ended, or has something else where our newest event was. Then everything the outbox still
 * has is published again; consumers that have handled an event know it by its id. JetStream alone
 * cannot promise as much (RELIABILITY §1, Jepsen).
 */
export class StreamWatch {
  readonly #options: StreamWatchOptions;
  readonly #poller: Poller;
  #recoveries: number | null = null;
  #checking: Promise<string | null> | null = null;
  #stopping = false;

  constructor(options: StreamWatchOptions) {
    this.#options = options;
    this.#poller = new Poller({
      name: "stream watch",
      everyMs: options.everyMs ?? EVERY_MS,
      logger: options.logger,
      run: () => this.run(),
    });
  }

  start(): void {
    this.#poller.start();
  }

  /** What a recovery had still to do is done by another replica, or by the next process. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#poller.stop();
  }

  /** One round: looks, and publishes again what was lost. */
  async run(): Promise<void> {
    const before = await this.check();
    if (before !== null) await this.#recover(before);
  }

  /**
   * Looks for a loss, one look at a time: null, or since when all that was published before has to be
   * published again. A relay whose broker was away asks before it goes on, so that no event of an
   * aggregate overtakes those that were lost.
   */
  check(): Promise<string | null> {
    this.#checking ??= this.#check().finally(() => (this.#checking = null));
    return this.#checking;
  }

  async #check(): Promise<string | null> {
    const { transport, outbox, relay, logger } = this.#options;
    // Before the stream is looked at: what is published meanwhile, here or by another replica, would
    // seem to be lost.
    const published = relay.newest;
    const mark = await outbox.streamMark();
    const state = await transport.streamState();
    if (!state) return null;
    if (mark) this.#noteRecoveries(mark);
    if (mark?.recoverBefore) return mark.recoverBefore;
    const known = relay.newest && published ? published : (mark?.newest ?? null);
    const loss = mark && (await this.#lossSince(mark, state, known));
    const now = { created: state.created, lastSeq: state.lastSeq, newest: loss ? null : known };
    if (!mark || !loss) {
      await outbox.keepStreamMark(now);
      return null;
    }
    logger.error(`the broker has lost events (${loss}); publishing again what the outbox has`);
    await outbox.beginRecovery(now, mark.recoveries);
    const begun = await outbox.streamMark();
    if (begun) this.#noteRecoveries(begun);
    this.#poller.wake();
    return begun?.recoverBefore ?? null;
  }

  /** Another replica may have been quicker: what this one knew of the stream is of the lost one. */
  #noteRecoveries({ recoveries }: StreamMark): void {
    if (this.#recoveries !== null && this.#recoveries !== recoveries) {
      this.#options.relay.forgetPublished();
    }
    this.#recoveries = recoveries;
  }

  /** In words; null when nothing is lost. */
  async #lossSince(
    mark: StreamMark,
    state: StreamState,
    known: Published | null,
  ): Promise<string | null> {
    if (state.created !== mark.created) return "its stream was made anew";
    if (state.lastSeq < mark.lastSeq) return `its stream ended at ${mark.lastSeq} before`;
    // What is older than the stream keeps is not lost.
    if (!known || known.seq < state.firstSeq) return null;
    if (known.seq > state.lastSeq) return `it had ${known.seq} before`;
    const found = await this.#options.transport.eventAt(known.seq);
    return found === known.id ? null : `${known.seq} was another event before`;
  }

  /** Goes on where a killed process left off: what it reopened was published after `before`. */
  async #recover(before: string): Promise<void> {
    const { outbox, relay, logger } = this.#options;
    await sleep(MARKS_MS);
    let after: string | null = null;
    do {
      while (await outbox.isCongested()) {
        if (this.#stopping) return;
        relay.wake();
        await sleep(100);
      }
      after = await outbox.reopen(before, after, BATCH);
      relay.wake();
    } while (after !== null);
    await outbox.endRecovery();
    logger.info("everything the outbox has is on its way again");
  }
}
