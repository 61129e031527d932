import type { Logger } from "moleculer";
import {
  AckPolicy,
  connect,
  DeliverPolicy,
  DiscardPolicy,
  nanos,
  RetentionPolicy,
  StorageType,
  type JetStreamClient,
  type JetStreamManager,
  type NatsConnection,
} from "nats";
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../errors";
import { ConsumerQueue } from "./consumer-queue";
import type { EventEnvelope } from "./event";
import { natsOptions } from "./nats-options";
import { ACK_WAIT_MS, JetStreamConsumer, type EventStream } from "./jetstream-consumer";
import type { Consumer, Transport } from "./transport";

export interface JetStreamOptions {
  /** `nats://user:password@host:port`, several by comma, `tls://` for TLS. */
  readonly url: string;
  readonly namespace: string;
  readonly node: string;
  readonly logger: Pick<Logger, "warn" | "error" | "info">;
  /** How much of the broker's disk the stream may take. */
  readonly maxBytes?: number;
}

const DAY_MS = 86_400_000;
const PUBLISH_TIMEOUT_MS = 2_000;

/**
 * Durable events over JetStream: one file stream that drops nothing unread (limits retention,
 * `discard: new`), a durable pull consumer for each service and event. It makes the stream and its
 * consumers at start and again whenever the broker has lost them; what it lost is published again
 * from the outboxes. The connection never gives up.
 */
export class JetStreamTransport implements Transport, EventStream {
  readonly stream: string;
  readonly #options: JetStreamOptions;
  readonly #consumers: JetStreamConsumer[] = [];
  readonly #opened: Promise<void>;
  #open: () => void = () => undefined;

  private constructor(
    options: JetStreamOptions,
    readonly connection: NatsConnection,
    readonly manager: JetStreamManager,
    readonly client: JetStreamClient,
  ) {
    this.#options = options;
    this.stream = `${options.namespace.toUpperCase().replaceAll("-", "_")}_EVENTS`;
    this.#opened = new Promise((resolve) => (this.#open = resolve));
  }

  /** Connects, waiting for a broker that is not there yet, and makes the stream. */
  static async connect(options: JetStreamOptions): Promise<JetStreamTransport> {
    const connection = await connect({
      ...natsOptions(options.url),
      name: `${options.node}:events`,
    });
    const manager = await connection.jetstreamManager({ checkAPI: false });
    const transport = new JetStreamTransport(options, connection, manager, connection.jetstream());
    await transport.#ensureStreamWhenReachable();
    return transport;
  }

  open(): void {
    this.#open();
  }

  subjectOf(event: string): string {
    return `${this.#options.namespace}.evt.${event}`;
  }

  async publish(event: EventEnvelope): Promise<void> {
    const ack = await this.client.publish(this.subjectOf(event.name), JSON.stringify(event), {
      msgID: event.id,
      expect: { streamName: this.stream },
      timeout: PUBLISH_TIMEOUT_MS,
    });
    // Only a place in the stream, or the word that it has one already, counts as published.
    if (ack.seq <= 0 && !ack.duplicate) throw new Error(`no place in the stream for ${event.id}`);
  }

  async subscribe(consumer: Consumer): Promise<() => Promise<void>> {
    const queue = new ConsumerQueue(consumer, this.#options.logger);
    const subscriptions = consumer.events.map(
      (event) =>
        new JetStreamConsumer({
          transport: this,
          service: consumer.name,
          event,
          queue,
          logger: this.#options.logger,
        }),
    );
    this.#consumers.push(...subscriptions);
    for (const subscription of subscriptions) void this.#opened.then(() => subscription.run());
    return async () => {
      await Promise.all(subscriptions.map((subscription) => subscription.stop()));
      await queue.stop();
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#consumers.map((consumer) => consumer.stop()));
    await this.connection.drain().catch(() => undefined); // already closed is as good as drained
  }

  /** Makes the stream, or brings an older one to this configuration. */
  async ensureStream(): Promise<void> {
    const config = {
      name: this.stream,
      subjects: [`${this.#options.namespace}.evt.>`],
      storage: StorageType.File,
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.New,
      max_age: nanos(7 * DAY_MS),
      max_bytes: this.#options.maxBytes ?? 1024 ** 3,
      // An optimisation: what is published twice is also handled once after this window.
      duplicate_window: nanos(10 * 60_000),
    };
    const known = await this.manager.streams.info(this.stream).catch(() => null);
    if (known) await this.manager.streams.update(this.stream, config);
    else await this.manager.streams.add(config);
  }

  /** Makes the durable consumer of a service for one event, from the stream's beginning. */
  async ensureConsumer(durable: string, event: string): Promise<void> {
    await this.manager.consumers.add(this.stream, {
      durable_name: durable,
      filter_subject: this.subjectOf(event),
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      // A consumer that died in the middle is followed by another after this; one that lives says so.
      ack_wait: nanos(ACK_WAIT_MS),
      // The inbox counts attempts and ends them; the broker never gives up by itself.
      max_deliver: -1,
      max_ack_pending: 256,
    });
  }

  async #ensureStreamWhenReachable(): Promise<void> {
    for (;;) {
      try {
        return await this.ensureStream();
      } catch (error) {
        this.#options.logger.warn(`no JetStream yet: ${messageOf(error)}`);
        await sleep(500);
      }
    }
  }
}
