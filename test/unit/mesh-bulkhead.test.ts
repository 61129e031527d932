import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import type { ServiceBroker } from "moleculer";
import { bulkhead } from "../../lib/mesh/bulkhead";
import { contractsOf, TestMesh } from "../support/mesh";

/** How long a burst may last here, in ms. */
const BURST_MS = 50;

const contractOf = contractsOf({ "mill.grind": { concurrency: 2 } });

let mesh: TestMesh;
afterEach(() => mesh.stop());

/** A mill whose work ends when it is told to. */
async function start() {
  mesh = new TestMesh({
    transporter: null,
    requestTimeout: 5_000,
    middlewares: [bulkhead({ contractOf, concurrency: 100, burstMs: BURST_MS }), "Timeout"],
  });
  const finish: (() => void)[] = [];
  let runs = 0;
  const grind = () => {
    runs += 1;
    return new Promise<string>((resolve) => finish.push(() => resolve("flour")));
  };
  const broker = mesh.node("mill", { mill: { grind } });
  await mesh.start();
  const finishOne = async () => {
    finish.shift()?.();
    await sleep(1);
  };
  return { broker, finishOne, runs: () => runs };
}

const grind = (broker: ServiceBroker, timeout = 5_000) =>
  broker.call("mill.grind", {}, { timeout }).catch((error: { type: string }) => error.type);

test("runs two at a time, lets four wait for long and in order, and refuses the seventh", async () => {
  const { broker, finishOne, runs } = await start();
  const calls = Array.from({ length: 6 }, () => grind(broker));
  await sleep(BURST_MS + 10);
  expect(await grind(broker)).toBe("QUEUE_FULL");
  expect(runs()).toBe(2);
  for (let finished = 1; finished <= 6; finished += 1) {
    await finishOne();
    expect(runs()).toBe(Math.min(6, finished + 2));
  }
  expect(await Promise.all(calls)).toEqual(Array(6).fill("flour"));
});

test("lets more wait in a burst: sixteen for two that run, and refuses the nineteenth at once", async () => {
  const { broker, finishOne } = await start();
  const calls = Array.from({ length: 18 }, () => grind(broker));
  expect(await grind(broker)).toBe("QUEUE_FULL");
  for (let finished = 1; finished <= 18; finished += 1) await finishOne();
  expect(await Promise.all(calls)).toEqual(Array(18).fill("flour"));
});

test("never runs what nobody waits for any more", async () => {
  const { broker, finishOne, runs } = await start();
  const running = [grind(broker), grind(broker)];
  const impatient = [grind(broker, 30), grind(broker, 30)];
  const patient = grind(broker);
  expect(await Promise.all(impatient)).toEqual(["REQUEST_TIMEOUT", "REQUEST_TIMEOUT"]);
  await finishOne();
  expect(runs()).toBe(3);
  await finishOne();
  await finishOne();
  expect(await Promise.all([...running, patient])).toEqual(["flour", "flour", "flour"]);
  expect(runs()).toBe(3);
});

test("who has given up does not keep others out of the queue", async () => {
  const { broker, finishOne } = await start();
  const running = [grind(broker), grind(broker)];
  await Promise.all(Array.from({ length: 4 }, () => grind(broker, 30)));
  const late = grind(broker);
  for (let i = 0; i < 3; i += 1) await finishOne();
  expect(await Promise.all([...running, late])).toEqual(["flour", "flour", "flour"]);
});
