import { randomBytes } from "node:crypto";
import { Type as T } from "@sinclair/typebox";
import { Cachers, ServiceBroker, type BrokerOptions } from "moleculer";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { cache, invalidate } from "../../lib/mesh/cache";
import { cacherOf } from "../../lib/mesh/cacher";
import { cacheKey } from "../../lib/mesh/call-cache";
import { action, defineContract } from "../../lib/mesh/contract";
import { Strict } from "../../lib/mesh/schema";
import { natsOptions } from "../../lib/messaging/nats-options";
import { eventually } from "../support/eventually";
import { NatsServer, natsIsThere } from "../support/nats-server";
import { RedisServer, redisIsThere } from "../support/redis-server";

const shelf = defineContract({
  name: "shelf",
  calls: [],
  actions: {
    get: action({
      summary: "",
      params: Strict({ id: T.String() }),
      result: T.String(),
      access: "public",
      idempotent: true,
      cache: { keys: ["id"], seconds: 60 },
    }),
  },
  events: {},
});

describe.skipIf(!natsIsThere() || !redisIsThere())("the cache of a mesh with Redis", () => {
  let nats: NatsServer;
  let redis: RedisServer;
  let brokers: ServiceBroker[];
  let asked: string[];
  let text: string;

  beforeAll(async () => {
    [nats, redis] = await Promise.all([NatsServer.start(), RedisServer.start()]);
  });
  afterAll(async () => {
    await redis?.remove();
    await nats?.remove();
  });

  beforeEach(async () => {
    [asked, text] = [[], "old"];
    const namespace = `c${randomBytes(4).toString("hex")}`;
    const options = (nodeID: string): BrokerOptions => ({
      namespace,
      nodeID,
      logger: false,
      requestTimeout: 2_000,
      transporter: { type: "NATS", options: natsOptions(nats.url) },
      cacher: cacherOf({ redisUrl: redis.url, namespace }),
      middlewares: [cache({ contracts: { shelf }, durableActions: {} })],
    });
    brokers = ["origin", "near", "far"].map((name) => new ServiceBroker(options(name)));
    brokers[0]?.createService({
      name: "shelf",
      actions: {
        get(ctx: { params: { id: string } }) {
          asked.push(ctx.params.id);
          return `${text} ${ctx.params.id}`;
        },
      },
    });
    await Promise.all(brokers.map((broker) => broker.start()));
    await Promise.all(brokers.map((broker) => broker.waitForServices("shelf")));
    await eventually(async () => brokers.every(({ cacher }) => cacher?.connected), {
      what: "Redis",
    });
  });
  afterEach(() => Promise.all(brokers.map((broker) => broker.stop())));

  const get = (node: number, id = "1") => brokers[node]?.call("shelf.get", { id });

  /** Nobody waits for an answer to be kept; this does. */
  const kept = (id: string) =>
    eventually(async () => {
      const key = cacheKey("shelf.get", ["id"], { id });
      return (await brokers[2]?.cacher?.get(key ?? "")) !== null;
    });

  it("answers where it is asked, once one node has the answer", async () => {
    expect(await get(1)).toBe("old 1");
    await kept("1");
    expect(await get(2)).toBe("old 1");
    expect(asked).toEqual(["1"]);
    expect(brokers.map(({ cacher }) => cacher instanceof Cachers.Redis)).toEqual([
      true,
      true,
      true,
    ]);
  });

  it("forgets everywhere when the service says that something changed", async () => {
    await Promise.all([get(1), get(2)]);
    text = "new";
    const [origin] = brokers;
    if (origin) await invalidate(origin, "shelf");
    await eventually(async () => (await get(1)) === "new 1" && (await get(2)) === "new 1");
  });

  it("is done without when Redis dies, and used again when it is back", async () => {
    await get(1, "1");
    await redis.kill();
    for (const id of ["2", "3", "4"]) expect(await get(1, id)).toBe(`old ${id}`);
    await redis.start();
    await eventually(async () => brokers.every(({ cacher }) => cacher?.connected), {
      what: "Redis",
    });
    await get(1, "5");
    await kept("5");
    expect(await get(2, "5")).toBe("old 5");
    expect(asked.filter((id) => id === "5")).toHaveLength(1);
  });
});
