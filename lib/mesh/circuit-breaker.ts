import { Errors, type ActionEndpoint, type Context, type ServiceBroker } from "moleculer";
import { meshMetrics } from "../observability/mesh-metrics";
import { meterOf } from "../observability/meter";
import { Breaker, type BreakerState } from "./breaker";
import { fateOf, isUnexpected } from "./call-failure";
import { middleware, type ContractOf, type Handler } from "./middleware";
import { patienceOf } from "./patience";

export interface CircuitBreakerOptions {
  readonly contractOf: ContractOf;
}

const LEVELS: Readonly<Record<BreakerState, number>> = { closed: 0, "half-open": 1, open: 2 };
/** Moleculer's own events, so that whoever knows those understands ours. */
const EVENTS: Readonly<Record<BreakerState, string>> = {
  closed: "$circuit-breaker.closed",
  "half-open": "$circuit-breaker.half-opened",
  open: "$circuit-breaker.opened",
};

/**
 * A breaker for each action of each other node. It stands around Moleculer's Timeout, and so sees
 * those (RELIABILITY T5). While it is open its endpoint is out of the balancer's rotation. No answer
 * within the deadline, or within the patience of a retry, is a failure; an answer that is late or
 * unexpected is one as long as another node could do better.
 */
export const circuitBreaker = ({ contractOf }: CircuitBreakerOptions) =>
  middleware((broker) => {
    const breakers = new Map<ActionEndpoint, Breaker>();
    const meter = meterOf(broker, meshMetrics);

    function breakerOf(endpoint: ActionEndpoint): Breaker {
      const known = breakers.get(endpoint);
      if (known) return known;
      const breaker = new Breaker({ onChange: (state) => tell(endpoint, state) });
      breakers.set(endpoint, breaker);
      return breaker;
    }

    function tell(endpoint: ActionEndpoint, state: BreakerState): void {
      // Calls in flight end after their node has gone: nobody would ever unsay what they bring about.
      if (!breakers.has(endpoint)) return;
      endpoint.state = state !== "open";
      const { action, node } = labelsOf(endpoint);
      meter.set("mesh_breaker_state", LEVELS[state], { action, node });
      if (state === "open") meter.add("mesh_breaker_opened_total", { action });
      broker.logger.warn(`the breaker of ${action} on ${node} is ${state}`);
      void broker.broadcast(EVENTS[state], {
        nodeID: node,
        action,
        service: endpoint.service.fullName,
      });
    }

    function forget(node: string): void {
      for (const [endpoint, breaker] of breakers) {
        if (endpoint.id !== node) continue;
        breaker.dispose();
        breakers.delete(endpoint);
        meter.remove("mesh_breaker_state", labelsOf(endpoint));
      }
    }

    async function guarded(next: Handler, ctx: Context, lateMs: number): Promise<unknown> {
      const endpoint = ctx.endpoint as ActionEndpoint; // events are no actions
      const attempt = { action: endpoint.action.name ?? "", node: endpoint.id };
      const breaker = breakerOf(endpoint);
      const permit = breaker.begin();
      endpoint.state = breaker.accepts;
      if (!permit) {
        throw new Errors.ServiceNotAvailableError({ action: attempt.action, nodeID: endpoint.id });
      }
      const began = performance.now();
      const isBad = () => performance.now() - began >= lateMs && hasOther(broker, endpoint);
      try {
        const result = await next(ctx);
        breaker.settle(permit, { failed: isBad() });
        return result;
      } catch (error) {
        const silent = fateOf(error, attempt) === "unknown";
        const failed = silent || isBad() || (isUnexpected(error) && hasOther(broker, endpoint));
        breaker.settle(permit, { failed });
        throw error;
      } finally {
        endpoint.state = breaker.accepts;
      }
    }

    return {
      name: "CircuitBreaker",
      created() {
        broker.localBus.on("$node.disconnected", ({ node }: { node: { id: string } }) =>
          forget(node.id),
        );
      },
      remoteAction(next, action) {
        const contract = contractOf(action.name ?? "");
        const lateMs = patienceOf(contract, broker.options.requestTimeout ?? 0);
        return (ctx) => guarded(next, ctx, lateMs);
      },
    };
  });

const labelsOf = ({ action, id }: ActionEndpoint) => ({ action: action.name ?? "", node: id });

const hasOther = (broker: ServiceBroker, { id, action }: ActionEndpoint): boolean =>
  (broker.registry.actions.get(action.name ?? "")?.endpoints ?? []).some(
    (other) => other.id !== id && other.isAvailable,
  );
