import { setTimeout as sleep } from "node:timers/promises";
import type { ServiceBroker } from "moleculer";
import { meshMetrics } from "../observability/mesh-metrics";
import { meterOf } from "../observability/meter";
import { fateOf, type CallFate } from "./call-failure";
import {
  middleware,
  type Call,
  type Calling,
  type ContractOf,
  type MeshCallingOptions,
} from "./middleware";
import { patienceOf } from "./patience";
import { RetryBudget } from "./retry-budget";

export interface RetryOptions {
  readonly contractOf: ContractOf;
  readonly budget?: RetryBudget;
  /** 0 ≤ x < 1. */
  readonly random?: () => number;
}

interface Chances {
  readonly idempotent: boolean;
  /** Nodes that have not failed this call yet. */
  readonly fresh: number;
}

const MAX_ATTEMPTS = 5;
const FIRST_PAUSE_MS = 50;

/**
 * Asks another node when one fails, within the deadline of the call. What was never delivered may go
 * anywhere; what may have run is repeated only where the contract says that twice is once, and only
 * within the budget. Pauses have full jitter.
 */
export const retry = (options: RetryOptions) =>
  middleware((broker) => {
    const { contractOf, budget = new RetryBudget(), random = Math.random } = options;
    const meter = meterOf(broker, meshMetrics);

    function mayRepeat(fate: CallFate, { idempotent, fresh }: Chances): boolean {
      switch (fate) {
        case "undelivered":
          return true;
        case "refused":
          return fresh > 0;
        case "unknown":
          return idempotent && budget.spend();
        case "answered":
          return false;
        default:
          throw new Error(`unknown fate ${String(fate satisfies never)}`);
      }
    }

    async function callWithRetries(
      next: Call,
      [name, params, given]: [string, unknown, MeshCallingOptions],
    ): Promise<unknown> {
      const contract = contractOf(name);
      const idempotent = contract?.idempotent ?? false;
      const fallbackMs = broker.options.requestTimeout ?? 0;
      const until = performance.now() + (given.timeout ?? fallbackMs);
      const avoid = new Set<string>();
      budget.earn();
      for (let attempt = 1; ; attempt += 1) {
        const leftMs = until - performance.now();
        // Whoever is alone gets all the time there is.
        const hurry = idempotent && attempt < MAX_ATTEMPTS && countFresh(broker, name, avoid) > 1;
        const timeout = hurry ? Math.min(leftMs, patienceOf(contract, fallbackMs)) : leftMs;
        const calling = next(name, params, { ...given, timeout, avoid });
        try {
          return await calling;
        } catch (error) {
          const node = calling.ctx?.nodeID ?? undefined;
          const fate = fateOf(error, { action: name, node });
          const pauseMs = random() * FIRST_PAUSE_MS * 2 ** (attempt - 1);
          const inTime = performance.now() + pauseMs < until;
          if (node !== undefined) avoid.add(node);
          const chances = { idempotent, fresh: countFresh(broker, name, avoid) };
          if (!inTime || attempt === MAX_ATTEMPTS || !mayRepeat(fate, chances)) throw error;
          meter.add("mesh_retry_total", { action: name, fate });
          await sleep(pauseMs);
        }
      }
    }

    return {
      name: "Retry",
      call(next) {
        return function retried(name, params, given = {}): Calling {
          // A stream can be read once, a named node has no substitute, and alone there is nobody else.
          const once = !broker.transit || given.stream || given.nodeID || given.ctx;
          return once ? next(name, params, given) : callWithRetries(next, [name, params, given]);
        };
      },
    };
  });

/** How many nodes could answer that have not failed yet. */
function countFresh(broker: ServiceBroker, action: string, avoid: ReadonlySet<string>): number {
  const endpoints = broker.registry.actions.get(action)?.endpoints ?? [];
  return endpoints.filter(({ isAvailable, id }) => isAvailable && !avoid.has(id)).length;
}
