import { generateKeyPairSync, randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { ServiceName } from "../../contracts";
import { AdminClient, Client } from "../support/client";
import { NatsServer, natsIsThere } from "../support/nats-server";
import { ShopProcess } from "../support/shop-process";

const ADMIN = { ADMIN_EMAIL: "admin@example.com", ADMIN_PASSWORD: "an admin's password" };
const FRONT: ServiceName[] = ["gateway", "users", "orders", "search"];
const BACK: ServiceName[] = [
  "catalog",
  "carts",
  "inventory",
  "payments",
  "shipping",
  "notifications",
  "reports",
  "operations",
];

describe.skipIf(!natsIsThere())("the shop as two processes over NATS and JetStream", () => {
  let nats: NatsServer;
  let front: ShopProcess;
  let back: ShopProcess;

  beforeAll(async () => {
    nats = await NatsServer.start();
    const { privateKey } = generateKeyPairSync("ed25519");
    const env = {
      ...ADMIN,
      NATS_URL: nats.url,
      POSTGRES_URL: inject("postgresUrl"),
      NAMESPACE: `m${randomBytes(4).toString("hex")}`,
      JWT_PRIVATE_KEY: privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
      SANDBOX_WEBHOOK_SECRET: "a secret of both",
    };
    front = await ShopProcess.create({ ...env, SERVICES: FRONT.join() });
    back = await ShopProcess.create({ ...env, SERVICES: BACK.join() });
    await back.start();
    await front.start();
  });
  afterAll(async () => {
    await front?.remove();
    await back?.remove();
    await nats?.remove();
  });

  test("a purchase crosses both, is confirmed, and its stock is sold", async () => {
    const anyone = new Client(front.url);
    const { token } = await anyone.login(ADMIN.ADMIN_EMAIL, ADMIN.ADMIN_PASSWORD);
    const admin = new AdminClient(front.url, token);
    await admin.sell("MESH-1", 1000, 3);
    const buyer = await anyone.register();
    const placed = await buyer.order([{ sku: "MESH-1", quantity: 2 }]);
    expect(placed.status).toBe(202);
    const done = await buyer.until(placed.body.id, "confirmed");
    expect(await admin.netCharged(done.id)).toBe(done.total.amount);
    const declined = await buyer.order([{ sku: "MESH-1", quantity: 1 }], "pm_card_chargeDeclined");
    await buyer.until(declined.body.id, "cancelled");
  });

  test("an order whose other half is killed is settled when that half is back", async () => {
    const buyer = await new Client(front.url).register();
    const placed = await buyer.order([{ sku: "MESH-1", quantity: 1 }], "pm_card_slow");
    expect(placed.status).toBe(202);
    await back.kill();
    await back.start();
    await buyer.until(placed.body.id, "confirmed");
  });
});
