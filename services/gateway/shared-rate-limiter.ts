import type { Config } from "../../config/env";
import { RedisConnection, RedisScript, type RedisConnectionOptions } from "../../lib/store/redis";
import {
  MemoryRateLimiter,
  verdict,
  type Budget,
  type RateLimiter,
  type Verdict,
} from "./rate-limit";

const PATIENCE_MS = 100;
/** After Redis kept a request waiting, it is not asked for so long. */
const REST_MS = 1_000;

/**
 * The same GCRA as in memory, in one step and by the clock of Redis, so that gateways whose clocks
 * differ agree. ARGV: the minute and the cost of a request, in µs. Answers whether it is allowed, and
 * in µs how long until the budget is whole and until the next request is allowed.
 */
const TAKE = new RedisScript(`
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local minute, cost = tonumber(ARGV[1]), tonumber(ARGV[2])
local before = math.max(now, tonumber(redis.call('GET', KEYS[1]) or 0))
local after = before + cost
local wait = after - now - minute
if wait > 0 then return {0, before - now, wait} end
redis.call('SET', KEYS[1], string.format('%.0f', after), 'PX', math.ceil((after - now) / 1000))
return {1, after - now, 0}`);

const MINUTE_US = 60_000_000;

/**
 * Counts in Redis, for all gateways as one. While Redis is away or slow each counts for itself: a
 * client then gets its budget once a gateway, and no request ever fails or waits for the counting.
 */
export class SharedRateLimiter implements RateLimiter {
  readonly #connection: RedisConnection;
  readonly #local = new MemoryRateLimiter();
  /** Settled before the first request comes, as a rule. */
  readonly #connected: Promise<void>;
  #restUntil = 0;

  constructor(options: Pick<RedisConnectionOptions, "url" | "keyPrefix" | "logger">) {
    this.#connection = new RedisConnection({ ...options, commandTimeoutMs: PATIENCE_MS });
    this.#connected = this.#connection.whenReady(PATIENCE_MS);
  }

  /** Whether the next request is counted with those of the other gateways. */
  get isShared(): boolean {
    return this.#connection.isReady && performance.now() >= this.#restUntil;
  }

  async take(client: string, budget: Budget): Promise<Verdict> {
    await this.#connected;
    if (!this.isShared) return this.#local.take(client, budget);
    try {
      return await this.#takeShared(client, budget);
    } catch {
      // The connection has logged that Redis is away.
      this.#restUntil = performance.now() + REST_MS;
      return this.#local.take(client, budget);
    }
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  async #takeShared(client: string, { budget, perMinute }: Budget): Promise<Verdict> {
    // Rounded down, or the last request of a burst would be a hair too many.
    const cost = Math.floor(MINUTE_US / perMinute);
    const answer = await this.#connection.run((redis) =>
      TAKE.run(redis, [`${budget}:${client}`], [MINUTE_US, cost]),
    );
    // What the script returns.
    const [allowed, resetUs, waitUs] = answer as [number, number, number];
    const remaining = allowed === 1 ? Math.floor((MINUTE_US - resetUs) / cost) : 0;
    return verdict(allowed === 1, remaining, resetUs / 1000, waitUs / 1000);
  }
}

/** What counts a gateway's requests; null when nothing does. */
export function rateLimiterOf(
  { rateLimit, redisUrl: url, namespace }: Config,
  logger: RedisConnectionOptions["logger"],
): RateLimiter | null {
  if (rateLimit === "off") return null;
  if (url === null) return new MemoryRateLimiter();
  return new SharedRateLimiter({ url, keyPrefix: `${namespace}:limit:`, logger });
}
