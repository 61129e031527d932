import { randomUUID } from "node:crypto";
import {
  Cachers,
  type CallingOptions,
  type Context,
  type Middleware,
  type ServiceBroker,
} from "moleculer";
import { messageOf } from "../errors";
import { meshMetrics } from "../observability/mesh-metrics";
import { meterOf } from "../observability/meter";
import { CallCache, type SharedCache } from "./call-cache";
import { findContract, type GuardOptions } from "./guard";

type Call = (name: string, params?: object, options?: CallingOptions) => Promise<unknown>;

const caches = new WeakMap<ServiceBroker, CallCache>();

/**
 * Answers calls from a cache where the contract of the action allows it (`cache`), at the caller, so
 * that a hit costs no hop; the answers that nodes share are in the broker's cacher. A cacher that is
 * away is done without.
 */
export function cache(options: Pick<GuardOptions, "contracts" | "durableActions">): Middleware {
  let broker: ServiceBroker;

  const shared = (): SharedCache | null =>
    broker.cacher && broker.cacher.connected !== false ? broker.cacher : null;

  const wrapCall =
    (call: Call): Call =>
    (name, params = {}, calling = {}) => {
      const rule = findContract(options, name)?.cache;
      const callCache = caches.get(broker);
      if (!rule || !callCache || calling.nodeID) return call(name, params, calling);
      return callCache.answer(name, rule, params, () => call(name, params, calling));
    };

  return {
    name: "CallCache",
    created(created) {
      broker = created;
      const meter = meterOf(broker, meshMetrics);
      const count = (action: string, from: string): void =>
        meter.add("mesh_cache_total", { action, from });
      const callCache = new CallCache({ shared, newEpoch: randomUUID, count });
      caches.set(broker, callCache);
      // `$` hides it from the lists of services; every node hears of changes.
      broker.createService({
        name: "$cache",
        events: {
          "cache.invalidate.*": async (ctx: Context) => {
            const service = ctx.eventName?.split(".")[2] ?? "";
            callCache.forget(service);
            // In Redis the node that changed something has begun it for all.
            if (!(broker.cacher instanceof Cachers.Redis)) await callCache.beginEpoch(service);
          },
        },
      });
    },
    // Moleculer's types have a wrapped `call` return the answer in place of the function.
    call: wrapCall as unknown as NonNullable<Middleware["call"]>,
  };
}

/** Says to all nodes that what `service` answered may be another now. */
export async function invalidate(broker: ServiceBroker, service: string): Promise<void> {
  try {
    await caches.get(broker)?.beginEpoch(service);
  } catch (error) {
    broker.logger.warn(`kept answers of ${service} live on until they expire: ${messageOf(error)}`);
  }
  await broker.broadcast(`cache.invalidate.${service}`);
}
