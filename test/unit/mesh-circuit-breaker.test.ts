import { setTimeout as sleep } from "node:timers/promises";
import { Errors, type ServiceBroker } from "moleculer";
import { afterEach, expect, test } from "vitest";
import { fail } from "../../contracts/errors";
import { circuitBreaker } from "../../lib/mesh/circuit-breaker";
import { eventually } from "../support/eventually";
import { contractsOf, TestMesh } from "../support/mesh";

const contractOf = contractsOf({ "stock.count": { timeoutMs: 100 } });
const options = {
  requestTimeout: 100,
  middlewares: ["Timeout", circuitBreaker({ contractOf })],
};

let mesh: TestMesh;
afterEach(() => mesh.stop());

/** One that asks, and one or two that answer. */
async function start(...handlers: (() => unknown)[]) {
  mesh = new TestMesh(options);
  const caller = mesh.node("caller");
  handlers.forEach((count, i) => mesh.node(`stock-${i}`, { stock: { count } }));
  await mesh.start();
  return caller;
}

const never = () => new Promise(() => undefined);

test("opens after five calls that were never answered, and then refuses at once", async () => {
  const caller = await start(never);
  for (let i = 0; i < 5; i += 1) {
    await expect(caller.call("stock.count")).rejects.toMatchObject({ type: "REQUEST_TIMEOUT" });
  }
  await expect(caller.call("stock.count")).rejects.toMatchObject({ type: "SERVICE_NOT_AVAILABLE" });
});

test("moves the calls to the other node, and back when a probe succeeds", async () => {
  let hang = true;
  const caller = await start(
    () => (hang ? never() : "first"),
    () => "second",
  );
  const ask = () => caller.call("stock.count").catch(() => "failed");
  await Promise.all(Array.from({ length: 10 }, ask));
  expect(new Set([await ask(), await ask(), await ask(), await ask()])).toEqual(
    new Set(["second"]),
  );
  hang = false;
  await eventually(async () => (await ask()) === "first", { what: "the first node to be back" });
});

/** The series of one broker's breakers. */
const shown = ({ metrics }: ServiceBroker) =>
  (
    metrics.getMetric("mesh_breaker_state") as unknown as { snapshot(): { value: number }[] }
  ).snapshot();

test.each([
  ["before its node goes, goes with it", 5, 1],
  ["because its node goes, is told to nobody", 4, 0],
])("a breaker that opens %s", async (_, calls, open) => {
  mesh = new TestMesh({ ...options, metrics: { enabled: true, collectProcessMetrics: false } });
  const caller = mesh.node("caller");
  const stock = mesh.node("stock", { stock: { count: never } });
  await mesh.start();
  const ask = () => caller.call("stock.count").catch(() => undefined);
  await Promise.all(Array.from({ length: calls }, ask));
  expect(shown(caller)).toMatchObject(Array(open).fill({ value: 2 }));
  const last = ask();
  await stock.stop();
  await last;
  await sleep(20);
  expect(shown(caller)).toEqual([]);
});

test("does not count what callers did wrong", async () => {
  const caller = await start(() => Promise.reject(fail("NOT_FOUND")));
  for (let i = 0; i < 12; i += 1) {
    await expect(caller.call("stock.count")).rejects.toMatchObject({ type: "NOT_FOUND" });
  }
});

test("does not count what another service failed to do", async () => {
  const failure = new Errors.RequestTimeoutError({ action: "prices.get", nodeID: "prices-0" });
  const caller = await start(
    () => Promise.reject(failure),
    () => Promise.reject(failure),
  );
  for (let i = 0; i < 12; i += 1) {
    await expect(caller.call("stock.count")).rejects.toMatchObject({ type: "REQUEST_TIMEOUT" });
  }
});

test("opens on bugs while another node does better, never on the last one", async () => {
  const bug = () => Promise.reject(new TypeError("x is undefined"));
  const caller = await start(bug, () => "fine");
  const answers: unknown[] = [];
  for (let i = 0; i < 20; i += 1) answers.push(await caller.call("stock.count").catch(() => "bug"));
  expect(answers.filter((answer) => answer === "bug")).toHaveLength(5);
  await mesh.stop();

  const alone = await start(bug);
  for (let i = 0; i < 12; i += 1) {
    await expect(alone.call("stock.count")).rejects.toMatchObject({ name: "TypeError" });
  }
});

test("counts answers that come late, as long as another node is quicker", async () => {
  const caller = await start(
    () => sleep(60).then(() => "late"),
    () => "quick",
  );
  const answers: unknown[] = [];
  for (let i = 0; i < 20; i += 1) answers.push(await caller.call("stock.count"));
  expect(answers.filter((answer) => answer === "late")).toHaveLength(5);
});
