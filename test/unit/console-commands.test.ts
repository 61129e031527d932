import type { ServiceBroker } from "moleculer";
import { expect, test } from "vitest";
import type { Caller } from "../../lib/mesh/types";
import { commands } from "../../repl/commands";
import { nameOf, type CommandInput, type Operator } from "../../repl/command";
import { completerOf } from "../../repl/moleculer-repl";

const NODES = ["orders-1-a", "orders-2-b", "repl-c"];

/** A console, `repl-c`, beside two nodes; what it asks of the mesh is answered from `answers`. */
function operatorWith(answers: Record<string, unknown> = {}) {
  const asked: [string, unknown][] = [];
  const registry = { getServiceList: () => NODES.map((nodeID) => ({ name: "orders", nodeID })) };
  const call = async (name: string, params: unknown): Promise<unknown> => {
    asked.push([name, params]);
    return answers[name];
  };
  const operator: Operator = {
    broker: { nodeID: "repl-c", registry } as unknown as ServiceBroker,
    // Typed by name, which a table of answers cannot be.
    call: call as unknown as Caller["call"],
    drain: async (node) => void asked.push(["drain", node]),
  };
  return { operator, asked };
}

const run = (
  operator: Operator,
  name: string,
  args: string[] = [],
  options: CommandInput["options"] = {},
) => {
  const command = commands.find((one) => nameOf(one) === name);
  if (!command) throw new Error(`no command ${name}`);
  return command.run(operator, { args, options });
};

const complete = (operator: Operator, line: string): Promise<[string[], string]> =>
  new Promise((resolve, reject) => {
    const others = (_line: string, answer: (e: null, found: [string[], string]) => void): void =>
      answer(null, [["moleculer's"], ""]);
    completerOf(
      operator,
      commands,
      others,
    )(line, (error, found) => (found ? resolve(found) : reject(error)));
  });

test("a node that is not there is not drained, and those that are get named", async () => {
  const { operator, asked } = operatorWith();
  await expect(run(operator, "drain", ["orders-3"])).rejects.toThrow(
    "there is no node orders-3; there are orders-1-a, orders-2-b",
  );
  await run(operator, "drain", ["orders-1-a"]);
  expect(asked).toEqual([["drain", "orders-1-a"]]);
});

test("dead letters are not all replayed because somebody forgot an id", async () => {
  const { operator, asked } = operatorWith({ "operations.replayDeadLetters": { replayed: 2 } });
  await expect(run(operator, "dlq", ["replay"])).rejects.toThrow(/replay which/);
  expect(asked).toEqual([]);
  const said = await run(operator, "dlq", ["replay"], { event: "order.created" });
  expect(said).toEqual(["2 given to their handlers again"]);
  expect(asked).toEqual([["operations.replayDeadLetters", { event: "order.created", limit: 20 }]]);
});

test("a replay that is only to count replays nothing, with an id neither", async () => {
  const { operator, asked } = operatorWith({
    "operations.replayDeadLetter": { replayed: 1 },
    "operations.replayDeadLetters": { replayed: 2 },
  });
  for (const options of [{ dry: "" }, { consumer: "shipping" }]) {
    await expect(run(operator, "dlq", ["replay", "an-id"], options)).rejects.toThrow(/not both/);
  }
  expect(asked).toEqual([]);
  const said = await run(operator, "dlq", ["replay"], { dry: "", event: "order.created" });
  expect(said).toEqual(["2 would be replayed"]);
  expect(asked).toEqual([
    ["operations.replayDeadLetters", { event: "order.created", limit: 20, dryRun: true }],
  ]);
});

test("an unknown verb, a missing id and a bad limit are refused", async () => {
  const { operator } = operatorWith();
  await expect(run(operator, "dlq", ["drop"])).rejects.toThrow(
    "say dlq list, dlq show, dlq replay",
  );
  await expect(run(operator, "dlq", ["show"])).rejects.toThrow(/which dead letter/);
  await expect(run(operator, "dlq", ["list"], { limit: "0" })).rejects.toThrow(/--limit/);
});

test("consumers that keep up are left out on request", async () => {
  const lags = [
    { consumer: "search", event: "stock.changed", waiting: 7, inHand: 128, pulled: true },
    { consumer: "orders", event: "payment.failed", waiting: 0, inHand: 0, pulled: false },
  ];
  const { operator } = operatorWith({ "operations.consumers": lags });
  expect(await run(operator, "consumers")).toEqual([
    "consumer  event           waiting  in hand",
    "orders    payment.failed        0        0  nobody takes them",
    "search    stock.changed         7      128",
  ]);
  expect(await run(operator, "consumers", [], { behind: "" })).toHaveLength(2);
});

test("Tab completes verbs, nodes and ids, and leaves Moleculer's own commands alone", async () => {
  const answers = {
    "operations.deadLetters": { items: [{ id: "letter-1" }] },
    "gateway.adminOrders": { items: [{ id: "order-1" }] },
  };
  const { operator } = operatorWith(answers);
  expect(await complete(operator, "dlq re")).toEqual([["replay"], "re"]);
  expect(await complete(operator, "dlq show ")).toEqual([["letter-1"], ""]);
  expect(await complete(operator, "order ord")).toEqual([["order-1"], "ord"]);
  expect(await complete(operator, "drain orders-2")).toEqual([["orders-2-b"], "orders-2"]);
  expect(await complete(operator, "call cat")).toEqual([["moleculer's"], ""]);
  expect(await complete(operator, "dra")).toEqual([["moleculer's"], ""]);
});

test("while the shop does not answer, Tab offers nothing", async () => {
  const { operator } = operatorWith();
  const mute: Operator = { ...operator, call: () => Promise.reject(new Error("away")) };
  expect(await complete(mute, "order ")).toEqual([[], ""]);
});
