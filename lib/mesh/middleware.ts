import type { CallingOptions, Context, Middleware, ServiceBroker } from "moleculer";
import type { ActionContract } from "./contract";

/** What `broker.call` takes beside what Moleculer types. */
export interface MeshCallingOptions extends CallingOptions {
  /** Nodes that failed this call already: another one is preferred. */
  readonly avoid?: ReadonlySet<string>;
}

/** A call under way; Moleculer hangs its context on it once it has found somebody to answer. */
export type Calling = Promise<unknown> & { readonly ctx?: Context };
export type Call = (name: string, params: unknown, options?: MeshCallingOptions) => Calling;
export type Handler = (ctx: Context) => Promise<unknown>;

/** Finds the contract of `service.action`; undefined when nobody declared it. */
export type ContractOf = (action: string) => ActionContract | undefined;

interface Hooks {
  readonly name: string;
  readonly created?: () => void;
  /** Around the whole of a call, before anybody is chosen to answer it. */
  readonly call?: (next: Call) => Call;
  /** Around one attempt, on the node that asks. */
  readonly remoteAction?: (next: Handler, action: { readonly name?: string }) => Handler;
  /** Around the handler, on the node that answers. */
  readonly localAction?: (next: Handler, action: { readonly name?: string }) => Handler;
}

/**
 * A middleware that knows its broker. Moleculer takes such a function, although its types forbid it,
 * and types `call` as a result rather than a function; hence the one cast, here.
 */
export const middleware = (create: (broker: ServiceBroker) => Hooks): Middleware =>
  create as unknown as Middleware;

/** ms until the caller of `ctx` stops waiting; Infinity when it never does. */
export function remainingMs({ options, startHrTime }: Context): number {
  const { timeout } = options;
  if (!timeout || !startHrTime) return Infinity;
  const [seconds, nanoseconds] = process.hrtime(startHrTime);
  return timeout - seconds * 1e3 - nanoseconds / 1e6;
}
