import { theArgument, type Command, type Operator } from "../command";

export const drain: Command = {
  usage: "drain <node>",
  description: "Let a node end what it has in hand and leave; its supervisor starts another one",
  complete: async (operator, args) => (args.length === 0 ? nodesOf(operator) : []),
  async run(operator, input) {
    const node = theArgument(input, "node");
    const nodes = nodesOf(operator);
    if (!nodes.includes(node)) {
      throw new Error(`there is no node ${node}; there are ${nodes.join(", ")}`);
    }
    await operator.drain(node);
    return [`${node} takes no more work, and leaves`];
  },
};

/** Nodes that run services: not consoles, and not this one. */
const nodesOf = ({ broker }: Operator): string[] =>
  broker.registry
    .getServiceList({ skipInternal: true, onlyAvailable: true })
    .flatMap(({ nodeID }) => (nodeID && nodeID !== broker.nodeID ? [nodeID] : []))
    .filter((id, i, all) => all.indexOf(id) === i)
    .sort();
