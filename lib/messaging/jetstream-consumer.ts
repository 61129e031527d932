import { createHash } from "node:crypto";
import type { Logger } from "moleculer";
import type { ConsumerMessages, JetStreamClient, JetStreamManager, JsMsg } from "nats";
import { setTimeout as sleep } from "node:timers/promises";
import { reasonOf } from "../errors";
import type { ConsumerQueue } from "./consumer-queue";
import { FOREIGN, type EventEnvelope } from "./event";
import { lagIn } from "./jetstream-lag";
import { durableOf } from "./nats-names";
import type { ConsumerLag } from "./transport";

/** What a consumer needs of its connection. */
export interface EventStream {
  readonly stream: string;
  readonly client: JetStreamClient;
  readonly manager: JetStreamManager;
  ensureStream(): Promise<void>;
  ensureConsumer(durable: string, event: string): Promise<void>;
  /** Whether one of us wrote it. */
  isGenuine(message: JsMsg): boolean;
}

export interface JetStreamConsumerOptions {
  readonly transport: EventStream;
  readonly service: string;
  readonly event: string;
  readonly queue: ConsumerQueue;
  readonly logger: Pick<Logger, "warn">;
}

const IN_HAND = 128;
/** How long the broker waits for a word about a message before it gives it to somebody else. */
export const ACK_WAIT_MS = 6_000;
const HEARTBEAT_MS = ACK_WAIT_MS / 3;
const RETRY_MS = 500;
/**
 * Of one pull request. Also about how long nats.js rests (a half to one and a half of it) when the broker,
 * just back, does not answer yet; with its default of 30 s a consumer slept for up to 45.
 */
const PULL_MS = 4_000;

/** One service's messages of one event, pulled into the service's queue and acknowledged after it. */
export class JetStreamConsumer {
  readonly #options: JetStreamConsumerOptions;
  readonly #durable: string;
  #messages: ConsumerMessages | undefined;
  #stopped = false;

  constructor(options: JetStreamConsumerOptions) {
    this.#options = options;
    this.#durable = durableOf(options.service, options.event);
  }

  /** Pulls until stopped; makes stream and consumer anew whenever the broker has forgotten them. */
  async run(): Promise<void> {
    const { transport, event, logger } = this.#options;
    while (!this.#stopped) {
      try {
        await transport.ensureStream();
        await transport.ensureConsumer(this.#durable, event);
        await this.#pull();
      } catch (error) {
        if (this.#stopped) return;
        logger.warn(`${this.#durable}: ${reasonOf(error)}`);
        await sleep(RETRY_MS);
      }
    }
  }

  async lag(): Promise<ConsumerLag> {
    const { transport, service: consumer, event } = this.#options;
    const info = await transport.manager.consumers.info(transport.stream, this.#durable);
    return { consumer, event, ...lagIn(info) };
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#messages?.close();
  }

  async #pull(): Promise<void> {
    const { transport } = this.#options;
    const consumer = await transport.client.consumers.get(transport.stream, this.#durable);
    this.#messages = await consumer.consume({
      max_messages: IN_HAND,
      expires: PULL_MS,
      idle_heartbeat: 1_000,
      abort_on_missing_resource: true,
    });
    if (this.#stopped) await this.#messages.close();
    for await (const message of this.#messages) void this.#take(message);
  }

  async #take(message: JsMsg): Promise<void> {
    // A batch may wait for a store that is away; the broker must not think that we have died.
    const heartbeat = setInterval(() => message.working(), HEARTBEAT_MS);
    try {
      await this.#options.queue.deliver(this.#decode(message));
      message.ack();
    } catch {
      message.nak(RETRY_MS); // the queue has stopped; another replica, or our next start, takes it
    } finally {
      clearInterval(heartbeat);
    }
  }

  /**
   * What is no event at all, or of somebody else, gets an envelope, so that the inbox can make a dead
   * letter of it: one that does nothing when it is replayed.
   */
  #decode(message: JsMsg): EventEnvelope {
    try {
      const event = message.json<EventEnvelope>();
      if (isEnvelope(event) && this.#options.transport.isGenuine(message)) return event;
    } catch {
      // Not JSON: the same as JSON that is no envelope.
    }
    const id = uuidOf(`${this.#options.transport.stream}:${message.seq}`);
    return {
      id,
      name: this.#options.event,
      version: FOREIGN,
      source: "unknown",
      aggregateId: id,
      seq: 1,
      payload: { rubbish: message.string().slice(0, 10_000) },
      correlationId: id,
      causationId: null,
      traceparent: null,
      occurredAt: new Date(message.info.timestampNanos / 1e6).toISOString(),
    };
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The same UUID for the same text, so that rubbish delivered twice is one dead letter. */
function uuidOf(text: string): string {
  const hash = createHash("sha256").update(text).digest("hex");
  const parts = [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(13, 16)}`,
    `8${hash.slice(17, 20)}`,
  ];
  return [...parts, hash.slice(20, 32)].join("-");
}

function isEnvelope(value: unknown): value is EventEnvelope {
  if (typeof value !== "object" || value === null) return false;
  const event = value as Partial<Record<keyof EventEnvelope, unknown>>;
  return (
    typeof event.id === "string" &&
    UUID.test(event.id) &&
    Number.isSafeInteger(event.version) &&
    Number.isSafeInteger(event.seq) &&
    [event.name, event.source, event.aggregateId, event.correlationId].every(isPlain) &&
    (event.causationId === null ||
      (typeof event.causationId === "string" && UUID.test(event.causationId))) &&
    (event.traceparent === null || isPlain(event.traceparent)) &&
    isTime(event.occurredAt)
  );
}

/** A text that every inbox can keep. */
const isPlain = (value: unknown): boolean =>
  typeof value === "string" && /^[\x20-\x7e]{1,200}$/.test(value);

/** A time as we write it, and PostgreSQL reads it. */
const isTime = (value: unknown): boolean =>
  typeof value === "string" &&
  /^[1-9]\d{3}-/.test(value) &&
  !Number.isNaN(Date.parse(value)) &&
  new Date(value).toISOString() === value;
