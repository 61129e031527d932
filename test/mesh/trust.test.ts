import { randomBytes } from "node:crypto";
import type { ServiceSchema } from "moleculer";
import { connect, type NatsConnection } from "nats";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { operator } from "../../contracts";
import type { Payment } from "../../contracts/payments";
import { newId } from "../../lib/ids";
import { callerOf } from "../../lib/mesh/caller";
import type { MeshContext } from "../../lib/mesh/context";
import { PacketSeal } from "../../lib/mesh/packet-seal";
import { ContextSigner } from "../../lib/mesh/signed-context";
import { giveConsoleTo } from "../../lib/mesh/trust";
import { eventually } from "../support/eventually";
import { samplesOf, sumOf } from "../support/exposition";
import { freePort } from "../support/free-port";
import { standIn } from "../support/gateway";
import { NatsServer, natsIsThere } from "../support/nats-server";
import { startTestShop, type TestShop } from "../support/shop";

const KEY = randomBytes(24).toString("hex");
const namespace = `u${randomBytes(4).toString("hex")}`;
const ROOT = { id: newId(), roles: ["admin"] };
const ADA = { id: newId(), roles: ["customer"] };
const orderId = newId();
const REFUND = { orderId, refundId: newId(), reason: "forged" };

const payment: Payment = {
  orderId,
  status: "refunded",
  amount: { amount: 100, currency: "EUR" },
  refunded: { amount: 100, currency: "EUR" },
  method: "pm_card_ok",
};

/** Refunds that ran. */
let runs: unknown[] = [];
/** The caller as payments saw it, of calls under a call. */
let seen: unknown[] = [];

const payments = standIn("payments", {
  refund(ctx) {
    runs.push(ctx.identity);
    seen.push(ctx.identity);
    deface(ctx);
    return payment;
  },
  sandboxCharges: () => ({ items: [], nextCursor: null }),
});
const shipping = standIn("shipping", {
  deliver(ctx) {
    seen.push(ctx.identity);
    deface(ctx);
    return {};
  },
});

/** What a callee can try, to become somebody else in its caller's eyes. */
function deface(ctx: MeshContext): void {
  const meta = ctx.meta as Record<string, unknown>;
  Object.assign(meta, {
    user: ROOT,
    identity: { user: ROOT, service: "gateway" },
    $statusCode: 418,
  });
  Object.assign(ctx.headers, { identity: { user: ROOT, service: "gateway" } });
  Object.defineProperty(ctx.headers, "context", { value: signedBy(KEY).context });
}

