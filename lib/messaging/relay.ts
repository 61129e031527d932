import type { Logger } from "moleculer";
import { messageOf } from "../errors";
import { Poller } from "../store/poller";
import type { EventEnvelope } from "./event";
import type { OutboxStore } from "./outbox";
import type { Transport } from "./transport";

const WINDOW = 256;
const POLL_MS = 500;

export interface RelayOptions {
  readonly outbox: OutboxStore;
  readonly transport: Transport;
  readonly logger: Pick<Logger, "warn" | "error">;
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

  /** Ends after the round in hand; what is not marked by then is published again at the next start. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#poller.stop();
  }

  async #pump(): Promise<void> {
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
      await this.#options.transport.publish(event);
      this.#published.push(event);
    } catch (error) {
      // Consumers that stop with us refuse: nothing failed, and the store may be closed by now.
      if (this.#stopping) return;
      await this.#defer(event, messageOf(error));
    }
    this.wake();
  }

  async #markPublished(): Promise<void> {
    // A copy: what is published while these are marked joins the next mark.
    const events = [...this.#published];
    if (events.length === 0) return;
    await this.#options.outbox.markPublished(events);
    this.#published = this.#published.slice(events.length);
    for (const event of events) this.#busy.delete(event.aggregateId);
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
