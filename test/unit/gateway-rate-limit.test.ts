import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { clientKey, networkOf } from "../../services/gateway/client-address";
import { limitRate, MemoryRateLimiter } from "../../services/gateway/rate-limit";

const budget = { budget: "auth", perMinute: 60 };

describe("a budget", () => {
  it("lets a burst use it whole, and then one request a cost", async () => {
    let now = 0;
    const limiter = new MemoryRateLimiter(() => now);
    for (let n = 1; n <= 60; n++) {
      expect(await limiter.take("a", budget)).toMatchObject({ allowed: true, remaining: 60 - n });
    }
    expect(await limiter.take("a", budget)).toEqual({
      allowed: false,
      remaining: 0,
      reset: 60,
      retryAfter: 1,
    });
    now += 1_000;
    expect(await limiter.take("a", budget)).toMatchObject({ allowed: true, remaining: 0 });
    expect(await limiter.take("a", budget)).toMatchObject({ allowed: false });
  });

  it("never lets more through in any minute than a burst and what grew back meanwhile", async () => {
    let now = 0;
    const limiter = new MemoryRateLimiter(() => now);
    let allowed = 0;
    for (; now < 60_000; now += 100) if ((await limiter.take("a", budget)).allowed) allowed++;
    expect(allowed).toBeLessThanOrEqual(120);
    expect(allowed).toBeGreaterThanOrEqual(118);
  });

  it("is each client's own, and each name's", async () => {
    const limiter = new MemoryRateLimiter(() => 0);
    const one = { budget: "x", perMinute: 1 };
    expect((await limiter.take("a", one)).allowed).toBe(true);
    expect((await limiter.take("a", one)).allowed).toBe(false);
    expect((await limiter.take("b", one)).allowed).toBe(true);
    expect((await limiter.take("a", { ...one, budget: "y" })).allowed).toBe(true);
  });

  it("remembers no more clients than it may", async () => {
    let now = 0;
    const limiter = new MemoryRateLimiter(() => now, 100);
    for (let n = 0; n < 1_000; n++) await limiter.take(`flood-${n}`, budget);
    expect(limiter.size).toBe(100);
    now += 120_000;
    await limiter.take("late", budget);
    expect(limiter.size).toBe(1);
  });

  it("does not look through all it remembers for each client of a flood", async () => {
    const limiter = new MemoryRateLimiter(() => 0);
    const one = { budget: "x", perMinute: 1 };
    for (let n = 0; n < 130_000; n++) await limiter.take(`flood-${n}`, one);
    expect(limiter.size).toBe(100_000);
  });

  it("says how it stands in headers, and refuses with the time to wait", async () => {
    const limiter = new MemoryRateLimiter(() => 0);
    const headers: Record<string, string> = {};
    await limitRate(limiter, "a", { budget: "x", perMinute: 1 }, headers);
    expect(headers).toEqual({
      "ratelimit-limit": "1",
      "ratelimit-remaining": "0",
      "ratelimit-reset": "60",
    });
    await expect(limitRate(limiter, "a", { budget: "x", perMinute: 1 }, {})).rejects.toMatchObject({
      type: "RATE_LIMITED",
      data: { retryAfter: 60 },
    });
  });
});

const requestFrom = (remoteAddress: string, forwarded?: string) =>
  ({
    socket: { remoteAddress },
    headers: { "x-forwarded-for": forwarded },
  }) as never as IncomingMessage;

describe("a client's address", () => {
  it("is the socket's where no proxy is trusted, whatever the header claims", () =>
    expect(clientKey(requestFrom("10.0.0.1", "1.2.3.4"), 0)).toBe("10.0.0.1"));

  it("is what the outermost trusted proxy saw; what stands left of that is invented", () => {
    expect(clientKey(requestFrom("10.0.0.1", "6.6.6.6, 1.2.3.4"), 1)).toBe("1.2.3.4");
    expect(clientKey(requestFrom("10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.2"), 2)).toBe("1.2.3.4");
  });

  it("is the socket's when the proxy says nonsense or nothing", () => {
    expect(clientKey(requestFrom("10.0.0.1", "unknown"), 1)).toBe("10.0.0.1");
    expect(clientKey(requestFrom("10.0.0.1"), 1)).toBe("10.0.0.1");
  });

  it.each([
    ["::ffff:1.2.3.4", "1.2.3.4"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:0db8:0001:0002:ffff::1", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ])("%s counts as %s", (address, network) => expect(networkOf(address)).toBe(network));
});