describe.skipIf(!natsIsThere())("two nodes on a bus that anybody may use", () => {
  let nats: NatsServer;
  let payer: TestShop;
  let orders: TestShop;
  let attacker: NatsConnection;
  let metricsUrl: string;
  let heard: { subject: string; data: Buffer }[] = [];

  beforeAll(async () => {
    nats = await NatsServer.start();
    attacker = await connect({ servers: nats.url.slice("nats://".length) });
    attacker.subscribe(">", {
      callback: (_, { subject, data }) => heard.push({ subject, data: Buffer.from(data) }),
    });
    await attacker.flush();
    const env = { NATS_URL: nats.url, NAMESPACE: namespace, MESH_KEY: KEY, SERVICES: "orders" };
    const start = (doubles: ServiceSchema[], METRICS_PORT: string) =>
      startTestShop({ services: [], doubles, env: { ...env, METRICS_PORT } });
    const port = await freePort();
    metricsUrl = `http://127.0.0.1:${port}/metrics`;
    payer = await start([payments, shipping], String(port));
    orders = await start([], "off");
    await orders.broker.waitForServices(["payments", "shipping"]);
  });
  afterAll(async () => {
    await orders?.stop();
    await payer?.stop();
    await attacker?.close();
    await nats?.remove();
  });
  beforeEach(() => {
    runs = [];
    seen = [];
    heard = [];
  });

  const requestsTo = () => `MOL-${namespace}.REQ.${payer.broker.nodeID}`;
  const ofOrders = () => callerOf(orders.broker, "orders");
  /** Refunds as orders may; whatever was sent before has been dealt with when this has. */
  const refundAsOrders = () => ofOrders().call("payments.refund", { ...REFUND, refundId: newId() });
  const packetWith = (change: object) =>
    Buffer.from(
      JSON.stringify({
        ver: "5",
        sender: orders.broker.nodeID,
        id: newId(),
        action: "payments.refund",
        params: REFUND,
        meta: { user: ROOT },
        headers: {},
        level: 1,
        tracing: false,
        parentID: null,
        requestID: newId(),
        caller: null,
        stream: false,
        ...change,
      }),
    );
  async function assertNothingRan(): Promise<void> {
    await attacker.flush();
    await refundAsOrders();
    expect(runs).toHaveLength(1);
  }

  test("a service that declares the call makes it", async () => {
    await expect(refundAsOrders()).resolves.toEqual(payment);
    expect(runs).toEqual([{ user: null, service: "orders" }]);
  });

  test("a service that does not declare it is refused", async () => {
    const catalog = callerOf(orders.broker, "catalog");
    await expect(catalog.call("payments.refund", REFUND)).rejects.toMatchObject({
      type: "FORBIDDEN",
    });
    const nobody = orders.broker.call("payments.refund", REFUND, { meta: { user: ROOT } });
    await expect(nobody).rejects.toMatchObject({ type: "UNTRUSTED_CALL" });
    expect(runs).toEqual([]);
  });

  test("what is refused is counted where Prometheus reads it", async () => {
    const refused = async () =>
      sumOf(samplesOf(await (await fetch(metricsUrl)).text()), "mesh_refused_total");
    const before = await refused();
    attacker.publish(requestsTo(), packetWith({}));
    await assertNothingRan();
    expect(await refused()).toBe(before + 1);
  });

  test.each([
    ["meta", { meta: { user: ROOT, identity: { user: ROOT, service: "orders" } } }],
    ["headers", { headers: { identity: { user: ROOT, service: "orders" } } }],
    ["a context of its own", { headers: signedBy("a guess") }],
    ["a node's own action", { action: "$node.options", params: {} }],
  ])("a packet that says by %s that it is an admin runs nothing", async (_what, change) => {
    attacker.publish(requestsTo(), packetWith(change));
    await assertNothingRan();
  });

  test("a recorded request does not run a second time, nor with other params", async () => {
    await refundAsOrders();
    const { data } = heard.find(({ subject }) => subject === requestsTo()) as { data: Buffer };
    expect(data.includes("payments.refund")).toBe(true);
    runs = [];
    attacker.publish(requestsTo(), data);
    attacker.publish(
      requestsTo(),
      Buffer.from(data.toString("latin1").replace("EUR", "USD"), "latin1"),
    );
    await assertNothingRan();
  });

  test("an answer that somebody else gives first is not taken", async () => {
    const liar = attacker.subscribe(requestsTo(), {
      callback: (_, { data }) => {
        const id = /"id":"([^"]+)"/.exec(Buffer.from(data).toString("latin1"))?.[1];
        const lie = { ver: "5", sender: payer.broker.nodeID, id, success: true, data: "a lie" };
        attacker.publish(
          `MOL-${namespace}.RES.${orders.broker.nodeID}`,
          JSON.stringify({ ...lie, meta: {}, stream: false }),
        );
      },
    });
    await expect(refundAsOrders()).resolves.toEqual(payment);
    liar.unsubscribe();
  });

  test("a node that pretends to offer payments is not believed, nor one that sends a node away", async () => {
    const info = { services: [{ name: "payments", fullName: "payments", actions: {} }] };
    const base = { ver: "5", sender: "payments.evil", instanceID: "x", seq: 1, config: {} };
    attacker.publish(
      `MOL-${namespace}.INFO`,
      JSON.stringify({ ...base, ...info, ipList: [], hostname: "evil", client: {}, metadata: {} }),
    );
    attacker.publish(
      `MOL-${namespace}.DISCONNECT`,
      JSON.stringify({ ver: "5", sender: payer.broker.nodeID }),
    );
    await assertNothingRan();
    const nodes = orders.broker.registry.getNodeList({ onlyAvailable: true }).map(({ id }) => id);
    expect(nodes).not.toContain("payments.evil");
    expect(nodes).toContain(payer.broker.nodeID);
  });

  test("a sender's name with a line break makes a node publish nothing", async () => {
    const command = `x 0\r\n\r\nPUB ${namespace}.smuggled 2\r\nhi\r\nPUB x`;
    attacker.publish(`MOL-${namespace}.DISCOVER`, JSON.stringify({ ver: "5", sender: command }));
    attacker.publish(requestsTo(), packetWith({ sender: command }));
    await assertNothingRan();
    expect(heard.map(({ subject }) => subject)).not.toContain(`${namespace}.smuggled`);
  });

  describe("to somebody who can seal packets", () => {
    const seal = new PacketSeal([KEY]);
    const answers = () => heard.filter(({ subject }) => subject.includes(".RES.thief"));
    async function refusalOf(headers: object): Promise<string> {
      const packet = packetWith({ headers, sender: "thief" });
      attacker.publish(requestsTo(), seal.seal(requestsTo(), packet));
      await eventually(async () => answers().length === 1);
      return answers()[0]?.data.toString("latin1") ?? "";
    }

    test("a good context opens its own action", async () => {
      expect(await refusalOf(signedBy(KEY))).toContain('"success":true');
      expect(runs).toEqual([{ user: ROOT, service: "orders" }]);
    });

    test.each([
      ["no context", {}, "missing"],
      ["identity in plain words", { identity: { user: ROOT, service: "orders" } }, "missing"],
      [
        "a context for another action",
        signedBy(KEY, { action: "payments.ofOrders" }),
        "misdirected",
      ],
      ["one that is over", signedBy(KEY, {}, -120_000), "expired"],
      ["one of another key", signedBy("a guess"), "forged"],
    ])("%s is refused, and nothing runs", async (_what, headers, reason) => {
      const answer = await refusalOf(headers);
      expect(answer).toContain("UNTRUSTED_CALL");
      expect(answer).toContain(reason);
      expect(runs).toEqual([]);
    });
  });

  test.each(["local", "remote"])("a %s callee cannot change who its caller is", async (place) => {
    const kept: unknown[] = [];
    const service = standIn("orders", {
      async deliver(ctx) {
        const before = [ctx.identity, { ...ctx.meta }];
        await ctx.call("shipping.deliver", { orderId }).catch(() => null);
        await ctx.call("payments.refund", REFUND);
        kept.push(before, [ctx.identity, { ...ctx.meta }]);
        return null;
      },
    });
    const host = place === "local" ? payer : orders;
    const started = host.broker.createService(service);
    await host.broker.waitForServices(["orders"], 5_000, 10);
    await host.call("orders.deliver", { id: orderId }, ROOT).catch(() => null);
    await host.broker.destroyService(started);
    const [before, after] = kept;
    expect(before).toEqual([{ user: ROOT, service: "orders" }, {}]);
    expect(after).toEqual(before);
    expect(seen).toEqual([
      { user: ROOT, service: "orders" },
      { user: ROOT, service: "orders" },
    ]);
  });

  test("one who calls on somebody's behalf cannot make more of it", async () => {
    const asAda = { user: ADA, service: "gateway", action: "payments.sandboxCharges" };
    const headers = new ContextSigner([KEY]).headersFor(asAda);
    const call = orders.broker.call("payments.refund", REFUND, { headers: { ...headers } });
    await expect(call).rejects.toMatchObject({ type: "UNTRUSTED_CALL" });
  });

  test("an operator's console calls what has a route, and nothing that only services may", async () => {
    giveConsoleTo(orders.broker, { user: ROOT, service: operator.name });
    await expect(orders.broker.call("payments.sandboxCharges", {})).resolves.toBeDefined();
    await expect(orders.broker.call("$node.list")).resolves.toHaveLength(2);
    await expect(orders.broker.call("payments.refund", REFUND)).rejects.toMatchObject({
      type: "FORBIDDEN",
    });
  });
});

/** As it arrives over the wire. */
function signedBy(key: string, change: object = {}, msFromNow = 0): { context: string } {
  const signer = new ContextSigner([key], () => Date.now() + msFromNow);
  const call = { user: ROOT, service: "orders", action: "payments.refund", ...change };
  return JSON.parse(JSON.stringify(signer.headersFor(call))) as { context: string };
}
