import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { envelope } from "../support/events";
import { aShopAtRest } from "../support/healthy-shop";
import { ClusterServers, clusterServersAreThere } from "../support/cluster-servers";
import type { TestShop } from "../support/shop";
import { violated } from "../../verify/report";
import type { Target } from "../../verify/target";
import { connect } from "../../verify/snapshot";
import { verify } from "../../verify/verify";

describe.skipIf(!clusterServersAreThere())("a shop on the servers of a cluster", () => {
  let servers: ClusterServers;
  let shop: TestShop;
  let target: Target;

  beforeAll(async () => {
    servers = await ClusterServers.start();
    const { privateKey } = generateKeyPairSync("ed25519");
    const key = privateKey.export({ format: "pem", type: "pkcs8" }).toString();
    ({ shop, target } = await aShopAtRest({ ...servers.env, JWT_PRIVATE_KEY: key }));
  });
  afterAll(async () => {
    await target?.close();
    await shop?.stop();
    await servers?.remove();
  });

  test("every event is in the stream, and nothing else is", async () => {
    const { findings, underWay } = await verify(target);
    expect(underWay).toEqual([]);
    expect(violated(findings)).toEqual([]);
    const ofStream = findings.filter(({ title }) => title.includes("in the stream"));
    expect(ofStream.map(({ unchecked }) => unchecked)).toEqual([undefined, undefined]);
  });

  test("a loss that a publisher has not noticed yet keeps the shop from being at rest", async () => {
    const client = await connect(target.databases.orders);
    await client.query("UPDATE stream_mark SET last_seq = last_seq + 1000");
    await client.end();
    const { underWay } = await verify(target, { settleMs: 0 });
    expect(underWay).toContain("orders: a loss of the stream that it has not noticed");
    expect((await verify(target)).underWay).toEqual([]);
  });

  test("a consumer that the broker has forgotten keeps the shop from being at rest", async () => {
    const { manager, stream } = target.stream ?? expect.fail("there is no stream");
    await manager.consumers.delete(stream, "payments__order-cancelled");
    const { underWay } = await verify(target, { settleMs: 0 });
    expect(underWay).toEqual([
      "payments__order-cancelled: a consumer that the broker has forgotten",
    ]);
    expect((await verify(target, { settleMs: 60_000 })).underWay).toEqual([]);
  }, 90_000);

  test("an event that nobody published is found: in the stream, and where it was handled", async () => {
    const stranger = envelope("stock.rejected", { orderId: crypto.randomUUID(), short: [] });
    await shop.runtime.transport.publish(stranger);
    const { findings, underWay } = await verify(target, { settleMs: 10_000 });
    expect(underWay).toEqual([]);
    expect(violated(findings).map(({ id }) => id)).toEqual(["E2", "E2"]);
  });

  test("events that the stream has lost are found", async () => {
    await target.stream?.manager.streams.purge(target.stream.stream);
    const { findings } = await verify(target);
    expect(violated(findings).map(({ id }) => id)).toContain("E1");
  });
});
