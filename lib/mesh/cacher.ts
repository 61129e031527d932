import { Cachers, type BrokerOptions, type ServiceBroker } from "moleculer";
import type { Redis } from "ioredis";
import { messageOf } from "../errors";

const ENTRIES = 5_000;
/** A cache that takes longer than this to answer is no help. */
const PATIENCE_MS = 50;

/** As much of Moleculer's metrics as its memory cacher writes. */
const NO_METRICS = { increment: () => undefined, timer: () => () => 0 };

/** Moleculer's memory cacher, without its metrics: nobody reads them, and they cost more than it does. */
class UncountedMemoryCacher extends Cachers.MemoryLRU {
  override init(broker: ServiceBroker): void {
    super.init(broker);
    this.metrics = NO_METRICS;
  }
}

/** Moleculer's Redis cacher, which logs every failed try to connect; this one says it once. */
class QuietRedisCacher extends Cachers.Redis {
  override init(broker: ServiceBroker): void {
    super.init(broker);
    const { client } = this as unknown as { client: Redis }; // ioredis, as we configured it
    client.removeAllListeners("error").on("error", (error) => {
      if (this.connected) this.logger.warn(`the cache is away: ${messageOf(error)}`);
      this.connected = false;
    });
    client.on("close", () => (this.connected = false));
  }

  override async close(): Promise<void> {
    // Redis may be away when we leave.
    await super.close().catch(() => undefined);
  }
}

/** The cache that the nodes share: Redis, or, when there is none, the memory of each process. */
export function cacherOf(options: {
  readonly redisUrl: string | null;
  readonly namespace: string;
}): NonNullable<BrokerOptions["cacher"]> {
  if (options.redisUrl === null) {
    return new UncountedMemoryCacher({ max: ENTRIES });
  }
  return new QuietRedisCacher({
    prefix: `${options.namespace}:cache:`,
    redis: {
      ...redisAddress(options.redisUrl),
      commandTimeout: PATIENCE_MS,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 1,
      retryStrategy: (times: number) => Math.min(2_000, 100 * times),
    },
  });
}

/** ioredis takes a URL or options; Moleculer hands on only one argument. */
function redisAddress(url: string): object {
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  return {
    host: hostname,
    port: port === "" ? 6379 : Number(port),
    ...(username ? { username: decodeURIComponent(username) } : {}),
    ...(password ? { password: decodeURIComponent(password) } : {}),
    ...(pathname.length > 1 ? { db: Number(pathname.slice(1)) } : {}),
    ...(protocol === "rediss:" ? { tls: {} } : {}),
  };
}
