import { generateKeyPairSync, randomBytes } from "node:crypto";
import { connect, type NatsConnection } from "nats";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serviceNames } from "../../contracts";
import { natsOptions } from "../../lib/messaging/nats-options";
import { onDrain } from "../../lib/mesh/drain";
import { ADMIN, AdminClient, Client } from "../support/client";
import { ClusterServers, clusterServersAreThere } from "../support/cluster-servers";
import { eventually } from "../support/eventually";
import { GuardedNats } from "../support/nats-cluster";
import { runCommands } from "../support/run-console";
import { startTestShop, type TestShop } from "../support/shop";

const namespace = `g${randomBytes(4).toString("hex")}`;
const stream = `${namespace.toUpperCase()}_EVENTS`;

describe.skipIf(!clusterServersAreThere())(
  "a NATS server with a user for each service, and TLS",
  () => {
    let servers: ClusterServers;
    let nats: GuardedNats;
    let shops: TestShop[] = [];
    let shop: (service: string) => TestShop;
    let meshEnv: Record<string, string>;

    beforeAll(async () => {
      servers = await ClusterServers.start();
      nats = await GuardedNats.start(namespace);
      const { privateKey } = generateKeyPairSync("ed25519");
      meshEnv = {
        NAMESPACE: namespace,
        NATS_CA: nats.caFile,
        MESH_KEY: randomBytes(24).toString("hex"),
      };
      const env = { ...ADMIN, ...servers.env, ...meshEnv };
      const jwtKey = privateKey.export({ format: "pem", type: "pkcs8" }).toString();
      shops = await Promise.all(
        serviceNames.map((service) =>
          startTestShop({
            env: {
              ...env,
              ...(service === "users" ? { JWT_PRIVATE_KEY: jwtKey } : {}),
              SERVICES: service,
              NATS_URL: nats.urlFor(service),
            },
          }),
        ),
      );
      await Promise.all(shops.map(({ broker }) => broker.waitForServices([...serviceNames])));
      shop = (service) => shops[serviceNames.findIndex((name) => name === service)] as TestShop;
    });
    afterAll(async () => {
      await Promise.all(shops.map((each) => each.stop()));
      await nats?.remove();
      await servers?.remove();
    });

    test("carries the whole shop, a service a node: a purchase, a decline, a broadcast", async () => {
      const anyone = new Client(shop("gateway").url);
      const admin = await AdminClient.signIn(shop("gateway").url);
      await admin.sell("GUARD-1", 1000, 3);
      const buyer = await anyone.register();
      const placed = await buyer.order([{ sku: "GUARD-1", quantity: 2 }]);
      expect(placed.status).toBe(202);
      const done = await buyer.until(placed.body.id, "confirmed");
      expect(await admin.netCharged(done.id)).toBe(done.total.amount);
      const declined = await buyer.order(
        [{ sku: "GUARD-1", quantity: 1 }],
        "pm_card_chargeDeclined",
      );
      await buyer.until(declined.body.id, "cancelled");
      const timeline = await admin.request<{ degraded: string[] }>(
        "GET",
        `/admin/orders/${done.id}/timeline`,
      );
      expect(timeline.body.degraded).toEqual([]);
    });

    test("lets the operator's console see an order, how far consumers are, and send a node away", async () => {
      const gateway = new Client(shop("gateway").url);
      const admin = await AdminClient.signIn(gateway.base);
      await admin.sell("GUARD-2", 1000, 3);
      const buyer = await gateway.register();
      const { id } = (await buyer.order([{ sku: "GUARD-2", quantity: 1 }])).body;
      await buyer.until(id, "confirmed");
      const asked: string[] = [];
      onDrain(shop("shipping").broker, () => asked.push("shipping"));
      const node = shop("shipping").broker.nodeID;
      const run = await runCommands(
        { ...meshEnv, NATS_URL: nats.urlFor("repl") },
        ...[`order ${id}`, "consumers", "outbox", "breakers", "dlq list", `drain ${node}`],
      );
      expect(run).toMatchObject({ code: 0, errors: "" });
      expect(run.output).toContain(`order ${id}: confirmed`);
      expect(run.output).toMatch(/^inventory +order\.created +0 +0$/m);
      expect(run.output).toMatch(/^orders +0 +- +0 +0$/m);
      expect(run.output).toContain("all breakers are closed");
      expect(run.output).toContain(`${node} takes no more work, and leaves`);
      await eventually(async () => asked.length === 1);
    });

    test("lets nobody in without the password of a user, nor without TLS", async () => {
      const { port } = nats.server;
      const { tls } = natsOptions(nats.urlFor("orders"), nats.caFile);
      const servers = `127.0.0.1:${port}`;
      const stranger = { servers, reconnect: false, ...(tls ? { tls } : {}) };
      await expect(connect(stranger)).rejects.toMatchObject({ code: "AUTHORIZATION_VIOLATION" });
      await expect(connect({ ...stranger, user: "orders", pass: "guess" })).rejects.toMatchObject({
        code: "AUTHORIZATION_VIOLATION",
      });
      const noAuthority = natsOptions(nats.urlFor("orders"));
      await expect(connect({ ...noAuthority, reconnect: false })).rejects.toThrow();
    });

    describe("with the login of the catalogue", () => {
      let catalog: NatsConnection;
      beforeAll(async () => {
        catalog = await nats.connectAs("catalog");
      });
      afterAll(() => catalog?.close());

      test.each([
        [
          "ask payments for a refund",
          () => `MOL-${namespace}.REQ.${shop("payments").broker.nodeID}`,
        ],
        ["ask for it through a node of several services", () => `MOL-${namespace}.REQ.node.x`],
        ["answer one who asks it nothing", () => `MOL-${namespace}.RES.users.x`],
        ["publish an event of payments", () => `${namespace}.evt.payment.succeeded`],
        ["publish an event of another shop", () => "souk.evt.product.created"],
        ["empty the stream", () => `$JS.API.STREAM.PURGE.${stream}`],
        ["delete the stream", () => `$JS.API.STREAM.DELETE.${stream}`],
        ["change the stream", () => `$JS.API.STREAM.UPDATE.${stream}`],
        ["delete a message", () => `$JS.API.STREAM.MSG.DELETE.${stream}`],
        [
          "take the orders' events",
          () => `$JS.API.CONSUMER.MSG.NEXT.${stream}.orders__stock-reserved`,
        ],
        ["acknowledge them", () => `$JS.ACK.${stream}.orders__stock-reserved.1.1.1.1.1`],
        ["delete their consumer", () => `$JS.API.CONSUMER.DELETE.${stream}.orders__stock-reserved`],
        ["make a consumer of all", () => `$JS.API.CONSUMER.CREATE.${stream}.mine`],
      ])("nobody can %s", async (_what, subject) => {
        expect(await violationOf(catalog, () => catalog.publish(subject(), "{}"))).toBe(
          `publish ${subject()}`,
        );
      });

      test.each([
        ["requests to payments", () => `MOL-${namespace}.REQ.payments.>`],
        ["answers to the gateway", () => `MOL-${namespace}.RES.${shop("gateway").broker.nodeID}`],
        ["events past JetStream", () => `${namespace}.evt.>`],
        ["others' inboxes", () => "_INBOX_users.>"],
        ["the inbox of everybody", () => "_INBOX.>"],
        ["everything", () => ">"],
      ])("nobody can hear %s", async (_what, subject) => {
        expect(await violationOf(catalog, () => catalog.subscribe(subject()))).toBe(
          `subscription ${subject()}`,
        );
      });

      test("the catalogue can do its own work", async () => {
        const own = `${namespace}.evt.product.created`;
        const info = await catalog.request(`$JS.API.STREAM.INFO.${stream}`);
        expect(info.json()).toMatchObject({ config: { name: stream } });
        expect(await violationOf(catalog, () => catalog.publish(own, "{}"))).toBeNull();
      });
    });
  },
);

/** What the server forbids of what `act` does; null when it lets it pass. */
async function violationOf(connection: NatsConnection, act: () => unknown): Promise<string | null> {
  let violation: string | null = null;
  void (async () => {
    for await (const { permissionContext: forbidden } of connection.status()) {
      if (forbidden) violation ??= `${forbidden.operation} ${forbidden.subject}`;
    }
  })();
  act();
  // The server answers in order: what it has to say comes before this pong.
  await connection.flush();
  await new Promise(setImmediate);
  return violation;
}
