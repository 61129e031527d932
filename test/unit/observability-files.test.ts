import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { metrics } from "../../contracts/metrics";
import { promtool, promtoolIsThere } from "../support/promtool";

const folder = join(__dirname, "../../observability");
const read = (file: string): string => readFileSync(join(folder, file), "utf8");

const NAME = /\b(?:mesh|http|shop|nodejs)_[a-z_]+\b/g;
const known = (name: string): boolean =>
  name in metrics || name.replace(/_(bucket|sum|count)$/, "") in metrics;

/** Names in what is asked of Prometheus, not in the words beside it. */
const asked = (file: string): string[] =>
  read(file)
    .split("\n")
    .filter((line) => /"?expr"?:/.test(line))
    .flatMap((line) => line.match(NAME) ?? []);

test.each(["alerts.yml", "grafana/souk.json"])("%s asks for metrics that exist only", (file) => {
  const names = asked(file);
  expect(names.length).toBeGreaterThan(8);
  expect(names.filter((name) => !known(name))).toEqual([]);
});

test("each metric says what it is, and has a name that tells its kind and unit", () => {
  for (const [name, { type, help, buckets }] of Object.entries(metrics)) {
    expect(help, name).toMatch(/^\S.{10,}$/);
    expect(name.endsWith("_total"), name).toBe(type === "counter");
    expect(buckets !== undefined, name).toBe(type === "histogram");
  }
});

test.skipIf(!promtoolIsThere())("Prometheus accepts the rules and the configuration", () => {
  expect(promtool(["check", "rules", join(folder, "alerts.yml")])).toBe("");
  expect(promtool(["check", "config", join(folder, "prometheus.yml")])).toBe("");
});
