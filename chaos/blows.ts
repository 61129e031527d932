import type { ServiceName } from "../contracts";
import type { RemoteName, ServerName } from "./servers";
import type { Weather } from "./tcp-proxy";

/** What the shop runs as: one process with all in it, or many with servers beside them. */
export type Mode = "embedded" | "cluster";

/** Something that is done to the shop while it works; what each does is in `strikes.ts`. */
export type Blow =
  /** Faults at points (lib/faults), sent to the processes that they name. */
  | { readonly kind: "fault"; readonly faults: string }
  /** `kill -9` from outside, wherever the process is; of a cluster, the first one of a service. */
  | { readonly kind: "kill"; readonly service?: ServiceName }
  /** SIGSTOP, and SIGCONT later. */
  | { readonly kind: "freeze"; readonly ms: number; readonly service?: ServiceName }
  /** The embedded PostgreSQL dies in the middle of everything (SIGQUIT); the shop starts it again. */
  | { readonly kind: "lose-postgres" }
  /** A server of the cluster dies (SIGKILL; PostgreSQL SIGQUIT), and is back later. */
  | { readonly kind: "lose-server"; readonly server: ServerName; readonly ms: number }
  /** Redis forgets carts, limits and the cache; NATS comes back without JetStream's store. */
  | { readonly kind: "forget"; readonly server: "redis" | "nats" }
  /** What lies between the cluster and a server, or its provider, both ways or one, for a time. */
  | {
      readonly kind: "weather";
      readonly server: RemoteName;
      readonly up: Weather;
      readonly down: Weather;
      readonly ms: number;
    }
  /** All connections to a server break. */
  | { readonly kind: "reset"; readonly server: RemoteName }
  /** Of all connections to a server one side is closed, and the other is never told. */
  | {
      readonly kind: "half-open";
      readonly server: RemoteName;
      readonly closed: "client" | "server";
    }
  /** A server takes no new connections for a time, and all that are open break. */
  | { readonly kind: "refuse"; readonly server: RemoteName; readonly ms: number };
