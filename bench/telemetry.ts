import { randomBytes } from "node:crypto";
import { execFileSync } from "node:child_process";
import { ServiceBroker, type BrokerOptions } from "moleculer";
import { Type as T } from "@sinclair/typebox";
import { MeshContext } from "../lib/mesh/context";
import { action, defineContract } from "../lib/mesh/contract";
import { declaredCalls } from "../lib/mesh/declared-calls";
import { guard } from "../lib/mesh/guard";
import { ContextSigner, signerOf } from "../lib/mesh/signed-context";
import { trust } from "../lib/mesh/trust";
import { Strict } from "../lib/mesh/schema";
import { callTelemetry } from "../lib/observability/call-telemetry";
import { meshMetrics } from "../lib/observability/mesh-metrics";
import { inScope } from "../lib/observability/scope";
import { registerMetrics } from "../lib/observability/meter";
import { percentile } from "./support/statistics";

/**
 * What it costs to watch a local call that does nothing: Moleculer's own middlewares and ours, in turns
 * within one run, each in a process of its own. Read the ratios.
 */
const CALLS = 50_000;
const ROUNDS = 5;
const TURNS = 3;

const contracts = {
  echo: defineContract({
    name: "echo",
    actions: {
      back: action({
        summary: "Says what it is told",
        params: Strict({ n: T.Integer() }),
        result: T.Integer(),
        access: "public",
        idempotent: true,
      }),
    },
    events: {},
    calls: [],
  }),
};
const known = { contracts, durableActions: {}, errors: {} };
const refusal = { status: 500, title: "refused" };
const errors = {
  UNAUTHENTICATED: refusal,
  FORBIDDEN: refusal,
  VALIDATION_FAILED: refusal,
  INTERNAL_ERROR: refusal,
};
const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const metrics = { enabled: true, collectProcessMetrics: false };
const declared = declaredCalls({ contracts, durableActions: {}, principals: [] });
const guarded = guard({ contracts, durableActions: {}, declaredCalls: declared, errors });
const trusting = trust(new ContextSigner([randomBytes(32)]));
const internal = ServiceBroker.INTERNAL_MIDDLEWARES.filter((n) => !/Metrics|Tracing/.test(n));
const ours = {
  internalMiddlewares: false,
  middlewares: [trusting, guarded, callTelemetry(known), ...internal],
};

const variants: Readonly<Record<string, BrokerOptions>> = {
  "nothing watched": { middlewares: [trusting, guarded] },
  "ours: all off": ours,
  "ours: metrics": { ...ours, metrics },
  "ours: metrics, spans": { ...ours, metrics, tracing: { enabled: true, actions: false } },
  "Moleculer's: metrics": { middlewares: [trusting, guarded], metrics },
  "Moleculer's: metrics, spans": {
    middlewares: [trusting, guarded],
    metrics,
    tracing: { enabled: true },
  },
};

async function start(options: BrokerOptions): Promise<ServiceBroker> {
  const ContextFactory = MeshContext as unknown as NonNullable<BrokerOptions["ContextFactory"]>;
  const broker = new ServiceBroker({ logger: false, validator: false, ContextFactory, ...options });
  registerMetrics(broker.metrics, meshMetrics);
  broker.createService({
    name: "echo",
    actions: { back: async (ctx: { params: { n: number } }) => Promise.resolve(ctx.params.n) },
  });
  await broker.start();
  return broker;
}

async function callsPerSecond(broker: ServiceBroker): Promise<number> {
  const began = performance.now();
  const caller = { user: null, service: "echo", action: "echo.back", traceparent };
  const headers = signerOf(broker).headersFor(caller);
  // Within a request, as most calls are.
  await inScope({ requestId: "bench" }, async () => {
    for (let n = 0; n < CALLS; n++) await broker.call("echo.back", { n }, { headers });
  });
  return (CALLS / (performance.now() - began)) * 1000;
}

/** One variant, in this process: brokers that share one slow each other down. */
async function measure(variant: string): Promise<void> {
  const broker = await start(variants[variant] ?? {});
  await callsPerSecond(broker); // warms up
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) rates.push(await callsPerSecond(broker));
  console.log(percentile(rates, 0.5));
  await broker.stop();
}

function main(): void {
  const results = new Map(Object.keys(variants).map((name): [string, number[]] => [name, []]));
  for (let turn = 0; turn < TURNS; turn++) {
    for (const [name, rates] of results) {
      const args = [...process.execArgv, __filename, name];
      rates.push(Number(execFileSync(process.execPath, args, { encoding: "utf8" })));
    }
  }
  for (const [name, rates] of results) {
    const rate = percentile(rates, 0.5);
    const perSecond = Math.round(rate).toLocaleString("en").padStart(10);
    console.log(`${name.padEnd(30)} ${perSecond}/s ${(1e6 / rate).toFixed(2)} µs`);
  }
}

const [, , variant] = process.argv;
if (variant === undefined) main();
else void measure(variant);
