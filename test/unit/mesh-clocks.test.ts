import type { Middleware, ServiceBroker } from "moleculer";
import { afterEach, expect, test } from "vitest";
import { circuitBreaker } from "../../lib/mesh/circuit-breaker";
import { retry } from "../../lib/mesh/retry";
import { RoundRobin } from "../../lib/mesh/round-robin";
import { ContextSigner } from "../../lib/mesh/signed-context";
import { giveConsoleTo, trust } from "../../lib/mesh/trust";
import { contractsOf, TestMesh } from "../support/mesh";

const contractOf = contractsOf({ "stock.take": { idempotent: false } });
const MINUTES = 60_000;

let mesh: TestMesh;
afterEach(() => mesh.stop());

/** A caller, and a node with `stock.take` for each clock, which is so many ms from the right time. */
async function start(...clocks: number[]) {
  const offsets = new Map(clocks.map((offset, i) => [`stock-${i}`, offset]));
  const trustOf = ({ nodeID }: ServiceBroker) =>
    trust(new ContextSigner(["a key"], () => Date.now() + (offsets.get(nodeID) ?? 0)));
  mesh = new TestMesh({
    requestTimeout: 1_000,
    registry: { strategy: RoundRobin },
    middlewares: [
      "Timeout",
      "ErrorHandler",
      circuitBreaker({ contractOf }),
      retry({ contractOf }),
      // Moleculer takes a function for each node's own too, and does not type it.
      trustOf as unknown as Middleware,
    ],
  });
  const caller = mesh.node("caller");
  const runs: string[] = [];
  for (const node of offsets.keys()) {
    mesh.node(node, { stock: { take: () => runs.push(node) } });
  }
  giveConsoleTo(caller, { user: null, service: "orders" });
  await mesh.start();
  return { caller, runs };
}

test.each([
  ["five minutes ahead", 5 * MINUTES],
  ["five minutes behind", -5 * MINUTES],
])("a node whose clock is %s costs no call that another node can answer", async (_, offset) => {
  const { caller, runs } = await start(offset, 0);
  for (let i = 0; i < 12; i += 1) await caller.call("stock.take");
  expect(runs).toEqual(Array.from({ length: 12 }, () => "stock-1"));
});

test("it is not asked any more once it has refused five calls", async () => {
  const { caller } = await start(5 * MINUTES, 0);
  const trips: string[] = [];
  caller.localBus.on("$circuit-breaker.opened", ({ nodeID }: { nodeID: string }) =>
    trips.push(nodeID),
  );
  for (let i = 0; i < 12; i += 1) await caller.call("stock.take");
  expect(trips).toContain("stock-0");
});

test("whose own clock is wrong is told so by all, and no breaker leaves it without anybody to ask", async () => {
  const { caller } = await start(5 * MINUTES, 5 * MINUTES);
  for (let i = 0; i < 12; i += 1) {
    await expect(caller.call("stock.take")).rejects.toMatchObject({ type: "UNTRUSTED_CALL" });
  }
});
