import type { ServiceBroker } from "moleculer";
import { operator } from "../contracts";
import { signerOf, type MeshHeaders } from "../lib/mesh/signed-context";
import { giveConsoleTo } from "../lib/mesh/trust";
import type { Identity } from "../lib/mesh/types";
import type { Operator } from "./command";

/** A person at a console, who may do what an admin may. */
const identity: Identity = {
  user: { id: "operator", roles: ["admin"] },
  service: operator.name,
};

/** Calls as the operator; from now on Moleculer's own commands do so too. */
export function operatorOf(broker: ServiceBroker): Operator {
  giveConsoleTo(broker, identity);
  const headersFor = (action: string): MeshHeaders =>
    signerOf(broker).headersFor({ ...identity, action });
  return {
    broker,
    call: (name, params, options) =>
      broker.call(name, params, { ...options, headers: headersFor(name) }),
    drain: async (nodeID) => {
      // Every node has it; no contract names Moleculer's own.
      await broker.call("$node.drain", {}, { nodeID, headers: headersFor("$node.drain") });
    },
  };
}
