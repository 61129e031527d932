import type { Logger } from "moleculer";
import { ConsumerQueue } from "./consumer-queue";
import type { EventEnvelope } from "./event";
import type { Consumer, ConsumerLag, OwnLag, Transport } from "./transport";

/**
 * The embedded broker: an event is published when every consumer in this process has taken it into
 * its own store, so nothing needs to be kept here.
 */
export class InProcessTransport implements Transport {
  readonly #queues: ConsumerQueue[] = [];
  readonly #opened: Promise<void>;
  #open: () => void = () => undefined;

  constructor(readonly logger: Pick<Logger, "warn">) {
    this.#opened = new Promise((resolve) => (this.#open = resolve));
  }

  open(): void {
    this.#open();
  }

  async publish(event: EventEnvelope): Promise<null> {
    await this.#opened;
    const interested = this.#queues.filter((queue) => queue.wants(event));
    await Promise.all(interested.map((queue) => queue.deliver(event)));
    return null;
  }

  async streamState(): Promise<null> {
    return null;
  }

  async eventAt(): Promise<null> {
    return null;
  }

  async subscribe(consumer: Consumer): Promise<() => Promise<void>> {
    const queue = new ConsumerQueue(consumer, this.logger);
    this.#queues.push(queue);
    // A stopped queue stays listed and refuses: its events must not count as taken.
    return () => queue.stop();
  }

  async lag(): Promise<ConsumerLag[]> {
    return this.#queues.flatMap((queue) => queue.lag());
  }

  async ownLag(): Promise<OwnLag> {
    const queues = this.#queues.map(({ consumer, length }) => ({ service: consumer.name, length }));
    return { queues, consumers: [] };
  }

  async close(): Promise<void> {
    await Promise.all(this.#queues.map((queue) => queue.stop()));
  }
}
