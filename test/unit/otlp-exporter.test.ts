import { ServiceBroker } from "moleculer";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { EventEnvelope } from "../../lib/messaging/event";
import { callTelemetry } from "../../lib/observability/call-telemetry";
import { eventTelemetry } from "../../lib/observability/event-telemetry";
import { meshMetrics } from "../../lib/observability/mesh-metrics";
import { registerMetrics } from "../../lib/observability/meter";
import { openSpan } from "../../lib/observability/spans";
import { spanBelow, type SpanContext } from "../../lib/observability/traceparent";
import { tracingOf, type TracingOptions } from "../../lib/observability/tracing";
import { eventually } from "../support/eventually";
import { OtlpCollector } from "../support/otlp-collector";

const ROOT: SpanContext = {
  traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
  spanId: "00f067aa0ba902b7",
  sampled: true,
};
const TRACEPARENT = `00-${ROOT.traceId}-${ROOT.spanId}-01`;

let collector: OtlpCollector;
let broker: ServiceBroker;

beforeEach(async () => {
  collector = await OtlpCollector.start();
});
afterEach(async () => {
  await broker.stop();
  await collector.stop();
});

async function start(exporter: TracingOptions["exporter"], endpoint: string): Promise<void> {
  broker = new ServiceBroker({
    logger: false,
    nodeID: "n",
    metrics: { enabled: true, collectProcessMetrics: false },
    tracing: tracingOf({ exporter, endpoint }, "shop"),
    middlewares: [callTelemetry({ contracts: {}, durableActions: {}, errors: {} })],
  });
  registerMetrics(broker.metrics, meshMetrics);
  await broker.start();
}

const span = (name: string, parent: SpanContext = ROOT) =>
  openSpan(broker, { name, kind: "server", service: "s", own: spanBelow(parent), parent });

const counted = (name: string, labels = {}): number => {
  // Moleculer types a metric by its kind; counters have a value.
  const metric = broker.metrics.getMetric(name) as unknown as {
    get(labels: object): { value: number } | undefined;
  };
  return metric.get(labels)?.value ?? 0;
};

const arrived = (count: number) =>
  eventually(async () => collector.spans.length >= count, { what: `${count} spans` });

test("spans arrive below their parent, at the endpoint's path, with its login in a header", async () => {
  await start("otlp", collector.url.replace("//", "//me:p%40ss@"));
  span("first")?.end({ attributes: { "rpc.method": "a.b", n: 1, part: 0.5, no: null } });
  await arrived(1);
  expect(collector.requests[0]).toEqual({
    path: "/v1/traces",
    authorization: `Basic ${btoa("me:p@ss")}`,
  });
  expect(collector.spans[0]).toMatchObject({
    service: "s",
    name: "first",
    traceId: ROOT.traceId,
    parentSpanId: ROOT.spanId,
    kind: 2,
    attributes: { "rpc.method": "a.b", n: "1", part: 0.5 },
  });
  expect(collector.spans[0]?.attributes).not.toHaveProperty("no");
});

test("what its beginner does not want recorded is not, and travels on as it came", async () => {
  await start("otlp", collector.url);
  expect(span("hidden", { ...ROOT, sampled: false })).toBeNull();
});

test("an error is told by its type, without its words; a refusal is no failure", async () => {
  await start("otlp", collector.url);
  span("broken")?.end({ error: new TypeError("cannot read hunter2") });
  span("refused")?.end({ error: Object.assign(new Error("hunter2"), { type: "NO", code: 409 }) });
  await arrived(2);
  expect(collector.raw).not.toContain("hunter2");
  const [broken, refused] = collector.spans as unknown as { status: object; attributes: object }[];
  expect(broken).toMatchObject({ status: { code: 2 }, attributes: { "error.type": "TypeError" } });
  expect(refused).toMatchObject({ status: {}, attributes: { "error.type": "NO" } });
});

test("a collector that is busy gets the spans later; one that refuses them does not get them again", async () => {
  await start("otlp", collector.url);
  collector.status = 503;
  span("patient")?.end();
  await eventually(async () => collector.requests.length > 0);
  collector.status = 200;
  await arrived(1);
  await eventually(async () => counted("mesh_spans_exported_total") === 1);
  collector.status = 400;
  span("unwanted")?.end();
  await eventually(async () => counted("mesh_spans_dropped_total", { reason: "refused" }) === 1);
});

test("spans that find no room are dropped and counted, and nobody waits", async () => {
  await start("otlp", "http://127.0.0.1:9");
  for (let i = 0; i < 9_000; i++) span("many")?.end();
  const dropped = counted("mesh_spans_dropped_total", { reason: "queue full" });
  expect(dropped).toBe(9_000 - 8_192);
});

test("what is left is sent when the node stops", async () => {
  await start("otlp", collector.url);
  span("last")?.end();
  await broker.stop();
  expect(collector.spans.map(({ name }) => name)).toEqual(["last"]);
});

test("a node that stops does not wait until a slow collector has taken all", async () => {
  await start("otlp", collector.url);
  collector.delayMs = 300;
  for (let i = 0; i < 8_000; i++) span("many")?.end();
  await broker.stop();
  const left = counted("mesh_spans_dropped_total", { reason: "stopped" });
  expect(left).toBeGreaterThan(0);
  expect(left + counted("mesh_spans_exported_total")).toBe(8_000);
});

const event: EventEnvelope = {
  id: "01912345-6789-7012-8345-678901234567",
  name: "thing.happened",
  version: 1,
  source: "things",
  aggregateId: "a",
  seq: 1,
  payload: {},
  correlationId: "c",
  causationId: null,
  traceparent: TRACEPARENT,
  occurredAt: "2026-01-01T00:00:00.000Z",
};

test("an attempt after the first stays in the trace and links to the one before", async () => {
  await start("otlp", collector.url);
  const observer = eventTelemetry(broker, "shelf", {});
  observer.begin(event, 1).end("parked", new Error("not yet"));
  observer.begin(event, 2).end("done");
  await arrived(2);
  const [first, second] = collector.spans;
  expect(first?.links).toBeUndefined();
  expect(second).toMatchObject({
    traceId: ROOT.traceId,
    parentSpanId: ROOT.spanId,
    links: [{ traceId: ROOT.traceId, spanId: first?.spanId }],
  });
});

test("an attempt that another node began is linked to the publication", async () => {
  await start("otlp", collector.url);
  eventTelemetry(broker, "shelf", {}).begin(event, 3).end("done");
  await arrived(1);
  expect(collector.spans[0]?.links).toEqual([{ traceId: ROOT.traceId, spanId: ROOT.spanId }]);
});

test("Zipkin and Jaeger get trace ids whole", async () => {
  await start("zipkin", collector.url);
  span("to zipkin")?.end();
  collector.status = 202; // theirs is another format: not to be taken apart
  await broker.stop();
  await eventually(async () => collector.requests.some(({ path }) => path === "/api/v2/spans"));
  expect(collector.bodies.join("")).toContain(`"traceId":"${ROOT.traceId}"`);

  await start("jaeger", `${collector.url}/api/traces`);
  span("to jaeger")?.end();
  await broker.stop();
  await eventually(async () =>
    collector.requests.some(({ path }) => path.startsWith("/api/traces")),
  );
  const bytes = Buffer.from(ROOT.traceId, "hex").toString("latin1");
  const body = collector.bodies.at(-1) ?? "";
  expect(body).toContain(bytes.slice(0, 8));
  expect(body).toContain(bytes.slice(8));
});
