import { generateKeyPairSync, randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { signerOf } from "../../lib/mesh/signed-context";
import { eventually } from "../support/eventually";
import { startTestGateway, type TestGateway } from "../support/gateway";
import { failuresOf, Load } from "../support/load";
import { NatsServer, natsIsThere } from "../support/nats-server";
import { Replica } from "../support/replica";

const admin = { id: "0190aaaa-0000-7000-8000-00000000ad31", roles: ["admin"] };

describe.skipIf(!natsIsThere())("two replicas of a service", () => {
  let nats: NatsServer;
  let env: Record<string, string>;
  let gateway: TestGateway;
  let replicas: Replica[] = [];

  const read = () => gateway.call("inventory.get", { sku: "MUG" }, admin);
  const write = (timeout = 5_000) => {
    const action = "inventory.adjust";
    const headers = signerOf(gateway.broker).headersFor({
      user: admin,
      service: "gateway",
      action,
    });
    const params = { sku: "MUG", delta: 1, reason: "found" };
    return gateway.broker.call(action, params, { headers, timeout });
  };
  const runs = () => Promise.all(replicas.map((replica) => replica.runs()));

  /** Resolves when the gateway's calls reach every replica. */
  async function allKnown(): Promise<void> {
    const before = await runs();
    await eventually(
      async () => {
        await read();
        return (await runs()).every((count, i) => count > (before[i] ?? 0));
      },
      { what: "every replica to be asked" },
    );
  }
  async function replace(): Promise<void> {
    replicas.push(await Replica.start(env));
    await allKnown();
  }

  beforeAll(async () => {
    nats = await NatsServer.start();
    const { privateKey } = generateKeyPairSync("ed25519");
    env = {
      NATS_URL: nats.url,
      POSTGRES_URL: inject("postgresUrl"),
      NAMESPACE: `m${randomBytes(4).toString("hex")}`,
      JWT_PRIVATE_KEY: privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
      SERVICES: "inventory",
      METRICS_PORT: "off",
      LOG_LEVEL: "fatal",
    };
    replicas = await Promise.all([Replica.start(env), Replica.start(env)]);
    gateway = await startTestGateway([], env);
    await allKnown();
  });
  afterAll(async () => {
    await gateway?.stop();
    await Promise.all(replicas.map((replica) => replica.kill()));
    await nats?.remove();
  });

  test("kill -9 of one fails no read, and a write for 1.2 s at most", async () => {
    const reads = new Load(200, read);
    const writes = new Load(50, () => write());
    await sleep(1_000);
    const killedAt = performance.now();
    await replicas.pop()?.kill();
    await sleep(2_500);
    expect(failuresOf(await reads.stop())).toEqual([]);
    for (const { at, ms } of failuresOf(await writes.stop())) {
      expect(at + ms - killedAt).toBeLessThan(1_200);
    }
    await replace();
  });

  test("one that dies with a write in its hands is noticed long before the deadline", async () => {
    await Promise.all(replicas.map((replica) => replica.delay(3_000)));
    const before = await runs();
    const began = performance.now();
    const answer = write().catch((error: unknown) => error);
    await eventually(async () => (await runs()).join() !== before.join(), { what: "it to run" });
    const after = await runs();
    const busy = after.findIndex((count, i) => count !== before[i]);
    await replicas.splice(busy, 1)[0]?.kill();
    expect(await answer).toMatchObject({ type: "REQUEST_REJECTED" });
    expect(performance.now() - began).toBeLessThan(2_500);
    await Promise.all(replicas.map((replica) => replica.delay(0)));
    await replace();
  });

  test("a slow one is left alone after five calls, and asked again when it is well", async () => {
    const [slow] = replicas;
    await slow?.delay(3_000);
    const before = (await slow?.runs()) ?? 0;
    await Promise.all(Array.from({ length: 10 }, read));
    for (let i = 0; i < 10; i += 1) await read();
    // Half of the first ten, and perhaps one probe.
    expect(((await slow?.runs()) ?? 0) - before).toBeLessThanOrEqual(6);

    await slow?.delay(0);
    await eventually(
      async () => {
        const [was = 0] = await runs();
        await Promise.all([read(), read(), read(), read()]);
        return ((await runs())[0] ?? 0) - was === 2;
      },
      { what: "the balance to be even again", timeoutMs: 20_000 },
    );
  });

  test("one that stands still costs a read less than its deadline", async () => {
    const [stopped] = replicas;
    stopped?.child.kill("SIGSTOP");
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const began = performance.now();
        await read();
        return performance.now() - began;
      }),
    );
    expect(Math.max(...outcomes)).toBeLessThan(3_500);
    stopped?.child.kill("SIGCONT");
  });

  test("full ones answer 503 at once, and run nothing whose caller has gone", async () => {
    const authorization = await gateway.as(admin.id, "admin");
    await replicas.pop()?.kill();
    const [only] = replicas;
    await only?.delay(3_000);
    const before = (await only?.runs()) ?? 0;
    // It runs 128 at a time; 1,024 may wait while nobody has waited for a second, and 256 after that. In
    // three seconds the next 128 begin.
    const types: string[] = [];
    const count = (type: string) => types.filter((one) => one === type).length;
    const impatient = Array.from({ length: 1_300 }, () =>
      write(4_000).then(
        () => types.push("done"),
        (error: { type: string }) => types.push(error.type),
      ),
    );
    await eventually(async () => types.includes("QUEUE_FULL"), { what: "it to be full" });
    const began = performance.now();
    const refused = await gateway.request("/api/v1/admin/inventory/MUG/adjust", {
      method: "POST",
      headers: { ...authorization, "content-type": "application/json" },
      body: JSON.stringify({ delta: 1, reason: "found" }),
    });
    expect([refused.status, refused.json]).toMatchObject([503, { code: "SERVICE_UNAVAILABLE" }]);
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(performance.now() - began).toBeLessThan(2_000);
    await Promise.all(impatient);
    expect(count("done")).toBe(128);
    expect(count("REQUEST_TIMEOUT") + count("QUEUE_FULL")).toBe(1_300 - 128);
    expect(count("REQUEST_TIMEOUT")).toBeGreaterThanOrEqual(256);
    expect(count("REQUEST_TIMEOUT")).toBeLessThanOrEqual(1_024);
    await sleep(3_000);
    expect(((await only?.runs()) ?? 0) - before).toBe(256);
  });
});
