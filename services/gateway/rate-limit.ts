import { fail } from "../../contracts/errors";

export interface Budget {
  /** Routes that name the same budget share it. */
  readonly budget: string;
  readonly perMinute: number;
}

export interface Verdict {
  readonly allowed: boolean;
  readonly remaining: number;
  /** Seconds until the budget is whole again. */
  readonly reset: number;
  /** Seconds until the next request is allowed; 0 when one is now. */
  readonly retryAfter: number;
}

/** Counts requests of a client against a budget. In memory here; shared by gateways elsewhere. */
export interface RateLimiter {
  take(client: string, budget: Budget): Promise<Verdict>;
  /** For one that keeps a connection. */
  close?(): Promise<void>;
}

const MINUTE_MS = 60_000;
const MAX_CLIENTS = 100_000;
/** A look through all clients takes milliseconds: not for each request of a flood. */
const PURGE_EVERY_MS = 1_000;

/**
 * GCRA: one number a client, the time at which its budget will be whole again. A burst may use the
 * whole budget; after that requests come at its rate. There is no window whose edge lets twice as
 * many through.
 */
export class MemoryRateLimiter implements RateLimiter {
  readonly #wholeAt = new Map<string, number>();
  readonly #now: () => number;
  readonly #maxClients: number;
  #purgedAt = -Infinity;

  constructor(now: () => number = () => performance.now(), maxClients = MAX_CLIENTS) {
    this.#now = now;
    this.#maxClients = maxClients;
  }

  async take(client: string, { budget, perMinute }: Budget): Promise<Verdict> {
    const now = this.#now();
    const cost = MINUTE_MS / perMinute;
    const key = `${budget} ${client}`;
    const before = Math.max(now, this.#wholeAt.get(key) ?? now);
    const after = before + cost;
    const wait = after - now - MINUTE_MS;
    // A hair of tolerance: the sum of many costs is not exactly a minute.
    if (wait > 1e-6) return verdict(false, 0, before - now, wait);
    this.#remember(key, after, now);
    return verdict(true, Math.floor((MINUTE_MS - (after - now)) / cost + 1e-6), after - now, 0);
  }

  /** How many clients are remembered. */
  get size(): number {
    return this.#wholeAt.size;
  }

  #remember(key: string, wholeAt: number, now: number): void {
    this.#wholeAt.delete(key);
    this.#wholeAt.set(key, wholeAt);
    if (this.#wholeAt.size <= this.#maxClients) return;
    if (now - this.#purgedAt >= PURGE_EVERY_MS) this.#purge(now);
    // A flood from many addresses: the one unheard of for longest starts anew.
    const oldest = this.#wholeAt.keys().next();
    if (this.#wholeAt.size > this.#maxClients && !oldest.done) this.#wholeAt.delete(oldest.value);
  }

  /** Forgets the clients whose budget is whole. */
  #purge(now: number): void {
    this.#purgedAt = now;
    for (const [old, at] of this.#wholeAt) if (at <= now) this.#wholeAt.delete(old);
  }
}

export const verdict = (
  allowed: boolean,
  remaining: number,
  resetMs: number,
  waitMs: number,
): Verdict => ({
  allowed,
  remaining,
  reset: Math.ceil(resetMs / 1000),
  retryAfter: Math.ceil(waitMs / 1000),
});

/** Takes one request of `client` from the budget; says how it stands in `headers`, or refuses. */
export async function limitRate(
  limiter: RateLimiter,
  client: string,
  budget: Budget,
  headers: Record<string, string>,
): Promise<void> {
  const { allowed, remaining, reset, retryAfter } = await limiter.take(client, budget);
  headers["ratelimit-limit"] = String(budget.perMinute);
  headers["ratelimit-remaining"] = String(remaining);
  headers["ratelimit-reset"] = String(reset);
  if (!allowed) {
    throw fail("RATE_LIMITED", `at most ${budget.perMinute} requests a minute`, { retryAfter });
  }
}

/** Whom another limit than the route's own refuses has as little left; `retryAfter` in seconds. */
export function tellExhausted(headers: Record<string, string>, retryAfter = 0): void {
  const reset = headers["ratelimit-reset"];
  if (reset === undefined) return;
  headers["ratelimit-remaining"] = "0";
  headers["ratelimit-reset"] = String(Math.max(Number(reset), Math.ceil(retryAfter)));
}
