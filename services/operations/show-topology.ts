import type { ServiceBroker } from "moleculer";
import { durableServices, type DurableService } from "../../contracts";
import type { ActionResult, Caller } from "../../lib/mesh/types";
import { ASK, askServices } from "./ask-services";

type Topology = Omit<ActionResult<"operations.topology">, "breakers">;

const PING_MS = 1_000;

/** The mesh as this node's registry knows it, and what waits in each service. */
export async function showTopology(broker: ServiceBroker, caller: Caller): Promise<Topology> {
  const placed = broker.registry.getServiceList({ skipInternal: true });
  const nodesOf = (name: string) =>
    placed.flatMap((s) => (s.name === name ? (s.nodeID ?? []) : []));
  const namesOn = (node: string) => placed.flatMap((s) => (s.nodeID === node ? s.name : []));
  const names = [...new Set(placed.map((service) => service.name))].sort();
  const endpoints = endpointsOf(broker);
  const [nodes, { answers }] = await Promise.all([
    nodesWith(broker, namesOn),
    askServices(
      (service) => caller.call(`${service}.backlog`, {}, ASK),
      durableServices.filter((s) => names.includes(s)),
    ),
  ]);
  const backlogs = new Map<string, ActionResult<`${DurableService}.backlog`>>(
    answers.map(({ service, answer }) => [service, answer]),
  );
  return {
    at: new Date().toISOString(),
    nodes,
    services: names.map((name) => ({
      name,
      nodes: nodesOf(name).sort(),
      endpoints: endpoints.filter(({ action }) => action.startsWith(`${name}.`)),
      backlog: backlogs.get(name) ?? null,
    })),
  };
}

const nodesWith = (
  broker: ServiceBroker,
  namesOn: (node: string) => string[],
): Promise<Topology["nodes"]> =>
  Promise.all(
    broker.registry.getNodeList().map(async ({ id, hostname, local, available, cpu }) => ({
      id,
      hostname: hostname ?? "",
      local,
      available,
      cpu,
      latencyMs: local || !available ? null : await latencyOf(broker, id),
      services: namesOn(id).sort(),
    })),
  );

/** ms there and back; null for a node that does not answer. */
async function latencyOf(broker: ServiceBroker, node: string): Promise<number | null> {
  const pong = await broker.ping(node, PING_MS);
  return pong?.elapsedTime ?? null;
}

/** Moleculer takes an endpoint out of the rotation while its circuit breaker is open. */
const endpointsOf = (broker: ServiceBroker) =>
  broker.registry
    .getActionList({ skipInternal: true, withEndpoints: true })
    .flatMap(({ name, endpoints = [] }) =>
      endpoints.map(({ nodeID, state }) => ({
        action: name,
        node: nodeID,
        breaker: state ? "closed" : "open",
      })),
    )
    .sort((a, b) => (a.action + a.node < b.action + b.node ? -1 : 1));
