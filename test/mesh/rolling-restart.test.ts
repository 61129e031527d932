import { generateKeyPairSync, randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { eventually } from "../support/eventually";
import { failuresOf, Load } from "../support/load";
import { NatsServer, natsIsThere } from "../support/nats-server";
import { startTestShop, type TestShop } from "../support/shop";
import { ShopProcess } from "../support/shop-process";

/** A load balancer as simple as can be: who says that its connection ends is asked no more. */
class Balancer {
  #next = 0;
  readonly gateways = new Set<ShopProcess>();

  async get(path: string): Promise<void> {
    const all = [...this.gateways];
    const gateway = all[this.#next++ % all.length];
    if (!gateway) throw new Error("no gateway is left");
    const response = await fetch(`${gateway.url}${path}`);
    if (response.headers.get("connection") === "close") this.gateways.delete(gateway);
    await response.text();
    if (response.status !== 200) throw new Error(String(response.status));
  }
}

describe.skipIf(!natsIsThere())("two gateways and two of the search, restarted in turn", () => {
  let nats: NatsServer;
  const balancer = new Balancer();
  /** A node of the test's own, to see what the gateways see. */
  let observer: TestShop;
  let gateways: ShopProcess[] = [];
  let searches: ShopProcess[] = [];

  beforeAll(async () => {
    nats = await NatsServer.start();
    const { privateKey } = generateKeyPairSync("ed25519");
    const env = {
      NATS_URL: nats.url,
      POSTGRES_URL: inject("postgresUrl"),
      NAMESPACE: `m${randomBytes(4).toString("hex")}`,
      JWT_PRIVATE_KEY: privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
      DRAIN_MS: "300",
    };
    observer = await startTestShop({ services: [], env: { ...env, SERVICES: "search" } });
    const create = (service: string) => ShopProcess.create({ ...env, SERVICES: service });
    gateways = [await create("gateway"), await create("gateway")];
    searches = [await create("search"), await create("search")];
    // The first one builds, if need be, and migrates.
    await searches[0]?.start();
    await Promise.all([searches[1]?.start(), ...gateways.map((gateway) => gateway.start())]);
    for (const gateway of gateways) await isReady(gateway);
    await bothAreKnown();
  });
  afterAll(async () => {
    await observer?.stop();
    await Promise.all([...gateways, ...searches].map((shop) => shop.remove()));
    await nats?.remove();
  });

  /** Resolves when the gateway finds the search; from then on it is asked. */
  async function isReady(gateway: ShopProcess): Promise<void> {
    const url = `${gateway.url}/api/v1/search?q=mug`;
    await eventually(async () => (await fetch(url)).status === 200, { what: "search to be found" });
    balancer.gateways.add(gateway);
  }

  async function bothAreKnown(): Promise<void> {
    const { actions } = observer.broker.registry;
    await eventually(async () => actions.get("search.query")?.count() === 2, {
      what: "both of the search to be known",
    });
  }

  test("200 requests a second, and not one fails", async () => {
    let n = 0;
    const load = new Load(200, () => balancer.get(`/api/v1/search?q=mug${(n += 1)}`));
    await sleep(500);
    for (const shop of [...searches, ...gateways]) {
      expect(await shop.interrupt("SIGTERM")).toBe(0);
      await shop.start();
      if (gateways.includes(shop)) await isReady(shop);
      else await bothAreKnown();
    }
    const outcomes = await load.stop();
    expect(outcomes.length).toBeGreaterThan(500);
    expect(failuresOf(outcomes)).toEqual([]);
  });
});
