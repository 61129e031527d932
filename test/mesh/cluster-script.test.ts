import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { ClusterProcess } from "../support/cluster-process";
import { eventually } from "../support/eventually";
import { isRunning } from "../support/is-running";
import { NatsServer, natsIsThere } from "../support/nats-server";
import { runCommands } from "../support/run-console";

describe.skipIf(!natsIsThere())("npm run cluster", () => {
  let nats: NatsServer;
  let cluster: ClusterProcess;
  const namespace = `k${randomBytes(4).toString("hex")}`;

  const start = () =>
    ClusterProcess.start(
      {
        NATS_URL: nats.url,
        POSTGRES_URL: inject("postgresUrl"),
        NAMESPACE: namespace,
        SERVICES: "gateway,users",
      },
      ["--replicas", "users=2"],
    );
  beforeAll(async () => {
    nats = await NatsServer.start();
    cluster = await start();
  });
  afterAll(async () => {
    await cluster?.remove();
    await nats?.remove();
  });

  test("starts a process that was killed again, and says so", async () => {
    const [killed = 0] = cluster.pidsOf("users-1");
    process.kill(killed, "SIGKILL");
    const [, next] = await eventually(async () => {
      const pids = cluster.pidsOf("users-1");
      return pids.length === 2 && pids;
    });
    expect(cluster.output).toMatch(/users-1 ended \(SIGKILL\), starts again in 0.5 s/);
    expect(isRunning(next ?? 0)).toBe(true);
    await eventually(async () => (await fetch(`${cluster.url}/.well-known/jwks.json`)).ok);
  });

  test("a node that an operator drains leaves by itself, and another takes its place", async () => {
    const node = /node (users\.users-2-[0-9a-f]+)/.exec(cluster.output)?.[1] ?? "";
    const JWT_PRIVATE_KEY = await readFile(join(cluster.dataDir, "jwt-key.pem"), "utf8");
    const env = { NATS_URL: nats.url, NAMESPACE: namespace, JWT_PRIVATE_KEY };
    expect(await runCommands(env, `drain ${node}`)).toMatchObject({ code: 0, errors: "" });
    await eventually(async () => cluster.pidsOf("users-2").length === 2, { timeoutMs: 30_000 });
    expect(cluster.output).toContain("users-2 ended (code 0), starts again in 0.5 s");
  });

  test("a Ctrl-C stops the gateway, then the others, and leaves nobody behind", async () => {
    const pids = ["gateway-1", "users-1", "users-2"].map(
      (name) => cluster.pidsOf(name).at(-1) ?? 0,
    );
    expect(await cluster.interrupt()).toBe(0);
    expect(cluster.output).toMatch(/SIGINT: stopping, the gateways first[^]*all have stopped\n$/);
    expect(pids.filter(isRunning)).toEqual([]);
  });

  test("a gateway that drains for longer than others take to stop is not killed", async () => {
    const draining = await ClusterProcess.start({
      ...{ NATS_URL: nats.url, NAMESPACE: `${namespace}d`, SERVICES: "gateway" },
      ...{ DRAIN_MS: "12500", JWT_PRIVATE_KEY: "" },
    });
    try {
      expect(await draining.interrupt()).toBe(0);
      expect(draining.output).toMatch(/all have stopped\n$/);
    } finally {
      await draining.remove();
    }
  });

  test("processes whose cluster was killed stop by themselves", async () => {
    await cluster.remove();
    cluster = await start();
    const pids = ["gateway-1", "users-1", "users-2"].flatMap((name) => cluster.pidsOf(name));
    expect(pids.filter(isRunning)).toEqual(pids);
    cluster.child.kill("SIGKILL");
    await eventually(async () => pids.filter(isRunning).length === 0);
  });
});
