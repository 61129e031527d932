import { Errors } from "moleculer";
import { afterEach, describe, expect, test } from "vitest";
import { fail } from "../../contracts/errors";
import { deadline } from "../../lib/mesh/deadline";
import { retry } from "../../lib/mesh/retry";
import { RetryBudget } from "../../lib/mesh/retry-budget";
import { RoundRobin } from "../../lib/mesh/round-robin";
import { contractsOf, TestMesh } from "../support/mesh";

const contractOf = contractsOf({
  "stock.count": { timeoutMs: 500 },
  "stock.take": { timeoutMs: 300, idempotent: false },
});

let mesh: TestMesh;
afterEach(() => mesh.stop());

type Action = "count" | "take";

async function start(
  action: Action,
  handlers: ((node: string) => unknown)[],
  budget?: RetryBudget,
) {
  const options = { contractOf, ...(budget ? { budget } : {}) };
  mesh = new TestMesh({
    requestTimeout: 500,
    registry: { strategy: RoundRobin },
    middlewares: ["Timeout", "ErrorHandler", retry(options), deadline({ contractOf })],
  });
  const caller = mesh.node("caller");
  const runs: string[] = [];
  handlers.forEach((handler, i) => {
    const node = `stock-${i}`;
    const run = () => {
      runs.push(node);
      return handler(node);
    };
    mesh.node(node, { stock: { [action]: run } });
  });
  await mesh.start();
  return { caller, runs };
}

const never = () => new Promise(() => undefined);
const refuses = (node: string) =>
  Promise.reject(new Errors.QueueIsFullError({ action: "stock.take", nodeID: node }));

describe("an idempotent call", () => {
  test("goes to another node when one does not answer in a fifth of the deadline", async () => {
    const { caller, runs } = await start("count", [never, () => 7]);
    expect(await Promise.all([caller.call("stock.count"), caller.call("stock.count")])).toEqual([
      7, 7,
    ]);
    expect(runs.filter((node) => node === "stock-0")).toHaveLength(1);
  });

  test("never goes back to a node that failed it while there is another", async () => {
    const { caller, runs } = await start("count", [never, never, () => 7]);
    expect(await caller.call("stock.count")).toBe(7);
    expect(new Set(runs).size).toBe(runs.length);
  });

  test("ends at its deadline, whatever was tried", async () => {
    const { caller } = await start("count", [never, never]);
    const began = performance.now();
    await expect(caller.call("stock.count")).rejects.toMatchObject({ type: "REQUEST_TIMEOUT" });
    expect(performance.now() - began).toBeLessThan(900);
  });

  test("gives the only node all the time there is", async () => {
    const { caller, runs } = await start("count", [
      () => new Promise((resolve) => setTimeout(() => resolve(7), 250)),
    ]);
    expect(await caller.call("stock.count")).toBe(7);
    expect(runs).toHaveLength(1);
  });

  test("is not repeated when the budget is spent", async () => {
    const budget = new RetryBudget({ capacity: 0.5 });
    const { caller, runs } = await start("count", [never, never], budget);
    await expect(caller.call("stock.count")).rejects.toMatchObject({ type: "REQUEST_TIMEOUT" });
    expect(runs).toHaveLength(1);
  });
});

describe("a call that is not idempotent", () => {
  test("is not repeated when it may have run", async () => {
    const { caller, runs } = await start("take", [never, never]);
    await expect(caller.call("stock.take")).rejects.toMatchObject({ type: "REQUEST_TIMEOUT" });
    expect(runs).toHaveLength(1);
  });

  test("goes to another node when the first one refused to run it", async () => {
    const { caller, runs } = await start("take", [refuses, () => "taken"]);
    const answers = await Promise.all([caller.call("stock.take"), caller.call("stock.take")]);
    expect(answers).toEqual(["taken", "taken"]);
    expect(runs).toHaveLength(3);
  });
});

test("an answer is never asked for twice, be it an error of a service behind", async () => {
  const behind = new Errors.RequestTimeoutError({ action: "prices.get", nodeID: "prices-0" });
  const { caller, runs } = await start("count", [() => Promise.reject(behind)]);
  await expect(caller.call("stock.count")).rejects.toMatchObject({ type: "REQUEST_TIMEOUT" });
  expect(runs).toHaveLength(1);
  await mesh.stop();

  const other = await start("count", [() => Promise.reject(fail("SERVICE_UNAVAILABLE"))]);
  await expect(other.caller.call("stock.count")).rejects.toMatchObject({
    type: "SERVICE_UNAVAILABLE",
  });
  expect(other.runs).toHaveLength(1);
});

test("the budget earns a tenth of a retry a call, and saves no more than it can hold", () => {
  const budget = new RetryBudget({ capacity: 2 });
  expect([budget.spend(), budget.spend(), budget.spend()]).toEqual([true, true, false]);
  for (let i = 0; i < 11; i += 1) budget.earn();
  expect([budget.spend(), budget.spend()]).toEqual([true, false]);
  for (let i = 0; i < 100; i += 1) budget.earn();
  expect([budget.spend(), budget.spend(), budget.spend()]).toEqual([true, true, false]);
});
