import type { ActionHandler, Context, Middleware, ServiceBroker } from "moleculer";
import { findContract, type GuardOptions } from "../mesh/guard";
import type { MeshContext } from "../mesh/context";
import type { ActionContract } from "../mesh/contract";
import { isTraced } from "../mesh/schema";
import { meterOf } from "./meter";
import { meshMetrics } from "./mesh-metrics";
import { correlate, currentScope, inScope } from "./scope";
import { openSpan, type Attributes } from "./spans";
import { parseTraceparent, spanBelow } from "./traceparent";

type Options = Pick<GuardOptions, "contracts" | "durableActions"> & {
  /** The codes that may become labels; any other is OTHER. */
  readonly errors: Readonly<Record<string, unknown>>;
};

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Rate, errors and duration of each action of this node, a span for each call of a trace, and the
 * scope in which its lines are logged. Stands in for Moleculer's own middlewares for metrics and
 * tracing: these cost more, trace all params, and know ids of their own kind only (ADR 0011).
 */
export function callTelemetry(options: Options): Middleware {
  const codeOf = ({ type }: { type?: unknown }): string =>
    typeof type === "string" && Object.hasOwn(options.errors, type) ? type : "OTHER";

  // Known by the time when the first service is made.
  let broker: ServiceBroker;
  return {
    name: "CallTelemetry",
    created(started) {
      broker = started;
    },
    localAction(next, action): ActionHandler {
      const name = action.name ?? "";
      const contract = findContract(options, name);
      // What no contract declares is Moleculer's, or a request of the gateway, which tells of itself.
      if (!contract) return next;
      const handle = next as (ctx: Context) => Promise<unknown>;
      const measure = measureCalls(broker, name);
      const attributesOf = safeAttributes(contract, name);

      const observe = async (ctx: MeshContext): Promise<unknown> => {
        const began = performance.now();
        const span = broker.isTracingEnabled() ? openCallSpan(broker, name, ctx) : null;
        if (span) ctx.enterSpan(span.traceparent);
        try {
          // Its own params are of a kind that is not known here.
          const answer = await handle(ctx);
          measure.done(performance.now() - began);
          span?.end({ attributes: attributesOf(ctx.params) });
          return answer;
        } catch (error) {
          measure.failed(performance.now() - began, codeOf(error as object), error);
          span?.end({ error, attributes: attributesOf(ctx.params) });
          throw error;
        }
      };

      return async function observed(ctx: Context): Promise<unknown> {
        const meshCtx = ctx as unknown as MeshContext;
        const about = correlationOf(contract, ctx.params);
        if (currentScope()) {
          if (about) correlate(about);
          return observe(meshCtx);
        }
        const traceId = parseTraceparent(meshCtx.traceparent)?.traceId;
        const scope = {
          ...(ctx.requestID ? { requestId: ctx.requestID } : {}),
          ...(traceId ? { traceId } : {}),
          ...(about ? { correlationId: about } : {}),
        };
        return inScope(scope, () => observe(meshCtx));
      };
    },
  };
}

/** Null outside of any trace: what a service does on its own account begins none. */
function openCallSpan(broker: ServiceBroker, name: string, { traceparent }: MeshContext) {
  const parent = parseTraceparent(traceparent);
  if (!parent) return null;
  const service = name.slice(0, name.indexOf("."));
  return openSpan(broker, { name, kind: "server", service, own: spanBelow(parent), parent });
}

const SERVER_FAULT = 500;

function measureCalls(broker: ServiceBroker, action: string) {
  const meter = meterOf(broker, meshMetrics);
  const labels = (outcome: string) => ({ action, outcome });
  const ok = labels("ok");
  return {
    done: (ms: number) => meter.observe("mesh_action_duration_seconds", ms / 1000, ok),
    failed: (ms: number, code: string, error: unknown) => {
      const { code: status } = error as { code?: unknown };
      const refused = typeof status === "number" && status < SERVER_FAULT;
      const outcome = refused ? "refused" : "failed";
      meter.observe("mesh_action_duration_seconds", ms / 1000, labels(outcome));
      meter.add("mesh_action_errors_total", { action, code });
    },
  };
}

/** Ids that the contract calls safe, if they are ids: this runs also for params that were refused. */
function safeAttributes({ params }: ActionContract, action: string) {
  const names = Object.entries(params.properties)
    .filter(([, schema]) => isTraced(schema))
    .map(([name]) => name);
  return (values: unknown): Attributes => {
    const given = (values ?? {}) as Readonly<Record<string, unknown>>;
    const shown = names.flatMap((name) => {
      const value = given[name];
      return typeof value === "string" && ID.test(value) ? [[`param.${name}`, value]] : [];
    });
    return { "rpc.method": action, ...(Object.fromEntries(shown) as Attributes) };
  };
}

/** What the call is about, where its contract names the param that tells. */
function correlationOf({ params, correlation }: ActionContract, values: unknown): string | null {
  if (correlation === undefined || !(correlation in params.properties)) return null;
  const value = ((values ?? {}) as Readonly<Record<string, unknown>>)[correlation];
  return typeof value === "string" && ID.test(value) ? value : null;
}
