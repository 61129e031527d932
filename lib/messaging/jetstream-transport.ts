import type { Logger } from "moleculer";
import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  ErrorCode,
  headers,
  nanos,
  RetentionPolicy,
  StorageType,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
  NatsError,
  type NatsConnection,
  type PubAck,
  type StreamConfig,
} from "nats";
import { isDeepStrictEqual } from "node:util";
import { messageOf, unavailable } from "../errors";
import { untilThere } from "../until-there";
import { connectNats } from "./connect-nats";
import { ConsumerQueue } from "./consumer-queue";
import type { EventEnvelope } from "./event";
import type { EventSeal } from "./event-seal";
import { eventSubject, streamOf } from "./nats-names";
import { natsOptions } from "./nats-options";
import { ACK_WAIT_MS, JetStreamConsumer, type EventStream } from "./jetstream-consumer";
import { lagOf } from "./jetstream-lag";
import type { EventRetention } from "./retention";
import type { Consumer, ConsumerLag, OwnLag, Place, StreamState, Transport } from "./transport";

export interface JetStreamOptions {
  /** `nats://user:password@host:port`, several by comma, `tls://` for TLS. */
  readonly url: string;
  /** A PEM file with the authority behind the server's certificate. */
  readonly ca?: string | null;
  readonly namespace: string;
  readonly node: string;
  readonly seal: EventSeal;
  readonly logger: Pick<Logger, "warn" | "error" | "info">;
  readonly keep: EventRetention;
  /** How much of the broker's disk the stream may take. */
  readonly maxBytes?: number;
}

const HOUR_MS = 3_600_000;
const PUBLISH_TIMEOUT_MS = 2_000;
const SEAL = "Souk-Seal";

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
  readonly #queues: ConsumerQueue[] = [];
  readonly #opened: Promise<void>;
  #open: () => void = () => undefined;

  private constructor(
    options: JetStreamOptions,
    readonly connection: NatsConnection,
    readonly manager: JetStreamManager,
    readonly client: JetStreamClient,
  ) {
    this.#options = options;
    this.stream = streamOf(options.namespace);
    this.#opened = new Promise((resolve) => (this.#open = resolve));
  }

  /** Connects, waiting for a broker that is not there yet, and makes the stream. */
  static async connect(options: JetStreamOptions): Promise<JetStreamTransport> {
    const connection = await connectNats(
      { ...natsOptions(options.url, options.ca), name: `${options.node}:events` },
      options.logger,
    );
    const manager = await connection.jetstreamManager({ checkAPI: false });
    const transport = new JetStreamTransport(options, connection, manager, connection.jetstream());
    await untilThere({
      name: "JetStream (nats-server --js)",
      logger: options.logger,
      tryOnce: () => transport.ensureStream(),
      isAway: () => true,
    });
    return transport;
  }

  open(): void {
    this.#open();
  }

  subjectOf(event: string): string {
    return eventSubject(this.#options.namespace, event);
  }

  async publish(event: EventEnvelope): Promise<Place> {
    const { seq, duplicate } = await this.#publish(event).catch((error: unknown) => {
      throw isRefusal(error) ? error : unavailable(error);
    });
    // Only a place in the stream, or the word that it has one already, counts as published.
    if (seq <= 0 && !duplicate) throw new Error(`no place in the stream for ${event.id}`);
    return { seq };
  }

  async #publish(event: EventEnvelope): Promise<PubAck> {
    const subject = this.subjectOf(event.name);
    const text = JSON.stringify(event);
    const sealed = headers();
    sealed.set(SEAL, this.#options.seal.sealOf(subject, text));
    return this.client.publish(subject, text, {
      msgID: event.id,
      headers: sealed,
      expect: { streamName: this.stream },
      timeout: PUBLISH_TIMEOUT_MS,
    });
  }

  isGenuine({ subject, data, headers: sealed }: JsMsg): boolean {
    return this.#options.seal.isGenuine(subject, data, sealed?.get(SEAL) ?? "");
  }

  async streamState(): Promise<StreamState> {
    const { created, state } = await this.manager.streams.info(this.stream);
    return { created, firstSeq: state.first_seq, lastSeq: state.last_seq };
  }

  async eventAt(seq: number): Promise<string | null> {
    try {
      const message = await this.manager.streams.getMessage(this.stream, { seq });
      return message.header.get("Nats-Msg-Id");
    } catch (error) {
      if (error instanceof NatsError && error.api_error?.code === 404) return null;
      throw error;
    }
  }

  async subscribe(consumer: Consumer): Promise<() => Promise<void>> {
    const queue = new ConsumerQueue(consumer, this.#options.logger);
    this.#queues.push(queue);
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

  lag(): Promise<ConsumerLag[]> {
    return lagOf(this.manager, this.stream, this.subjectOf(""));
  }

  async ownLag(): Promise<OwnLag> {
    const queues = this.#queues.map(({ consumer, length }) => ({ service: consumer.name, length }));
    return { queues, consumers: await Promise.all(this.#consumers.map((one) => one.lag())) };
  }

  async close(): Promise<void> {
    await Promise.all(this.#consumers.map((consumer) => consumer.stop()));
    await this.connection.drain().catch(() => undefined); // already closed is as good as drained
  }

  /** Makes the stream, or brings an older one to this configuration. */
  async ensureStream(): Promise<void> {
    const config = {
      name: this.stream,
      subjects: [this.subjectOf(">")],
      storage: StorageType.File,
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.New,
      max_age: nanos(this.#options.keep.streamHours * HOUR_MS),
      max_bytes: this.#options.maxBytes ?? 1024 ** 3,
      // An optimisation: what is published twice is also handled once after this window.
      duplicate_window: nanos(10 * 60_000),
    };
    const known = await this.manager.streams.info(this.stream).catch(() => null);
    if (!known) await this.manager.streams.add(config);
    else if (differs(config, known.config)) await this.#update(config);
  }

  async #update(config: Partial<StreamConfig>): Promise<void> {
    try {
      await this.manager.streams.update(this.stream, config);
    } catch (error) {
      if (!isForbidden(error)) throw error;
      // A service's own user may not change a stream, lest it empties it; NATS's `admin` user may.
      this.#options.logger.warn(
        `${this.stream} is not as this version wants it: ${messageOf(error)}`,
      );
    }
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
}

/** Whether it is this event that the broker will not have; everything else passes. */
const isRefusal = (error: unknown): boolean =>
  error instanceof NatsError &&
  (error.code === "MAX_PAYLOAD_EXCEEDED" || error.api_error?.code === 400);

const differs = (wanted: object, known: object): boolean =>
  Object.entries(wanted).some(
    ([key, value]) => !isDeepStrictEqual((known as Record<string, unknown>)[key], value),
  );

const isForbidden = (error: unknown): boolean =>
  error instanceof NatsError && error.code === (ErrorCode.PermissionsViolation as string);
