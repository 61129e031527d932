import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "moleculer";
import { afterEach, expect, test } from "vitest";
import { deadline } from "../../lib/mesh/deadline";
import { TransitAge } from "../../lib/mesh/transit-age";
import { contractsOf, TestMesh } from "../support/mesh";

const contractOf = contractsOf({
  "report.make": { timeoutMs: 1_000 },
  "numbers.get": { timeoutMs: 400 },
});

let mesh: TestMesh | undefined;
afterEach(async () => {
  await mesh?.stop();
  mesh = undefined;
});

async function start(make: (ctx: Context) => unknown) {
  mesh = new TestMesh({
    requestTimeout: 5_000,
    middlewares: ["Timeout", deadline({ contractOf })],
  });
  const seen: number[] = [];
  const get = (ctx: Context) => seen.push(ctx.options.timeout ?? 0);
  mesh.node("numbers", { numbers: { get } });
  const caller = mesh.node("reports", { report: { make } });
  await mesh.start();
  return { caller, seen };
}

test("a nested call gets what its own contract allows, never what the caller has in plenty", async () => {
  const { caller, seen } = await start((ctx) => ctx.call("numbers.get"));
  await caller.call("report.make");
  expect(seen).toEqual([400]);
});

test("a nested call gets no more than what is left of the caller's time", async () => {
  const { caller, seen } = await start(async (ctx) => {
    await sleep(50);
    return ctx.call("numbers.get");
  });
  await caller.call("report.make", {}, { timeout: 300 });
  expect(seen).toHaveLength(1);
  expect(seen[0]).toBeGreaterThan(0);
  expect(seen[0]).toBeLessThan(260);
});

test("a call after the caller's deadline is not even sent", async () => {
  let nested: unknown;
  const { caller, seen } = await start(async (ctx) => {
    await sleep(60);
    nested = await ctx.call("numbers.get").catch((error: unknown) => error);
  });
  await expect(caller.call("report.make", {}, { timeout: 30 })).rejects.toThrow();
  await sleep(60);
  expect(nested).toMatchObject({ type: "REQUEST_SKIPPED" });
  expect(seen).toEqual([]);
});

test("a call may shorten its deadline, not lengthen it", async () => {
  const { caller, seen } = await start(() => null);
  await caller.call("numbers.get", {}, { timeout: 60_000 });
  await caller.call("numbers.get", {}, { timeout: 100 });
  expect(seen).toEqual([400, 100]);
});

test("work that arrives after its deadline is refused", async () => {
  let runs = 0;
  const { caller } = await start(() => (runs += 1));
  const answers: unknown[] = [];
  const { transit } = caller;
  if (!transit) throw new Error("no transit");
  transit.sendResponse = (...[, , , , , error]) => Promise.resolve(void answers.push(error));
  const request = { id: "1", action: "report.make", params: {}, sender: "numbers", headers: {} };
  await transit.requestHandler({ ...request, timeout: -1 });
  await transit.requestHandler({ ...request, timeout: 500 });
  expect(answers).toMatchObject([{ type: "REQUEST_SKIPPED" }, null]);
  expect(runs).toBe(1);
});

test("the time on the way is known without a common clock", () => {
  const age = new TransitAge();
  // This sender's clock is an hour ahead, and packets take 2 ms at best.
  const arrive = (sentAt: number, tookMs: number) =>
    age.of("node", sentAt + 3_600_000, sentAt + tookMs);
  expect(arrive(0, 5)).toBe(0);
  expect(arrive(100, 2)).toBe(0);
  expect(arrive(200, 9)).toBe(7);
  // We were stopped for ten minutes: what lies there is ten minutes old, all of it.
  expect(arrive(1_000, 600_002)).toBe(600_000);
  expect(arrive(2_000, 599_002)).toBe(599_000);
  expect(arrive(600_000, 2)).toBe(0);
});

test("clocks that drift apart are followed", () => {
  const age = new TransitAge();
  // A second a minute: far more than any real clock.
  for (let minute = 0; minute < 60; minute += 1) {
    const now = minute * 60_001;
    expect(age.of("node", now - minute * 1_000, now)).toBeLessThanOrEqual(2_000);
  }
});
