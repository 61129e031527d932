import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { fail } from "../../contracts/errors";
import { eventually } from "../support/eventually";
import { startTestGateway, standIn, type TestGateway } from "../support/gateway";
import { RedisServer, redisIsThere } from "../support/redis-server";

let shop: TestGateway | undefined;
afterEach(() => shop?.stop());

const users = standIn("users", {
  login: () => {
    throw fail("INVALID_CREDENTIALS");
  },
});

async function start(env: Record<string, string>): Promise<TestGateway> {
  shop = await startTestGateway([users], env);
  return shop;
}

const login = (gateway: TestGateway, headers: Record<string, string> = {}) =>
  gateway.request("/api/v1/auth/login", {
    method: "POST",
    body: JSON.stringify({ email: "a@b.example", password: "x" }),
    headers: { "content-type": "application/json", ...headers },
  });

describe("a limited route", () => {
  it("says how many are left, and refuses when none is, before it reads a body", async () => {
    const gateway = await start({ RATE_LIMIT: "on" });
    const first = await login(gateway);
    expect(first.status).toBe(401);
    expect(first.headers.get("ratelimit-limit")).toBe("60");
    expect(first.headers.get("ratelimit-remaining")).toBe("59");
    expect(Number(first.headers.get("ratelimit-reset"))).toBeGreaterThan(0);
    for (let n = 0; n < 59; n++) await login(gateway);

    const refused = await gateway.request("/api/v1/auth/login", { method: "POST", body: "{" });
    expect(refused.json).toMatchObject({ status: 429, code: "RATE_LIMITED" });
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    expect(refused.headers.get("ratelimit-remaining")).toBe("0");
  });

  it("has nothing left for whom another limit behind it refuses", async () => {
    const throttle = standIn("users", {
      login: () => {
        throw fail("RATE_LIMITED", "too many wrong passwords", { retryAfter: 894 });
      },
    });
    shop = await startTestGateway([throttle], { RATE_LIMIT: "on" });
    const { headers } = await login(shop);
    expect(headers.get("retry-after")).toBe("894");
    expect(headers.get("ratelimit-remaining")).toBe("0");
    expect(headers.get("ratelimit-reset")).toBe("894");
  });

  it("shares its budget with the other spellings and routes of it", async () => {
    const gateway = await start({ RATE_LIMIT: "on" });
    await login(gateway);
    const refresh = await gateway.request("/api/v1/auth/refresh/", { method: "POST" });
    expect(refresh.headers.get("ratelimit-remaining")).toBe("58");
  });

  it("cannot be fooled by X-Forwarded-For where no proxy is trusted", async () => {
    const gateway = await start({ RATE_LIMIT: "on" });
    for (let n = 0; n < 3; n++) await login(gateway, { "x-forwarded-for": `1.2.3.${n}` });
    expect((await login(gateway)).headers.get("ratelimit-remaining")).toBe("56");
  });

  it("counts clients apart behind a trusted proxy", async () => {
    const gateway = await start({ RATE_LIMIT: "on", TRUSTED_PROXIES: "1" });
    const remaining = async (from: string) =>
      (await login(gateway, { "x-forwarded-for": from })).headers.get("ratelimit-remaining");
    expect(await remaining("1.2.3.4")).toBe("59");
    expect(await remaining("1.2.3.5")).toBe("59");
    expect(await remaining("6.6.6.6, 1.2.3.4")).toBe("58");
    expect(await remaining("2001:db8::1")).toBe("59");
    expect(await remaining("2001:db8::ffff:1")).toBe("58");
  });

  it("has no limit when they are off", async () => {
    const gateway = await start({ RATE_LIMIT: "off" });
    expect((await login(gateway)).headers.get("ratelimit-limit")).toBeNull();
  });
});

describe.skipIf(!redisIsThere())("gateways that share a Redis", () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(() => redis.remove());

  it("count as one, and each for itself while it is away", async () => {
    const env = { RATE_LIMIT: "on", REDIS_URL: redis.url, NAMESPACE: "shared" };
    const [one, other] = [await start(env), await startTestGateway([users], env)];
    const remaining = async (gateway: TestGateway) => {
      const { status, headers } = await login(gateway);
      return [status, headers.get("ratelimit-remaining")];
    };
    expect((await remaining(one))[0]).toBe(401);
    // Each counts for itself until it has connected.
    await eventually(async () => {
      const [before, after] = [await remaining(one), await remaining(other)];
      return Number(before[1]) - Number(after[1]) === 1;
    });
    const shared = Number((await remaining(one))[1]);
    expect(await remaining(other)).toEqual([401, String(shared - 1)]);
    await redis.kill();
    expect(Number((await remaining(one))[1])).toBeGreaterThan(shared - 2);
    expect(await remaining(other)).toEqual([401, expect.any(String)]);
    await other.stop();
  });
});
