import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { ServiceBroker, type Context } from "moleculer";
import type { NatsConnection } from "nats";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { errors } from "../../contracts/errors";
import { NatsTransporter } from "../../lib/mesh/nats-transporter";
import { natsOptions } from "../../lib/messaging/nats-options";
import { eventually } from "../support/eventually";
import { NatsServer, natsIsThere } from "../support/nats-server";

const MIB = 1024 * 1024;
const DEADLINE_MS = 10_000;

describe.skipIf(!natsIsThere())("the transporter over NATS", () => {
  let nats: NatsServer;
  let caller: ServiceBroker;
  let callee: ServiceBroker;
  let runs = 0;

  async function bytesOf(ctx: Context): Promise<number> {
    let bytes = 0;
    for await (const chunk of ctx.stream as Readable) bytes += (chunk as Buffer).length;
    return bytes;
  }

  const actions = {
    echo: (ctx: Context<{ text: string }>) => ctx.params.text.length,
    fill: (ctx: Context<{ length: number }>) => "x".repeat(ctx.params.length),
    bytesOf,
    count: () => (runs += 1),
    hang: () => new Promise(() => undefined),
  };

  beforeAll(async () => {
    nats = await NatsServer.start();
  });
  afterAll(() => nats?.remove());
  beforeEach(async () => {
    const namespace = `m${randomBytes(4).toString("hex")}`;
    const node = (nodeID: string) =>
      new ServiceBroker({
        namespace,
        nodeID,
        logger: false,
        requestTimeout: DEADLINE_MS,
        transit: { maxChunkSize: 128 * 1024 },
        transporter: new NatsTransporter(natsOptions(nats.url), errors),
      });
    caller = node("caller");
    callee = node("callee.with.dots");
    callee.createService({ name: "x", actions });
    await Promise.all([caller.start(), callee.start()]);
    await caller.waitForServices("x", 5_000, 20);
  });
  afterEach(async () => {
    await Promise.all([caller.stop(), callee.stop()]);
  });

  const call = (action: string, params = {}) =>
    caller.call(`x.${action}`, params).catch((error: { type: string }) => error.type);

  /** What a kill -9 looks like from outside. */
  async function cut(broker: ServiceBroker): Promise<void> {
    const { client } = broker.transit?.tx as unknown as { client: NatsConnection };
    await client.close();
  }

  test("what is sent to a node that is gone fails at once, and was never delivered", async () => {
    await cut(callee);
    await sleep(300); // the server must have seen it, or it would still deliver
    const began = performance.now();
    expect(await Promise.all([call("count"), call("count")])).toEqual([
      "SERVICE_NOT_AVAILABLE",
      "SERVICE_NOT_AVAILABLE",
    ]);
    expect(performance.now() - began).toBeLessThan(DEADLINE_MS / 4);
    expect(caller.registry.nodes.get("callee.with.dots")?.available).toBe(false);
  });

  test("a node that is gone with a request in its hands is noticed without another request", async () => {
    const began = performance.now();
    const answer = call("hang");
    await sleep(50);
    await cut(callee);
    expect(await answer).toBe("REQUEST_REJECTED");
    expect(performance.now() - began).toBeLessThan(DEADLINE_MS / 4);
  });

  test("a node that is only slow is not taken for gone", async () => {
    const answer = caller.call("x.hang", {}, { timeout: 1_000 });
    await expect(answer).rejects.toMatchObject({ type: "REQUEST_TIMEOUT" });
    expect(await call("count")).toBeGreaterThan(0);
  });

  test("a request that the broker would not carry is refused by name", async () => {
    expect(await call("echo", { text: "x".repeat(MIB) })).toBe("PAYLOAD_TOO_LARGE");
    expect(caller.transit?.pendingRequests.size).toBe(0);
    expect(await call("echo", { text: "x".repeat(MIB - 2_000) })).toBe(MIB - 2_000);
  });

  test("an answer that the broker would not carry is an error, not silence", async () => {
    expect(await call("fill", { length: MIB })).toBe("INTERNAL_ERROR");
    expect(await call("fill", { length: 10 })).toBe("x".repeat(10));
  });

  test("a stream of the widest bytes crosses", async () => {
    const stream = Readable.from([Buffer.alloc(MIB, 255), Buffer.alloc(10, 1)], {
      objectMode: false,
    });
    expect(await caller.call("x.bytesOf", {}, { stream })).toBe(MIB + 10);
  });

  test("a short break of the connection costs a call no more than time", async () => {
    await nats.kill();
    await eventually(async () => !caller.transit?.tx.connected, { what: "the break to be seen" });
    const answer = call("count");
    await nats.start();
    expect(await answer).toBeGreaterThan(0);
  });

  test("a break of the connection is told when it begins and when it ends, a stop is not", async () => {
    const logger = caller.transit?.tx.logger;
    const said: unknown[] = [];
    Object.assign(logger ?? {}, {
      warn: (line: unknown) => said.push(line),
      info: (line: unknown) => said.push(line),
    });
    await nats.kill();
    await eventually(async () => said.includes("NATS is away"), { what: "the break to be told" });
    await nats.start();
    await eventually(async () => said.includes("NATS is back"), { what: "its end to be told" });
    await caller.stop();
    expect(said.filter((line) => line === "NATS is away")).toHaveLength(1);
    await caller.start(); // for afterEach, which stops it
  });

  test("in a long break calls fail before their deadline, and work again after it", async () => {
    await nats.kill();
    const began = performance.now();
    await eventually(async () => (await call("count")) === "BAD_GATEWAY", {
      what: "a call to be refused",
    });
    expect(performance.now() - began).toBeLessThan(DEADLINE_MS / 2);
    await nats.start();
    await eventually(async () => typeof (await call("count")) === "number", {
      what: "calls to work again",
    });
  });
});
