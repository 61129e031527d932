import type { Logger } from "moleculer";
import { hasCode, messageOf, reasonOf } from "../errors";
import { failpoint, failpoints } from "../faults/points";
import { Poller } from "../store/poller";
import type { EventEnvelope } from "./event";
import { unobserved, type EventObserver } from "./observer";
import type { OutboxStore } from "./outbox";
import type { Published, Transport } from "./transport";

const WINDOW = 256;
const POLL_MS = 500;

export interface RelayOptions {
  readonly outbox: OutboxStore;
  readonly transport: Transport;
  readonly observer?: EventObserver;
  readonly logger: Pick<Logger, "warn" | "error">;
  /** Awaited before anything is published to a broker that was away; rejects while it still is. */
  readonly beforeReturn?: () => Promise<unknown>;
}

/**
 * Carries events from an outbox to the broker: those of one aggregate one after the other, so that one
 * that fails holds up its own aggregate only. Woken after a commit; polling is the truth.
 */
export class Relay {
  readonly #options: RelayOptions;
  /** Aggregates, with how many of their events were taken and are not marked; later ones have to wait. */
  readonly #busy = new Map<string, number>();
  /** How often the stream has lost what was published to it. */
  #losses = 0;
  #published: EventEnvelope[] = [];
  readonly #poller: Poller;
  #stopping = false;
  #newest: Published | null = null;
  #away = false;

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#poller = new Poller({
      name: "relay",
      everyMs: POLL_MS,
      logger: options.logger,
      run: () => this.#pump(),
    });
  }

  start(): void {
    this.#poller.start();
  }

  wake(): void {
    this.#poller.wake();
  }

  /** The stream has lost events: what was acknowledged and is not marked yet is published again. */
  forgetPublished(): void {
    this.#losses++;
    this.#newest = null;
    for (const { aggregateId } of this.#published) this.#release(aggregateId, 1);
    this.#published = [];
  }

  /** What got a place in the broker's stream last, by this relay. */
  get newest(): Published | null {
    return this.#newest;
  }

  /** Ends after the round in hand; what is not marked by then is published again at the next start. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#poller.stop();
  }

  async #pump(): Promise<void> {
    if (this.#away) await this.#options.beforeReturn?.();
    await this.#markPublished();
    const room = WINDOW - [...this.#busy.values()].reduce((sum, taken) => sum + taken, 0);
    if (room <= 0) return;
    for (const run of runsOf(await this.#options.outbox.due(room, [...this.#busy.keys()]))) {
      void this.#publishRun(run);
    }
  }

  /** Events of one aggregate, in their order, up to the first that does not get through. */
  async #publishRun(run: Run): Promise<void> {
    const { aggregateId } = run[0];
    const losses = this.#losses;
    this.#busy.set(aggregateId, run.length);
    let published = 0;
    for (const event of run) {
      if (this.#stopping || !(await this.#publish(event)) || losses !== this.#losses) break;
      this.#published.push(event);
      published++;
    }
    this.#release(aggregateId, run.length - published);
    // Consumers that stop with us refuse: nothing failed, and the store may be closed by now.
    if (!this.#stopping) this.wake();
  }

  #release(aggregateId: string, count: number): void {
    const left = (this.#busy.get(aggregateId) ?? 0) - count;
    if (left > 0) this.#busy.set(aggregateId, left);
    else this.#busy.delete(aggregateId);
  }

  /** False when it was not published. */
  async #publish(event: EventEnvelope): Promise<boolean> {
    try {
      const { transport, observer = unobserved } = this.#options;
      await failpoint(event.source, "relay", event.name, "before_publish");
      const place = await observer.publish(event, (traced) => transport.publish(traced));
      await failpoint(event.source, "relay", event.name, "after_publish");
      if (place) this.#newest = { seq: place.seq, id: event.id };
      this.#noteReturn();
      return true;
    } catch (error) {
      if (this.#stopping) return false;
      // The next round tries again: no event is to blame, and none has to wait once the broker is back.
      if (hasCode(error, "SERVICE_UNAVAILABLE")) this.#noteOutage(error);
      else await this.#defer(event, messageOf(error));
      return false;
    }
  }

  async #markPublished(): Promise<void> {
    // A copy: what is published while these are marked joins the next mark.
    const events = [...this.#published];
    if (events.length === 0) return;
    await this.#options.outbox.markPublished(events);
    await failpoints(events[0]?.source ?? "", "relay", events, "after_mark");
    const marked = new Set(events);
    this.#published = this.#published.filter((event) => !marked.has(event));
    for (const { aggregateId } of events) this.#release(aggregateId, 1);
  }

  #noteOutage(error: unknown): void {
    if (this.#away) return;
    this.#away = true;
    this.#options.logger.warn(
      `the broker takes no events, they wait in the outbox: ${reasonOf(error)}`,
    );
  }

  #noteReturn(): void {
    if (this.#away) this.#options.logger.warn("the broker takes events again");
    this.#away = false;
  }

  async #defer(event: EventEnvelope, reason: string): Promise<void> {
    try {
      await this.#options.outbox.markFailed(event, reason);
    } catch (error) {
      // The store is away as well; the event stays pending, which is all that matters.
      this.#options.logger.warn(`cannot note a failed publish: ${reasonOf(error)}`);
    }
  }
}

type Run = readonly [EventEnvelope, ...EventEnvelope[]];

/** The events of each aggregate, in the order in which they came. */
function runsOf(events: readonly EventEnvelope[]): Iterable<Run> {
  const runs = new Map<string, [EventEnvelope, ...EventEnvelope[]]>();
  for (const event of events) {
    const run = runs.get(event.aggregateId);
    if (run) run.push(event);
    else runs.set(event.aggregateId, [event]);
  }
  return runs.values();
}
