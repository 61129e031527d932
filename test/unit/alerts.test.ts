import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { stringify } from "yaml";
import { promtool, promtoolIsThere } from "../support/promtool";

const folder = mkdtempSync(join(tmpdir(), "souk-alerts-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What Prometheus knows, a value a minute, by series. */
type Series = Readonly<Record<string, string>>;

/** Which of the alerts fires after `minutes`, in the words of promtool; empty when it is `expected`. */
function firing(
  alert: string,
  series: Series,
  minutes: number,
  expected: readonly object[],
): string {
  const file = join(folder, "test.yml");
  const input = Object.entries(series).map(([name, values]) => ({ series: name, values }));
  const rules = join(__dirname, "../../observability/alerts.yml");
  // Their words are not of interest here; promtool compares labels and annotations alike.
  const asked = { expr: `count by (alertname) (ALERTS{alertname="${alert}",alertstate="firing"})` };
  const answer = { ...asked, eval_time: `${minutes}m`, exp_samples: expected };
  const tests = [{ interval: "1m", input_series: input, promql_expr_test: [answer] }];
  writeFileSync(file, stringify({ rule_files: [rules], evaluation_interval: "1m", tests }));
  return promtool(["test", "rules", file]);
}

const fires = (alert: string) => [{ labels: `{alertname="${alert}"}`, value: 1 }];

test.skipIf(!promtoolIsThere()).each<[string, Series, number]>([
  ["ReconcilerSilent", { 'up{job="souk"}': "1x10" }, 5],
  ["ReconcilerSilent", { shop_reconciliation_age_seconds: "0+60x10" }, 8],
  ["NodeDown", { 'up{job="souk",instance="orders:3030"}': "1 1 0x10" }, 5],
  ["DeadLetters", { 'mesh_dead_letters{service="orders"}': "0 1x10" }, 3],
  ["CallsRefused", { 'mesh_refused_total{node="orders-1",reason="expired"}': "1+5x10" }, 6],
  ["OutboxNotMoving", { 'mesh_outbox_oldest_seconds{service="orders"}': "0+60x10" }, 4],
])("%s fires where %o", (alert, series, minutes) => {
  expect(firing(alert, series, minutes, fires(alert))).toBe("");
});

test.skipIf(!promtoolIsThere()).each<[string, Series]>([
  ["ReconcilerSilent", { shop_reconciliation_age_seconds: "30x10" }],
  ["NodeDown", { 'up{job="souk",instance="orders:3030"}': "1x10" }],
  ["DeadLetters", { 'mesh_dead_letters{service="orders"}': "0x10" }],
  ["CallsRefused", { 'mesh_refused_total{node="orders-1",reason="expired"}': "5x10" }],
])("%s is silent where %o", (alert, series) => {
  expect(firing(alert, series, 8, [])).toBe("");
});
