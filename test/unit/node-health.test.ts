import { setTimeout as sleep } from "node:timers/promises";
import { ServiceBroker } from "moleculer";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { MetricTable } from "../../lib/observability/meter";
import { metricsOf } from "../../lib/observability/prometheus";
import { freePort } from "../support/free-port";

let broker: ServiceBroker;
let port: number;
const TABLE: MetricTable = { seen_total: { type: "counter", help: "Seen", labels: ["by"] } };

beforeEach(async () => {
  port = await freePort();
  broker = new ServiceBroker({ logger: false, metrics: metricsOf(port, TABLE) });
});
afterEach(() => broker.stop());

async function ask(path: string): Promise<[number, string]> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`);
  return [answer.status, await answer.text()];
}

test("a node lives from the start and is ready once its services have started", async () => {
  expect(await ask("/health/live")).toEqual([200, '{"status":"ok"}']);
  expect(await ask("/health/ready")).toEqual([503, '{"status":"starting or stopping"}']);
  await broker.start();
  expect(await ask("/health/ready")).toEqual([200, '{"status":"ok"}']);
});

test("a node that stops is no longer ready while its calls in hand end", async () => {
  broker.createService({ name: "slow", stopped: () => sleep(300) });
  await broker.start();
  const stopped = broker.stop();
  expect(await ask("/health/ready")).toEqual([503, '{"status":"starting or stopping"}']);
  expect(await ask("/health/live")).toEqual([200, '{"status":"ok"}']);
  await stopped;
});

test("the metrics are where they were", async () => {
  await broker.start();
  broker.metrics.increment("seen_total", { by: 'a "b"' }, 2);
  const [status, text] = await ask("/metrics");
  expect(status).toBe(200);
  expect(text).toContain(`seen_total{node="${broker.nodeID}",by="a \\"b\\""} 2`);
});
