import { createPrivateKey, randomBytes } from "node:crypto";
import type { BrokerOptions, Context } from "moleculer";
import type { Config } from "./config/env";
import { contracts, durableActions, operator } from "./contracts";
import { errors } from "./contracts/errors";
import { metrics } from "./contracts/metrics";
import { bulkhead } from "./lib/mesh/bulkhead";
import { circuitBreaker } from "./lib/mesh/circuit-breaker";
import { cache } from "./lib/mesh/cache";
import { cacherOf } from "./lib/mesh/cacher";
import { MeshContext } from "./lib/mesh/context";
import { deadline } from "./lib/mesh/deadline";
import { drainable } from "./lib/mesh/drain";
import { findContract, guard } from "./lib/mesh/guard";
import { NatsTransporter } from "./lib/mesh/nats-transporter";
import { retry } from "./lib/mesh/retry";
import { RoundRobin } from "./lib/mesh/round-robin";
import { declaredCalls } from "./lib/mesh/declared-calls";
import { PacketSeal } from "./lib/mesh/packet-seal";
import { sealPackets } from "./lib/mesh/seal-packets";
import { ContextSigner } from "./lib/mesh/signed-context";
import { trust } from "./lib/mesh/trust";
import { natsOptions } from "./lib/messaging/nats-options";
import { callTelemetry } from "./lib/observability/call-telemetry";
import { loggerOf } from "./lib/observability/logger";
import { metricsOf } from "./lib/observability/prometheus";
import { redactorOf } from "./lib/observability/redact";
import { tracingOf } from "./lib/observability/tracing";

const redactor = redactorOf(contracts, durableActions);

const calls = declaredCalls({ contracts, durableActions, principals: [operator] });
const guarded = { contracts, durableActions, declaredCalls: calls, errors };
const contractOf = (action: string) => findContract(guarded, action);
/** Calls of one action that run at a time on one node, unless its contract says otherwise. */
const CONCURRENCY = 128;
/** How long a node that leaves goes on serving who has not heard of it yet. */
export const LEAVE_MS = 300;

/**
 * All middlewares, Moleculer's by name, from the handler outwards; `call` is around all of them. The
 * breaker must stand outside of Timeout to see it (RELIABILITY T5), the deadline outside of everything
 * that is work, and the cache outside of all: a hit costs no call. Retry is outside of the choice of a
 * node, since it wants another one, and within the deadline of the call.
 */
const middlewaresOf = (secrets: MeshSecrets): NonNullable<BrokerOptions["middlewares"]> => [
  sealPackets(new PacketSeal(secrets)),
  trust(new ContextSigner(secrets)),
  guard(guarded),
  bulkhead({ contractOf, concurrency: CONCURRENCY }),
  "ActionHook",
  "ContextTracker",
  "Timeout",
  circuitBreaker({ contractOf }),
  "ErrorHandler",
  // In place of Moleculer's "Tracing" and "Metrics", for a fraction of their price (ADR 0011).
  callTelemetry(guarded),
  retry({ contractOf }),
  deadline({ contractOf }),
  // In place of Moleculer's own "Cacher", which stands at the callee.
  cache(guarded),
];

type MeshSecrets = (string | Buffer)[];

/** What a node's id begins with; the NATS user of a service may act under its own name only. */
function unitOf({ services: [name, ...others] }: Config): string {
  if (name === undefined) return operator.name; // a console: it runs none
  return others.length === 0 ? name : "node";
}

/** Alone, a process needs no key that others know. */
export function meshSecrets({ meshKeys, jwtPrivateKey }: Config): MeshSecrets {
  if (meshKeys.length > 0) return [...meshKeys];
  if (jwtPrivateKey === null) return [randomBytes(32)];
  return [createPrivateKey(jwtPrivateKey).export({ type: "pkcs8", format: "der" })];
}

/** The broker of every node of the mesh, with the reason for each value that is not the default. */
export function brokerOptions(config: Config): BrokerOptions {
  const secrets = meshSecrets(config);
  return {
    namespace: config.namespace,
    // Unique for each start: requests for a process that died must not reach its successor
    // before that one has registered its services (RELIABILITY T4).
    nodeID: `${unitOf(config)}.${config.nodeId}-${randomBytes(3).toString("hex")}`,
    transporter:
      config.natsUrl === null
        ? null
        : new NatsTransporter(natsOptions(config.natsUrl, config.natsCa), errors),
    // 256 KiB, the default, is over 1 MiB as JSON: more than a NATS server takes.
    transit: { maxChunkSize: 128 * 1024 },
    // A node that died without a word is forgotten after 6 s, not 30.
    heartbeatInterval: 2,
    heartbeatTimeout: 6,
    logger: loggerOf(config, redactor),
    logLevel: config.logLevel,
    // 0 (the default) waits for ever; actions that need longer say so in their contract.
    requestTimeout: 5_000,
    // A loop between services ends instead of eating the mesh.
    maxCallLevel: 12,
    // The contracts validate, strictly; two validators would be two truths.
    validator: false,
    // Moleculer types its context as generic in four ways; ours fixes two of them.
    ContextFactory: MeshContext as unknown as typeof Context,
    cacher: cacherOf(config),
    middlewares: middlewaresOf(secrets),
    internalMiddlewares: false,
    // Waits for calls in hand when a service stops.
    tracking: { enabled: true, shutdownTimeout: 4_000 },
    // main.ts stops things in order: first the door, then the services, then PostgreSQL.
    skipProcessEventRegistration: true,
    registry: { strategy: RoundRobin, stopDelay: 0 },
    metrics: metricsOf(config.metricsPort, metrics),
    tracing: tracingOf(config.tracing, config.namespace),
    internalServices: { $node: drainable() },
  };
}
