import { Errors, type Transit } from "moleculer";
import { createInbox, type Msg, type NatsConnection } from "nats";
import { meshMetrics } from "../observability/mesh-metrics";
import { meterOf, type Meter } from "../observability/meter";
import { remainingMs } from "./middleware";

/** What Moleculer sends. */
export interface Packet {
  readonly type: string;
  readonly target?: string | null;
  readonly payload: Record<string, unknown> & { id?: string; sender?: string; sent?: number };
}

type Pending = Transit["pendingRequests"] extends Map<string, infer P> ? P : never;

const NO_RESPONDERS = 503;
/** Every so often, nodes that are slow to answer are asked whether they live. */
const PROBE_MS = 250;
/** The server's answers to requests that were under way together come within this. */
const DOUBT_MS = 50;

/**
 * Notices nodes that are gone: the NATS server answers "no responders" to whatever is sent to one of
 * them by name with a reply subject.
 */
export class LostNodes {
  readonly #transit: Transit;
  readonly #inbox: string;
  readonly #probe: NodeJS.Timeout;
  readonly #meter: Meter<typeof meshMetrics>;

  constructor(transit: Transit, client: NatsConnection, inboxPrefix?: string) {
    this.#transit = transit;
    this.#inbox = createInbox(inboxPrefix);
    client.subscribe(`${this.#inbox}.>`, { callback: (_error, message) => this.#onReply(message) });
    this.#probe = setInterval(() => this.#probeSilent(), PROBE_MS).unref();
    this.#meter = meterOf(transit.broker, meshMetrics);
  }

  stop(): void {
    clearInterval(this.#probe);
  }

  /** Where the server may say that there is nobody: the id of the packet, then the node. */
  replyOf({ type, target, payload: { id } }: Packet): string | undefined {
    const addressed = (type === "REQ" || type === "PING") && target && id;
    return addressed ? `${this.#inbox}.${id}.${target}` : undefined;
  }

  /** For when no answer can come any more: the other nodes have dropped what they could not send. */
  rejectAll(): void {
    this.#reject([...this.#transit.pendingRequests]);
  }

  #onReply({ subject, headers }: Msg): void {
    if (headers?.code !== NO_RESPONDERS) return;
    const [id = "", ...node] = subject.slice(this.#inbox.length + 1).split(".");
    const nodeID = node.join("."); // host names have dots
    const request = this.#transit.pendingRequests.get(id);
    if (request) {
      this.#transit.removePendingRequest(id);
      request.reject(new Errors.ServiceNotAvailableError({ action: actionOf(request), nodeID }));
    }
    if (this.#transit.broker.registry.nodes.get(nodeID)?.available) this.#lose(nodeID);
  }

  /**
   * Takes the node out of the registry. Requests that it had been sent alive are lost; of those sent
   * later the server is about to say so one by one, and that they never ran.
   */
  #lose(nodeID: string): void {
    const { pendingRequests, discoverer } = this.#transit;
    const doubtful = [...pendingRequests].filter(([, request]) => request.nodeID === nodeID);
    for (const [id] of doubtful) pendingRequests.delete(id);
    this.#meter.add("mesh_nodes_lost_total", {});
    discoverer.remoteNodeDisconnected(nodeID, true);
    for (const [id, request] of doubtful) pendingRequests.set(id, request);
    setTimeout(() => this.#reject(doubtful), DOUBT_MS).unref();
  }

  #reject(requests: readonly (readonly [string, Pending])[]): void {
    for (const [id, request] of requests) {
      if (!this.#transit.pendingRequests.delete(id)) continue;
      const { nodeID } = request;
      request.reject(new Errors.RequestRejectedError({ action: actionOf(request), nodeID }));
    }
  }

  /** Nobody would hear of a node that dies with the last request in its hands. */
  #probeSilent(): void {
    if (!this.#transit.tx.connected) return;
    const silent = new Set<string>();
    for (const { nodeID, ctx } of this.#transit.pendingRequests.values()) {
      const waitedMs = (ctx.options.timeout ?? 0) - remainingMs(ctx);
      if (nodeID && waitedMs > PROBE_MS) silent.add(nodeID);
    }
    for (const nodeID of silent) void this.#transit.sendPing(nodeID);
  }
}

/** Moleculer keeps the whole action there, and types it as a string. */
const actionOf = ({ action }: Pending): string =>
  (action as unknown as { readonly name?: string }).name ?? "";
