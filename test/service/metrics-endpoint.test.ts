import { afterAll, beforeAll, expect, test } from "vitest";
import { samplesOf } from "../support/exposition";
import { freePort } from "../support/free-port";
import { promtool, promtoolIsThere } from "../support/promtool";
import { startTestShop, type TestShop } from "../support/shop";

let shop: TestShop;
let url: string;

beforeAll(async () => {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const env = { METRICS_PORT: String(port) };
  shop = await startTestShop({ services: ["inventory", "operations"], env });
});
afterAll(() => shop.stop());

const page = async (path: string): Promise<string> => (await fetch(url + path)).text();

test("moleculer-prometheus shows the mesh: its nodes, services, actions and endpoints", async () => {
  const samples = samplesOf(await page("/mesh"));
  const valueOf = (name: string, labels = {}) =>
    samples.find(
      (s) => s.name === name && Object.entries(labels).every(([k, v]) => s.labels[k] === v),
    )?.value;
  expect(valueOf("moleculer_nodes_available")).toBe(1);
  expect(valueOf("moleculer_node_up", { node: shop.broker.nodeID, type: "nodejs" })).toBe(1);
  expect(valueOf("moleculer_service_endpoints", { service: "inventory" })).toBe(1);
  expect(valueOf("moleculer_action_endpoints", { action: "inventory.get" })).toBe(1);
  expect(valueOf("moleculer_services")).toBe(3);
});

test("what is gone from the mesh is gone from its page", async () => {
  shop.broker.createService({ name: "guest" });
  await shop.broker.waitForServices("guest");
  expect(await page("/mesh")).toContain('service="guest"');
  await shop.broker.destroyService("guest");
  expect(await page("/mesh")).not.toContain("guest");
});

test.skipIf(!promtoolIsThere())("both pages please Prometheus' own checker", async () => {
  for (const path of ["/metrics", "/mesh"]) {
    expect(promtool(["check", "metrics"], await page(path)), path).toBe("");
  }
});

test("a scrape asks no database, however often it comes", async () => {
  const { db } = shop.broker.getLocalService("inventory") as unknown as {
    db: { query: (...args: unknown[]) => Promise<unknown[]> };
  };
  const query = db.query.bind(db);
  let asked = 0;
  db.query = (...args) => {
    if (String(args[0]).includes("dead_letter")) asked++;
    return query(...args);
  };
  await Promise.all(Array.from({ length: 50 }, () => page("/metrics")));
  expect(asked).toBeLessThanOrEqual(1); // by the timer
});

test("other paths are not there", async () => {
  expect((await fetch(`${url}/`)).status).toBe(404);
});
