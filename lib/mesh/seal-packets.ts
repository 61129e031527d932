import type { Middleware, ServiceBroker, Transporters } from "moleculer";
import type { PacketSeal } from "./packet-seal";
import { refusalsOf } from "./refusals";

type Bus = Transporters.Base;
type Send = (this: Bus, subject: string, data: Buffer, meta: object) => Promise<void>;
type Receive = (this: Bus, command: string, data: Buffer) => Promise<void>;

/** Seals every packet of this node and drops those of others that have no good seal, unread. */
export function sealPackets(seal: PacketSeal): Middleware {
  let refused: ReturnType<typeof refusalsOf>;
  const hooks = {
    name: "SealPackets",
    created: (broker: ServiceBroker) => void (refused = refusalsOf(broker)),
    transporterSend(this: Bus, next: Send): Send {
      return (subject, data, meta) => next.call(this, subject, seal.seal(subject, data), meta);
    },
    transporterReceive(this: Bus, next: Receive): Receive {
      return (command, sealed) => {
        const toThisNode = this.getTopicName(command, this.nodeID);
        const opened = seal.open([toThisNode, this.getTopicName(command)], sealed);
        if (typeof opened !== "string") return next.call(this, command, opened);
        refused(opened, `a ${command} packet`);
        return Promise.resolve();
      };
    },
  };
  // Moleculer's types have these hooks return what the function that they wrap returns.
  return hooks as unknown as Middleware;
}
