import type { Context, ServiceBroker, ServiceSchema } from "moleculer";
import { ExpectedError } from "../errors";
import type { MeshContext } from "./context";

const ASKED = "$node.drainAsked";
/** For the answer to leave before the node does. */
const GOODBYE_MS = 50;
const FORBIDDEN = { status: 403, title: "Only an operator drains a node" };

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
        setTimeout(() => broker.localBus.emit(ASKED), GOODBYE_MS);
        return { node: broker.nodeID, pid: process.pid };
      },
    },
  },
});

/** Calls `stop` once an operator wants this node to leave. */
export const onDrain = (broker: ServiceBroker, stop: () => void): void =>
  void broker.localBus.once(ASKED, stop);
