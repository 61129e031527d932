import type { MetricTypes } from "moleculer";
import { afterAll, beforeAll, test } from "vitest";
import { eventually } from "../support/eventually";
import { dbOf } from "../support/service-db";
import { startTestShop, type TestShop } from "../support/shop";

let shop: TestShop;
beforeAll(async () => {
  shop = await startTestShop({ services: ["operations"], env: { METRICS_PORT: "0" } });
});
afterAll(() => shop?.stop());

/** As it is told to Prometheus; undefined before it is known. */
const age = (): number | undefined =>
  (
    shop.broker.metrics.getMetric("shop_reconciliation_age_seconds") as MetricTypes.Gauge
  ).generateSnapshot()[0]?.value;

test(
  "the last run grows older also where it cannot be read any more",
  { timeout: 90_000 },
  async () => {
    const known = await eventually(async () => age(), { timeoutMs: 30_000 });
    await dbOf(shop, "operations").query("ALTER TABLE reconciliation RENAME TO gone");
    await eventually(async () => (age() ?? 0) > known + 5, { timeoutMs: 50_000 });
  },
);
