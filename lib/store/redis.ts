import { createHash } from "node:crypto";
import { Redis } from "ioredis";
import { messageOf, unavailable } from "../errors";

export interface RedisConnectionOptions {
  readonly url: string;
  /** In front of every key. */
  readonly keyPrefix: string;
  readonly commandTimeoutMs: number;
  readonly logger: { warn(message: string): void; info(message: string): void };
}

const RECONNECT_MS = 400;
const SILENCE_MS = 2_000;

/** What Redis answers when it is there and cannot serve: it starts, is full, or is a replica now. */
const CANNOT_SERVE =
  /^(LOADING|READONLY|OOM|MISCONF|MASTERDOWN|NOREPLICAS|BUSY|CLUSTERDOWN|TRYAGAIN|NOAUTH|WRONGPASS|UNBLOCKED)/;

/**
 * A connection to Redis that never lets anybody wait: a command that cannot be sent now, or is not
 * answered in time, throws SERVICE_UNAVAILABLE. It reconnects for ever, within half a second of the
 * server's return. What a command did that was not answered is not known.
 */
export class RedisConnection {
  readonly #redis: Redis;
  #lastAnswer = performance.now();
  #lost = false;

  constructor({ url, keyPrefix, commandTimeoutMs, logger }: RedisConnectionOptions) {
    this.#redis = new Redis(url, {
      keyPrefix,
      commandTimeout: commandTimeoutMs,
      connectTimeout: 2_000,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 1,
      // Jitter, so that all nodes do not come back in the same instant.
      retryStrategy: (times) => Math.min(RECONNECT_MS, 50 * times) * (0.5 + Math.random() / 2),
      // A master that became a replica: the name leads to the new one by now.
      reconnectOnError: (error) => error.message.startsWith("READONLY"),
    });
    this.#redis.on("error", (error) => this.#noteLoss(logger, messageOf(error)));
    this.#redis.on("close", () => this.#noteLoss(logger, "the connection closed"));
    this.#redis.on("ready", () => {
      if (this.#lost) logger.info("Redis is back");
      this.#lost = false;
    });
  }

  /** Whether a command would be sent at once. */
  get isReady(): boolean {
    return this.#redis.status === "ready";
  }

  /** Waits for the first connection, so long at most. */
  async whenReady(patienceMs: number): Promise<void> {
    if (this.isReady) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patienceMs);
      this.#redis.once("ready", () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** Throws SERVICE_UNAVAILABLE when Redis is away, and what it objects to otherwise. */
  async run<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
    try {
      const result = await work(this.#redis);
      this.#lastAnswer = performance.now();
      return result;
    } catch (error) {
      if (isObjection(error)) throw error;
      this.#dropWhenSilent();
      throw unavailable(error);
    }
  }

  async close(): Promise<void> {
    this.#redis.removeAllListeners("close");
    await this.#redis.quit().catch(() => this.#redis.disconnect());
  }

  /** A connection that brings no answer is dead, though TCP may believe in it for minutes. */
  #dropWhenSilent(): void {
    if (!this.isReady || performance.now() - this.#lastAnswer < SILENCE_MS) return;
    this.#lastAnswer = performance.now();
    this.#redis.disconnect(true);
  }

  #noteLoss(logger: RedisConnectionOptions["logger"], reason: string): void {
    if (!this.#lost) logger.warn(`Redis is away: ${reason}`);
    this.#lost = true;
  }
}

/** Redis is well and will not do this, now or later. */
const isObjection = (error: unknown): boolean =>
  error instanceof Error && error.name === "ReplyError" && !CANNOT_SERVE.test(error.message);

/** A script that Redis runs as one step; it is sent whole once, and by its hash from then on. */
export class RedisScript {
  readonly #hash: string;

  constructor(readonly text: string) {
    this.#hash = createHash("sha1").update(text).digest("hex");
  }

  async run(redis: Redis, keys: string[], args: (string | number)[]): Promise<unknown> {
    try {
      return await redis.evalsha(this.#hash, keys.length, ...keys, ...args);
    } catch (error) {
      if (!messageOf(error).startsWith("NOSCRIPT")) throw error;
      return redis.eval(this.text, keys.length, ...keys, ...args);
    }
  }
}
