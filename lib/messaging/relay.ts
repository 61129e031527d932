import type { Logger } from "moleculer";
import { hasCode, messageOf } from "../errors";
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
 * Carries events from an outbox to the broker: the head of each aggregate, so that one that fails
 * holds up its own aggregate only. Woken after a commit; polling is the truth.
 */
export class Relay {
  readonly #options: RelayOptions;
  /** Aggregates whose head is under way; their next event has to wait for its mark. */
  readonly #busy = new Set<string>();
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
    this.#newest = null;
    for (const { aggregateId } of this.#published) this.#busy.delete(aggregateId);
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
    const room = WINDOW - this.#busy.size;
    if (room <= 0) return;
    const heads = await this.#options.outbox.heads(room, [...this.#busy]);
    for (const event of heads) {
      this.#busy.add(event.aggregateId);
      void this.#publish(event);
    }
  }

  async #publish(event: EventEnvelope): Promise<void> {
    try {
      const { transport, observer = unobserved } = this.#options;
      await failpoint(event.source, "relay", event.name, "before_publish");
      const place = await observer.publish(event, (traced) => transport.publish(traced));
      await failpoint(event.source, "relay", event.name, "after_publish");
      if (place) this.#newest = { seq: place.seq, id: event.id };
      this.#noteReturn();
      this.#published.push(event);
    } catch (error) {
      // Consumers that stop with us refuse: nothing failed, and the store may be closed by now.
      if (this.#stopping) return;
      // The next round tries again: no event is to blame, and none has to wait once the broker is back.
      if (hasCode(error, "SERVICE_UNAVAILABLE")) {
        this.#noteOutage(error);
        this.#busy.delete(event.aggregateId);
        return;
      }
      await this.#defer(event, messageOf(error));
    }
    this.wake();
  }

  async #markPublished(): Promise<void> {
    // A copy: what is published while these are marked joins the next mark.
    const events = [...this.#published];
    if (events.length === 0) return;
    await this.#options.outbox.markPublished(events);
    await failpoints(events[0]?.source ?? "", "relay", events, "after_mark");
    const marked = new Set(events);
    this.#published = this.#published.filter((event) => !marked.has(event));
    for (const event of events) this.#busy.delete(event.aggregateId);
  }

  #noteOutage(error: unknown): void {
    if (this.#away) return;
    this.#away = true;
    const reason = error instanceof Error ? messageOf(error.cause ?? error) : String(error);
    this.#options.logger.warn(`the broker takes no events, they wait in the outbox: ${reason}`);
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
      this.#options.logger.warn(`cannot note a failed publish: ${messageOf(error)}`);
    }
    this.#busy.delete(event.aggregateId);
  }
}
