import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { newId } from "../../lib/ids";
import { ADMIN, AdminClient, Client } from "../support/client";
import { ClusterServers, clusterServersAreThere } from "../support/cluster-servers";
import { eventually } from "../support/eventually";
import { runCommands, runConsole } from "../support/run-console";
import { startTestShop, type TestShop } from "../support/shop";

describe.skipIf(!clusterServersAreThere())("a console that joins the mesh", () => {
  let servers: ClusterServers;
  let shop: TestShop;
  let buyer: Client;
  let env: Record<string, string>;

  beforeAll(async () => {
    servers = await ClusterServers.start();
    const { privateKey } = generateKeyPairSync("ed25519");
    env = {
      NATS_URL: servers.env.NATS_URL,
      NAMESPACE: `r${randomBytes(4).toString("hex")}`,
      JWT_PRIVATE_KEY: privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
    };
    shop = await startTestShop({ env: { ...ADMIN, ...servers.env, ...env } });
    const admin = await AdminClient.signIn(shop.url);
    await admin.sell("CONSOLE-1", 1000, 3);
    buyer = await new Client(shop.url).register();
  });
  afterAll(async () => {
    await shop?.stop();
    await servers?.remove();
  });

  test("shows an order step by step, and what waits where", async () => {
    const placed = await buyer.order([{ sku: "CONSOLE-1", quantity: 1 }]);
    await buyer.until(placed.body.id, "confirmed");
    const { id } = placed.body;
    const run = await runCommands(env, `order ${id}`, "outbox", "consumers", "breakers");
    expect(run).toMatchObject({ code: 0, errors: "" });
    expect(run.output).toContain(`order ${id}: confirmed, waits for`);
    expect(run.output).toMatch(/^0\.000 s +orders +published +order\.created +published/m);
    expect(run.output).toMatch(/^[\d.]+ s +payments +handled +stock\.reserved +done +1 +\d+ ms/m);
    expect(run.output).toMatch(/^orders +0 +- +0 +0$/m);
    expect(run.output).toMatch(/^inventory +order\.created +0 +0$/m);
    expect(run.output).toContain("all breakers are closed");
  });

  test("lists, shows and replays dead letters", async () => {
    const orderId = newId();
    await shop.runtime.transport.publish({
      ...{ id: newId(), name: "stock.rejected", version: 1, source: "inventory" },
      ...{ aggregateId: orderId, seq: 1, payload: { rubbish: true }, correlationId: orderId },
      ...{ causationId: null, traceparent: null, occurredAt: new Date().toISOString() },
    });
    const listed = await eventually(
      async () => {
        const run = await runCommands(env, "dlq list --consumer orders");
        return run.output.includes(orderId) && run;
      },
      { timeoutMs: 40_000 },
    );
    const [letter = ""] = /^[0-9a-f-]{36}/m.exec(listed.output) ?? [];
    const shown = await runConsole(env, {
      input: `# what it is, then again\ndlq show ${letter}\ndlq replay ${letter}\n`,
    });
    expect(shown).toMatchObject({ code: 0, errors: "" });
    expect(shown.output).toContain('"rubbish": true');
    expect(shown.output).toContain("1 given to its handler again");
  });

  test("a command that fails ends the script, says why and is no success", async () => {
    const failed = await runCommands(env, "order 1", "outbox");
    expect(failed).toMatchObject({ code: 1, output: "" });
    expect(failed.errors).toContain("id");
    const call = await runCommands(env, "call orders.find --id nobody", "outbox");
    expect(call.code).toBe(1);
    expect(call.output).not.toMatch(/^orders +0/m);
  });
});

test("a console without a mesh runs the shop, and stops it after a script", async () => {
  const folder = await mkdtemp(join(tmpdir(), "souk-console-"));
  const env = {
    DATA_DIR: folder,
    POSTGRES_URL: inject("postgresUrl"),
    NAMESPACE: `e${randomBytes(4).toString("hex")}`,
    HOST: "127.0.0.1",
  };
  try {
    const run = await runConsole(env, { input: "consumers --behind\nhelp dlq\n" });
    expect(run.code, run.errors).toBe(0);
    expect(run.output).toContain("nobody is behind");
    expect(run.output).toContain("--consumer <service>");
    expect(run.errors).toContain("admin login:");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
