import type { Context, ServiceBroker, ServiceSchema } from "moleculer";
import { ExpectedError } from "../errors";
import type { MeshContext } from "./context";

const ASKED = "$node.drainAsked";
/** For the answer to leave before the node does. */
const GOODBYE_MS = 50;
const FORBIDDEN = { status: 403, title: "Only an operator drains a node" };

/** Moleculer's own bus, which its typings leave out. */
const localBusOf = (broker: ServiceBroker): NodeJS.EventEmitter =>
  (broker as unknown as { localBus: NodeJS.EventEmitter }).localBus;

/**
 * `$node.drain`, beside Moleculer's own actions of every node: it takes no new work, ends what is in
 * hand, and leaves. Whoever started the process decides whether there will be another one.
 */
export const drainable = (): Partial<ServiceSchema> => ({
  name: "$node",
  actions: {
    drain: {
      async handler(ctx: Context): Promise<{ node: string; pid: number }> {
        const { user } = ctx as MeshContext;
        if (!user?.roles.includes("admin")) throw new ExpectedError("FORBIDDEN", FORBIDDEN);
        const { broker } = ctx;
        broker.logger.info(`${user.id} drains this node`);
        setTimeout(() => localBusOf(broker).emit(ASKED), GOODBYE_MS);
        return { node: broker.nodeID, pid: process.pid };
      },
    },
  },
});

/** Calls `stop` once an operator wants this node to leave. */
export const onDrain = (broker: ServiceBroker, stop: () => void): void =>
  void localBusOf(broker).once(ASKED, stop);
