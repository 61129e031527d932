import { Errors, type CallingOptions, type Middleware, type ServiceBroker } from "moleculer";
import { refusalsOf } from "./refusals";
import { useSigner, type ContextSigner, type MeshHeaders, type Refusal } from "./signed-context";
import type { Identity } from "./types";

/** A packet of somebody who has the key to seal it. */
interface Packet {
  readonly payload?: {
    readonly id: string;
    readonly sender: string;
    readonly action: string;
    headers?: unknown;
    meta?: unknown;
  } | null;
}
type Receive = (command: string, packet: Packet) => Promise<unknown>;

/** The answer to a caller that cannot say who it is: a fault of the mesh, never of its customers. */
export const untrusted = (refusal: Refusal, by?: { action: string; nodeID: string }): Error =>
  new Errors.MoleculerError(`the call's signed context is ${refusal}`, 403, "UNTRUSTED_CALL", by);

/** Moleculer's own actions are called by its own parts (REPL, metrics), which know no contexts. */
const NODE: Identity = { user: null, service: "$node" };

const consoles = new WeakMap<ServiceBroker, Identity>();

/** From now on calls that nobody introduced are `who`'s: what somebody types into the REPL of this node. */
export const giveConsoleTo = (broker: ServiceBroker, who: Identity): void =>
  void consoles.set(broker, who);

/**
 * Lets requests of other nodes in only with a signed context for the action they call, before queues,
 * caches or handlers see them; and nothing of a response's `meta`, which Moleculer would merge into
 * the caller's. Makes the broker sign what it calls itself.
 */
export function trust(signer: ContextSigner): Middleware {
  let broker: ServiceBroker;
  let refused: ReturnType<typeof refusalsOf>;

  const hooks = {
    name: "Trust",
    created(of: ServiceBroker): void {
      broker = of;
      refused = refusalsOf(broker);
      useSigner(broker, signer);
    },
    call(next: ServiceBroker["call"]): ServiceBroker["call"] {
      const call = (name: string, params?: unknown, options: CallingOptions = {}) =>
        next(name, params, options.headers ? options : { ...options, ...introduce(name) });
      return call;
    },
    transitMessageHandler(next: Receive): Receive {
      return (command, packet) => {
        const { payload } = packet;
        if (command === "RES" && payload) payload.meta = {};
        if (command !== "REQ" || !payload) return next(command, packet);
        const headers = isObject(payload.headers) ? payload.headers : {};
        const admitted = signer.admit(headers, payload.action);
        if (typeof admitted !== "string") return next(command, packet);
        const { sender, id, action } = payload;
        refused(admitted, `a call of ${String(action)} by node ${String(sender)}`);
        const error = untrusted(admitted, { action, nodeID: broker.nodeID });
        return Promise.resolve(broker.transit?.sendResponse(sender, id, {}, {}, {}, error));
      };
    },
  };
  function introduce(action: string): Pick<CallingOptions, "headers"> {
    const who = action.startsWith("$node.") ? NODE : consoles.get(broker);
    return who ? { headers: signer.headersFor({ ...who, action }) } : {};
  }
  // Moleculer types its hooks for packets as taking any function.
  return hooks as unknown as Middleware;
}

const isObject = (value: unknown): value is MeshHeaders =>
  typeof value === "object" && value !== null;
