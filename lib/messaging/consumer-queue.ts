import type { Logger } from "moleculer";
import { setTimeout as sleep } from "node:timers/promises";
import { reasonOf } from "../errors";
import { failpoints } from "../faults/points";
import type { EventEnvelope } from "./event";
import type { Consumer, ConsumerLag } from "./transport";

const BATCH = 64;
const MAX_PAUSE_MS = 5_000;

interface Delivery {
  readonly event: EventEnvelope;
  readonly taken: () => void;
  readonly refused: (reason: Error) => void;
}

/**
 * Brings events to one consumer in order. What waits while one batch is handled makes the next, which
 * shares its commit; while the consumer's store is away, everything waits.
 */
export class ConsumerQueue {
  readonly #waiting: Delivery[] = [];
  readonly #events: ReadonlySet<string>;
  #inHand: readonly Delivery[] = [];
  #running: Promise<void> | null = null;
  #stopped = false;

  constructor(
    readonly consumer: Consumer,
    readonly logger: Pick<Logger, "warn">,
  ) {
    this.#events = new Set(consumer.events);
  }

  /** Events that wait, without the batch in hand. */
  get length(): number {
    return this.#waiting.length;
  }

  wants(event: EventEnvelope): boolean {
    return this.#events.has(event.name);
  }

  lag(): ConsumerLag[] {
    const { name, events } = this.consumer;
    const count = (deliveries: readonly Delivery[], event: string): number =>
      deliveries.filter((delivery) => delivery.event.name === event).length;
    return events.map((event) => ({
      consumer: name,
      event,
      waiting: count(this.#waiting, event),
      inHand: count(this.#inHand, event),
      pulled: true,
    }));
  }

  /** Resolves once the consumer has taken the event into its own store; rejects when it stops first. */
  deliver(event: EventEnvelope): Promise<void> {
    return new Promise((taken, refused) => {
      if (this.#stopped) {
        refused(this.#stoppedError());
        return;
      }
      this.#waiting.push({ event, taken, refused });
      this.#running ??= this.#run();
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    // Whatever else is published in this turn of the event loop joins the first batch.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH);
      this.#inHand = batch;
      if (this.#stopped || !(await this.#takeUntilDone(batch))) {
        for (const delivery of batch) delivery.refused(this.#stoppedError());
      }
      this.#inHand = [];
    }
    this.#running = null;
  }

  /** False when the queue stopped before the consumer's store was back. */
  async #takeUntilDone(batch: readonly Delivery[]): Promise<boolean> {
    for (let pause = 100; ; pause = Math.min(pause * 2, MAX_PAUSE_MS)) {
      try {
        const events = batch.map((delivery) => delivery.event);
        await failpoints(this.consumer.name, "handle", events, "before_handle");
        await this.consumer.receive(events);
        await failpoints(this.consumer.name, "handle", events, "before_ack");
        for (const delivery of batch) delivery.taken();
        return true;
      } catch (error) {
        if (this.#stopped) return false;
        this.logger.warn(
          `${this.consumer.name} cannot take events, next try in ${pause} ms: ${reasonOf(error)}`,
        );
        await sleep(pause);
        if (this.#stopped) return false;
      }
    }
  }

  #stoppedError(): Error {
    return new Error(`consumer ${this.consumer.name} has stopped`);
  }
}
