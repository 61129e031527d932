import { afterEach, expect, test } from "vitest";
import { ConfigError, readConfig } from "../../config/env";
import {
  armFaults,
  failpoint,
  failpoints,
  FaultError,
  isArmed,
  releaseHung,
} from "../../lib/faults/points";
import { parseFaults } from "../../lib/faults/spec";
import { unruly } from "../../lib/faults/unruly-transport";
import type { EventEnvelope } from "../../lib/messaging/event";
import type { Consumer, Transport } from "../../lib/messaging/transport";
import { eventually } from "../support/eventually";
import { envelope } from "../support/events";

const TOKEN = { FAULTS_TOKEN: "this shop may be broken on purpose" };

afterEach(() => armFaults([], 1));

const faultsOf = (env: Record<string, string>): string[] => {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return [...error.faults];
    throw error;
  }
};

test("a fault is a point, what happens there, and how often", () => {
  expect(parseFaults("a.b=kill9@2, *.handle.*=throw%0.5,c=delay:200,d=dup")).toEqual([
    { point: "a.b", action: { kind: "kill9" }, nth: 2, probability: 1 },
    { point: "*.handle.*", action: { kind: "throw" }, nth: null, probability: 0.5 },
    { point: "c", action: { kind: "delay", ms: 200 }, nth: null, probability: 1 },
    { point: "d", action: { kind: "dup" }, nth: null, probability: 1 },
  ]);
});

test.each([
  "a",
  "a=",
  "=kill9",
  "a=kill",
  "a=delay",
  "a=kill9@0",
  "a=throw%2",
  "A.b=kill9",
  "a b=kill9",
])("%s is none, and the error says so", (text) =>
  expect(() => parseFaults(text)).toThrow(`${text} is no fault`),
);

test("the environment arms faults only with their token, and never in what looks like production", () => {
  expect(readConfig({}).faults).toBeNull();
  expect(readConfig({ FAULTS: "a=kill9", ...TOKEN }).faults).toMatchObject({
    byMessage: false,
    seed: 1,
  });
  expect(readConfig({ FAULTS: "by-message", ...TOKEN }).faults).toMatchObject({ byMessage: true });
  expect(faultsOf({ FAULTS: "a=kill9" })).toEqual([expect.stringContaining("FAULTS_TOKEN")]);
  expect(faultsOf({ ...TOKEN })).toEqual([expect.stringContaining("FAULTS works together")]);
  expect(faultsOf({ FAULTS: "a=kill9", FAULTS_TOKEN: "yes" })).toHaveLength(1);
  expect(faultsOf({ FAULTS: "a=explode", ...TOKEN })).toEqual([
    "FAULTS: a=explode is no fault: name=kill9|throw|hang|delay:ms|dup|shuffle, then @n or %probability",
  ]);
  for (const production of [{ NODE_ENV: "production" }, { PUBLIC_URL: "https://shop.example" }]) {
    expect(faultsOf({ FAULTS: "a=kill9", ...TOKEN, ...production })).toEqual([
      expect.stringContaining("for tests"),
    ]);
  }
});

test("nothing is armed, and a point is nothing", () => {
  expect(failpoint("orders.place", "before_commit")).toBeUndefined();
  expect(failpoints("orders", "handle", [{ name: "a" }], "before_commit")).toBeUndefined();
});

test("a fault strikes at its nth time, at points that its pattern names", async () => {
  armFaults(parseFaults("orders.*.before_commit=throw@2"), 1);
  await failpoint("orders", "handle", "payment.completed", "before_commit");
  await failpoint("payments", "handle", "before_commit");
  await expect(failpoint("orders.place.before_commit")).rejects.toThrow(FaultError);
  await failpoint("orders.place.before_commit");
});

test("a probability is drawn from the seed, the same each time", async () => {
  const draw = async (seed: number): Promise<string> => {
    armFaults(parseFaults("a=throw%0.5"), seed);
    let drawn = "";
    for (let n = 0; n < 32; n++) {
      drawn += await Promise.resolve(failpoint("a")).then(
        () => ".",
        () => "x",
      );
    }
    return drawn;
  };
  const drawn = await draw(7);
  expect(drawn).toMatch(/x/);
  expect(drawn).toMatch(/\./);
  expect(await draw(7)).toBe(drawn);
  expect(await draw(8)).not.toBe(drawn);
});

test("what hangs at a point goes on when it is released", async () => {
  armFaults(parseFaults("a=hang@1"), 1);
  let passed = false;
  const waiting = Promise.resolve(failpoint("a")).then(() => (passed = true));
  await new Promise(setImmediate);
  expect(passed).toBe(false);
  releaseHung();
  await waiting;
});

/** A transport that hands on at once, and what its one consumer got. */
function recording() {
  const got: string[] = [];
  let deliver: Consumer["receive"] = async () => undefined;
  const inner: Transport = {
    publish: async (event) => {
      await deliver([event]);
      return null;
    },
    streamState: async () => null,
    eventAt: async () => null,
    lag: async () => [],
    ownLag: async () => ({ queues: [], consumers: [] }),
    subscribe: async (consumer) => {
      deliver = consumer.receive.bind(consumer);
      return async () => undefined;
    },
    open: () => undefined,
    close: async () => undefined,
  };
  const consumer: Consumer = {
    name: "inventory",
    events: ["stock.released"],
    receive: async (batch) => void got.push(...batch.map(({ id }) => id)),
  };
  return { transport: unruly(inner, 1), consumer, got };
}

const someEvents = (count: number): EventEnvelope[] =>
  Array.from({ length: count }, () =>
    envelope("stock.released", { orderId: crypto.randomUUID(), lines: [] }),
  );

test("dup delivers an event three times, once behind a later one", async () => {
  const { transport, consumer, got } = recording();
  await transport.subscribe(consumer);
  armFaults(parseFaults("inventory.deliver=dup"), 1);
  const [a, b] = someEvents(2);
  if (!a || !b) throw new Error("two events");
  await transport.publish(a);
  await transport.publish(b);
  expect(got).toEqual([a.id, a.id, b.id, b.id, a.id]);
});

test("shuffle sends events out in another order, and loses none", async () => {
  const { transport, consumer, got } = recording();
  await transport.subscribe(consumer);
  armFaults(parseFaults("*.publish=shuffle"), 1);
  expect(isArmed("elsewhere.publish", "shuffle")).toBe(true);
  const events = someEvents(70);
  for (const event of events) await transport.publish(event);
  await eventually(async () => got.length === 70);
  expect(got).not.toEqual(events.map(({ id }) => id));
  expect([...got].sort()).toEqual(events.map(({ id }) => id).sort());
});
