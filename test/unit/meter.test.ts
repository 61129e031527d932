import { ServiceBroker } from "moleculer";
import { expect, it } from "vitest";
import { meterOf, type MetricTable } from "../../lib/observability/meter";

const TABLE = {
  seen_total: { type: "counter", help: "", labels: ["by", "where"] },
  open: { type: "gauge", help: "", labels: [] },
  took_seconds: { type: "histogram", help: "", labels: ["by"], buckets: [0.001, 0.5, 10] },
} as const satisfies MetricTable;

const newBroker = () => new ServiceBroker({ logger: false, metrics: { enabled: true } });

/** What Moleculer would show of a metric, but for times. */
function shown({ metrics }: ServiceBroker, name: string): unknown[] {
  const metric = metrics.getMetric(name) as unknown as { snapshot(): { timestamp: number }[] };
  return metric.snapshot().map(({ timestamp: _at, ...rest }) => rest);
}

it("keeps the numbers that Moleculer itself would keep", () => {
  const [ours, theirs] = [newBroker(), newBroker()];
  const [meter, others] = [meterOf(ours, TABLE), meterOf(theirs, TABLE)];
  for (const [value, by] of [
    [0.001, "ada"],
    [0.2, "ada"],
    [11, "bob"],
    [0.5, "ada"],
  ] as const) {
    meter.add("seen_total", { by, where: 'a "b"' }, value);
    meter.observe("took_seconds", value, { by });
    meter.set("open", value, {});
    theirs.metrics.increment("seen_total", { by, where: 'a "b"' }, value);
    theirs.metrics.observe("took_seconds", value, { by });
    theirs.metrics.set("open", value);
  }
  expect(others).toBeDefined(); // it has registered the table
  for (const name of Object.keys(TABLE)) expect(shown(ours, name)).toEqual(shown(theirs, name));
});

it("shows each change, also after a look", () => {
  const broker = newBroker();
  const meter = meterOf(broker, TABLE);
  for (const length of [1, 2, 2, 0]) {
    meter.set("open", length, {});
    expect(shown(broker, "open")).toMatchObject([{ value: length }]);
  }
});

it("shows nothing of what is removed, until it is there again", () => {
  const broker = newBroker();
  const meter = meterOf(broker, TABLE);
  for (const by of ["ada", "bob"]) meter.add("seen_total", { by, where: "x" });
  expect(shown(broker, "seen_total")).toHaveLength(2);
  meter.remove("seen_total", { by: "ada", where: "x" });
  meter.remove("seen_total", { by: "eve", where: "x" });
  expect(shown(broker, "seen_total")).toMatchObject([{ labels: { by: "bob" } }]);
  meter.add("seen_total", { by: "ada", where: "x" });
  expect(shown(broker, "seen_total")).toMatchObject([
    { labels: { by: "bob" } },
    { labels: { by: "ada" }, value: 1 },
  ]);
});

it("counts into the same series as the other meters of its broker", () => {
  const broker = newBroker();
  const meters = [meterOf(broker, TABLE), meterOf(broker, TABLE)];
  for (const meter of [...meters, ...meters]) meter.add("seen_total", { by: "ada", where: "x" });
  expect(shown(broker, "seen_total")).toMatchObject([{ value: 4 }]);
});

it("shows a histogram that begins at nothing, and counts from there", () => {
  const broker = newBroker();
  const meter = meterOf(broker, TABLE);
  const ada = { by: "ada" };
  meter.begin("took_seconds", ada);
  expect(shown(broker, "took_seconds")).toMatchObject([
    { labels: ada, count: 0, sum: 0, buckets: { 0.001: 0, 0.5: 0, 10: 0 } },
  ]);
  meter.observe("took_seconds", 0.2, ada);
  meter.begin("took_seconds", ada);
  expect(shown(broker, "took_seconds")).toMatchObject([
    { count: 1, sum: 0.2, buckets: { 0.001: 0, 0.5: 1, 10: 1 } },
  ]);
});

it("does nothing where metrics are off", () => {
  const meter = meterOf(new ServiceBroker({ logger: false, metrics: false }), TABLE);
  expect(() => meter.begin("took_seconds", { by: "ada" })).not.toThrow();
  expect(() => meter.observe("took_seconds", 1, { by: "ada" })).not.toThrow();
});
