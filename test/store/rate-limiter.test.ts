import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "../../lib/ids";
import { MemoryRateLimiter, type RateLimiter } from "../../services/gateway/rate-limit";
import { SharedRateLimiter } from "../../services/gateway/shared-rate-limiter";
import { eventually } from "../support/eventually";
import { quietLogger } from "../support/quiet-logger";
import { RedisServer, redisIsThere } from "../support/redis-server";

/** A burst of them costs no more than a moment, and one grows back in 0.5 s. */
const budget = { budget: "test", perMinute: 120 };

async function takeAll(limiter: RateLimiter, client: string, count: number): Promise<number> {
  let allowed = 0;
  for (let n = 0; n < count; n++) if ((await limiter.take(client, budget)).allowed) allowed++;
  return allowed;
}

/** What every limiter promises. */
function behaves(open: () => Promise<RateLimiter>): void {
  let limiter: RateLimiter;
  beforeAll(async () => {
    limiter = await open();
  });
  afterAll(() => limiter.close?.());

  test.each([120, 60, 7])(
    "a burst may use a whole budget of %i, and no more",
    async (perMinute) => {
      const client = newId();
      for (let n = 1; n <= perMinute; n++) {
        const { allowed, remaining, retryAfter } = await limiter.take(client, {
          ...budget,
          perMinute,
        });
        expect({ allowed, retryAfter }).toEqual({ allowed: true, retryAfter: 0 });
        expect(remaining).toBeGreaterThanOrEqual(perMinute - n);
      }
      const refused = await limiter.take(client, { ...budget, perMinute });
      expect(refused).toEqual({
        allowed: false,
        remaining: 0,
        reset: 60,
        retryAfter: Math.ceil(60 / perMinute),
      });
    },
  );

  test("a request grows back in its time, and a refused one costs nothing", async () => {
    const client = newId();
    expect(await takeAll(limiter, client, 130)).toBeLessThanOrEqual(121);
    await sleep(1_100);
    const again = await takeAll(limiter, client, 10);
    expect(again).toBeGreaterThanOrEqual(2);
    expect(again).toBeLessThanOrEqual(3);
  });

  test("a budget is each client's own, and each name's", async () => {
    const client = newId();
    const one = { budget: "x", perMinute: 1 };
    expect((await limiter.take(client, one)).allowed).toBe(true);
    expect((await limiter.take(client, one)).allowed).toBe(false);
    expect((await limiter.take(newId(), one)).allowed).toBe(true);
    expect((await limiter.take(client, { ...one, budget: "y" })).allowed).toBe(true);
  });
}

describe("a limiter in memory", () => behaves(async () => new MemoryRateLimiter()));

describe.skipIf(!redisIsThere())("a limiter in Redis", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server.remove());

  const open = async () => {
    const limiter = new SharedRateLimiter({
      url: server.url,
      keyPrefix: "test:",
      logger: quietLogger,
    });
    await eventually(async () => limiter.isShared);
    return limiter;
  };

  behaves(open);

  test("counts for several gateways as one", async () => {
    const gateways = await Promise.all([open(), open(), open()]);
    const client = newId();
    const allowed = await Promise.all(gateways.map((limiter) => takeAll(limiter, client, 100)));
    const sum = allowed.reduce((a, b) => a + b, 0);
    expect(sum).toBeGreaterThanOrEqual(120);
    expect(sum).toBeLessThanOrEqual(123);
    await Promise.all(gateways.map((limiter) => limiter.close()));
  });

  test.each(["kill", "freeze"] as const)(
    "limits by itself and at once after a %s of Redis, and again with the others afterwards",
    async (fault) => {
      const limiter = await open();
      const client = newId();
      await limiter.take(client, budget);
      await server[fault]();
      const faultAt = performance.now();
      let slowest = 0;
      for (let n = 0; n < 20; n++) {
        const began = performance.now();
        expect((await limiter.take(client, budget)).allowed).toBe(true);
        slowest = Math.max(slowest, performance.now() - began);
      }
      expect(slowest).toBeLessThan(500);
      // Only the first one found out the slow way.
      expect(performance.now() - faultAt).toBeLessThan(1_500);
      const flood = newId();
      expect(await takeAll(limiter, flood, 200)).toBeLessThanOrEqual(122);
      if (fault === "kill") await server.start();
      else server.thaw();
      const other = await open();
      await eventually(async () => limiter.isShared);
      const after = newId();
      const one = { budget: "x", perMinute: 1 };
      expect((await other.take(after, one)).allowed).toBe(true);
      expect((await limiter.take(after, one)).allowed).toBe(false);
      await Promise.all([limiter.close(), other.close()]);
    },
  );
});
