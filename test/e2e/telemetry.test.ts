import { generateKeyPairSync, randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { contracts, type ServiceName } from "../../contracts";
import { metrics } from "../../contracts/metrics";
import { AdminClient, Client } from "../support/client";
import { ClusterServers, clusterServersAreThere } from "../support/cluster-servers";
import { eventually } from "../support/eventually";
import { samplesOf, sumOf } from "../support/exposition";
import { freePort } from "../support/free-port";
import { OtlpCollector, type CollectedSpan } from "../support/otlp-collector";
import { promtool, promtoolIsThere } from "../support/promtool";
import { ShopProcess } from "../support/shop-process";

const ADMIN = { ADMIN_EMAIL: "root@planted-admin.example", ADMIN_PASSWORD: "planted-admin-pass" };
const FRONT: ServiceName[] = ["gateway", "users", "orders", "search", "reports"];
const BACK = (Object.keys(contracts) as ServiceName[]).filter((name) => !FRONT.includes(name));
const CONSUMER = 5;
const CLIENT_SPAN = "00f067aa0ba902b7";

/** Values that must show up nowhere but in answers: each is unlike anything else. */
function plant() {
  const mark = randomBytes(6).toString("hex");
  return {
    email: `planted.${mark}@canary.example`,
    password: `planted pass ${mark}`,
    wrongPassword: `planted wrong ${mark}`,
    name: `Planted Person ${mark}`,
    line1: `Planted Street ${mark}`,
    phone: "+43 660 5558123",
    token: `planted-token-${mark}`,
    card: "4242424242424242",
    spacedCard: "4000 0566 5566 5556",
  };
}

interface Mesh {
  readonly processes: ShopProcess[];
  servers: ClusterServers | null;
}

/** Starts what is then in `mesh`, also when a part of it fails. */
async function startMesh(
  mesh: Mesh,
  spread: "one process" | "two processes",
  otlp: string,
): Promise<void> {
  mesh.servers = spread === "two processes" ? await ClusterServers.start() : null;
  const { servers, processes } = mesh;
  const { privateKey } = generateKeyPairSync("ed25519");
  const env = {
    ...ADMIN,
    TRACING: "otlp",
    OTEL_EXPORTER_OTLP_ENDPOINT: otlp,
    LOG_LEVEL: "debug",
    POSTGRES_URL: inject("postgresUrl"),
    NAMESPACE: `o${randomBytes(4).toString("hex")}`,
    JWT_PRIVATE_KEY: privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
    SANDBOX_WEBHOOK_SECRET: "planted-webhook-secret",
    ...servers?.env,
  };
  const parts = servers ? [BACK, FRONT] : [[...FRONT, ...BACK]];
  for (const names of parts) {
    const own = { SERVICES: names.join(), METRICS_PORT: String(await freePort()) };
    processes.push(await ShopProcess.create({ ...env, ...own }));
  }
  for (const shop of processes) await shop.start();
}

const scrape = async ({ env }: ShopProcess): Promise<string> =>
  (await fetch(`http://127.0.0.1:${env.METRICS_PORT}/metrics`)).text();

describe.each(["one process", "two processes"] as const)("a purchase through %s", (spread) => {
  describe.skipIf(spread === "two processes" && !clusterServersAreThere())("is observed", () => {
    const planted = plant();
    const traceId = randomBytes(16).toString("hex");
    let collector: OtlpCollector;
    const mesh: Mesh = { processes: [], servers: null };
    let orderId: string;
    let total: number;
    /** Tokens that were handed out, which must show up nowhere either. */
    const issued: string[] = [];

    const spans = (): CollectedSpan[] => collector.spans.filter((s) => s.traceId === traceId);
    const logs = (): string => mesh.processes.map(({ output }) => output).join("");
    const lines = (): Record<string, unknown>[] =>
      logs()
        .split("\n")
        .filter((line) => line.startsWith("{"))
        .map((line) => JSON.parse(line) as Record<string, unknown>);

    beforeAll(async () => {
      collector = await OtlpCollector.start();
      await startMesh(mesh, spread, collector.url);
      const front = mesh.processes.find(({ url }) => url !== "");
      const anyone = new Client(front?.url ?? "");
      const admin = await AdminClient.signIn(anyone.base, ADMIN);
      await admin.sell("SEEN-1", 2500, 5);
      const buyer = await signUp(anyone);
      await tryOddPlaces(anyone, buyer);
      const placed = await buyer.post<{ id: string; total: { amount: number } }>(
        "/orders",
        orderOf("pm_card_visa"),
        {
          "idempotency-key": planted.token,
          "x-request-id": "the-purchase",
          traceparent: `00-${traceId}-${CLIENT_SPAN}-01`,
        },
      );
      expect(placed.status, JSON.stringify(placed.body)).toBe(202);
      orderId = placed.body.id;
      total = placed.body.total.amount;
      await buyer.until(orderId, "confirmed");
      await eventually(async () => missingConsumers(spans()).length === 0, {
        timeoutMs: 20_000,
        what: "a span of each consumer",
      });
    });
    afterAll(async () => {
      for (const shop of mesh.processes) await shop.remove();
      await mesh.servers?.remove();
      await collector?.stop();
    });

    const orderOf = (paymentMethod: string) => ({
      items: [{ sku: "SEEN-1", quantity: 1 }],
      paymentMethod,
      shippingAddress: {
        name: planted.name,
        line1: planted.line1,
        city: "Wien",
        postalCode: "1010",
        country: "AT",
        phone: planted.phone,
      },
    });

    async function signUp(anyone: Client): Promise<Client> {
      const { email, password, name } = planted;
      const made = await anyone.post<{ accessToken: string; refreshToken: string }>(
        "/auth/register",
        { email, password, name },
      );
      expect(made.status).toBe(201);
      const { accessToken, refreshToken } = made.body;
      issued.push(accessToken, refreshToken);
      await anyone.post("/auth/refresh", { refreshToken });
      return new Client(anyone.base, accessToken);
    }

    /** Where people paste things, and where clients with faults put them. */
    async function tryOddPlaces(anyone: Client, buyer: Client): Promise<void> {
      const { email, wrongPassword, card, spacedCard, token, name } = planted;
      await anyone.post("/auth/login", { email, password: wrongPassword });
      await anyone.post("/auth/login", { email, [wrongPassword]: token });
      await anyone.get(`/products?q=${card}&${token}=${email}`);
      await anyone.get(`/search?q=${encodeURIComponent(spacedCard)}`);
      await anyone.get(`/products/${card}`);
      await anyone.get(`/${token}/${email}?token=${token}`);
      await anyone.get(`/notifications/unsubscribe?token=${token}`);
      await anyone.get("/cart", { "x-cart-id": token, "x-request-id": card, cookie: token });
      await anyone.get("/users/me", { authorization: `Bearer ${token}` });
      await buyer.put(`/cart/items/${card}`, { quantity: 1 });
      await buyer.put("/cart/coupon", { code: card });
      await buyer.request("PATCH", "/users/me", { name: `${name} ${card}`, phone: planted.phone });
      await buyer.post(
        "/orders",
        { ...orderOf(card), couponCode: token },
        { "idempotency-key": card },
      );
      await buyer.post("/orders", { ...orderOf(card), [card]: name });
      const declined = await buyer.order([{ sku: "SEEN-1", quantity: 1 }], `pm_${card}`);
      expect(declined.status).toBe(202);
    }

    /** Consumers, by contract, of what this trace published, whose span has not come yet. */
    function missingConsumers(seen: readonly CollectedSpan[]): string[] {
      const published = seen.flatMap((s) => (s.name.startsWith("publish ") ? s.name.slice(8) : []));
      if (!published.includes("order.confirmed")) return ["order.confirmed"];
      const handled = new Set(
        seen.flatMap((s) => (s.kind === CONSUMER ? `${s.service} ${s.name.slice(8)}` : [])),
      );
      return Object.values(contracts)
        .flatMap(({ name, consumes }) => consumes.map((event: string) => ({ name, event })))
        .filter(({ event }) => published.includes(event))
        .map(({ name, event }) => `${name} ${event}`)
        .filter((expected) => !handled.has(expected));
    }

    test("one trace holds the request, its calls, and every consumer of the saga", () => {
      const trace = spans();
      const http = trace.find((span) => span.name === "POST /api/v1/orders");
      expect(http).toMatchObject({ service: "gateway", parentSpanId: CLIENT_SPAN });
      const call = trace.find((span) => span.name === "orders.place");
      expect(call?.parentSpanId).toBe(http?.spanId);
      const consumers = trace.filter((span) => span.kind === CONSUMER);
      expect([...new Set(consumers.map((span) => span.service))].sort()).toEqual(
        expect.arrayContaining([
          "carts",
          "inventory",
          "notifications",
          "orders",
          "payments",
          "reports",
          "shipping",
        ]),
      );
    });

    test("each span of it hangs below another, and ends after it began", () => {
      const trace = spans();
      const ids = new Set([CLIENT_SPAN, ...trace.map((span) => span.spanId)]);
      expect(ids.size).toBe(trace.length + 1);
      for (const span of trace) {
        expect(ids, `${span.service} ${span.name}`).toContain(span.parentSpanId);
        expect(BigInt(span.endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(span.startTimeUnixNano));
      }
    });

    test("the request's line in the log has its ids, its route and how it ended", () => {
      const line = lines().find((l) => l.requestId === "the-purchase" && l.status !== undefined);
      expect(line).toMatchObject({
        service: "gateway",
        method: "POST",
        route: "/api/v1/orders",
        status: 202,
        traceId,
        correlationId: orderId,
      });
      expect(line?.node).toEqual(expect.any(String));
      expect(line?.ms).toEqual(expect.any(Number));
    });

    test("no planted value and no token is in any log line, span or metric", async () => {
      const exposed = await Promise.all(mesh.processes.map(scrape));
      const everything = { logs: logs(), spans: collector.raw, metrics: exposed.join("") };
      const secrets = [...Object.values(planted), ...issued, ...Object.values(ADMIN)];
      secrets.push("planted-webhook-secret", "4000056655665556");
      for (const [place, text] of Object.entries(everything)) {
        expect(text.length, place).toBeGreaterThan(1_000);
        for (const secret of secrets) {
          const at = text.toLowerCase().indexOf(secret.toLowerCase());
          const around = at < 0 ? "" : text.slice(Math.max(0, at - 200), at + 100);
          expect(around, `${place}: ${secret}`).toBe("");
        }
      }
    });

    test("what is exposed stands in the table of metrics, with few values for each label", async () => {
      for (const shop of mesh.processes) {
        const samples = samplesOf(await scrape(shop));
        expect(samples.length).toBeGreaterThan(50);
        for (const { name, labels } of samples) {
          const known = metrics[name] ?? metrics[name.replace(/_(bucket|sum|count)$/, "")];
          expect(known, name).toBeDefined();
          const { node, le: _, ...own } = labels;
          expect(node).toMatch(/./);
          expect(Object.keys(own).sort(), name).toEqual([...(known?.labels ?? [])].sort());
          for (const value of Object.values(own)) {
            expect(value, name).toMatch(/^[\w .:/{}-]{1,64}$/);
            expect(value, name).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}|\d{5}/);
          }
        }
      }
    });

    test("calls, events, orders, money and backlogs are counted", async () => {
      const probe = async () => {
        const all = (await Promise.all(mesh.processes.map(scrape))).flatMap(samplesOf);
        return sumOf(all, "mesh_event_latency_seconds_count", { service: "reports" }) > 0 && all;
      };
      const all = await eventually(probe);
      const sum = (name: string, labels = {}) => sumOf(all, name, labels);
      const placed = { action: "orders.place", outcome: "ok" };
      expect(sum("mesh_action_duration_seconds_count", placed)).toBeGreaterThanOrEqual(2);
      const wrong = { action: "users.login", code: "INVALID_CREDENTIALS" };
      expect(sum("mesh_action_errors_total", wrong)).toBeGreaterThanOrEqual(1);
      const http = { method: "POST", route: "/api/v1/orders", status: "202" };
      expect(sum("http_requests_total", http)).toBe(
        sum("mesh_action_duration_seconds_count", placed),
      );
      const held = { service: "inventory", event: "order.created", outcome: "done" };
      expect(sum("mesh_event_handled_total", held)).toBe(
        sum("shop_orders_total", { status: "pending" }),
      );
      expect(sum("shop_orders_total", { status: "confirmed" })).toBe(1);
      expect(sum("shop_revenue_minor_units_total")).toBe(total);
      expect(sum("shop_saga_duration_seconds_count", { outcome: "confirmed" })).toBe(1);
      // Alerts ask by how much it rose: what is not shown at 0 does not rise with its first.
      expect(
        all.filter(({ labels }) => labels.outcome === "TIMEOUT").map(({ value }) => value),
      ).toContain(0);
      expect(
        all.some((s) => s.name === "mesh_outbox_pending" && s.labels.service === "orders"),
      ).toBe(true);
      expect(all.some((s) => s.name === "nodejs_eventloop_delay_seconds")).toBe(true);
      expect(sum("mesh_spans_exported_total")).toBeGreaterThan(20);
      expect(sum("mesh_spans_dropped_total")).toBe(0);
    });

    test.skipIf(!promtoolIsThere())("Prometheus' own checker finds nothing wrong", async () => {
      for (const shop of mesh.processes) {
        expect(promtool(["check", "metrics"], await scrape(shop))).toBe("");
      }
    });
  });
});
