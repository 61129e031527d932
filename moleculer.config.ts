import { randomBytes } from "node:crypto";
import type { BrokerOptions, Context } from "moleculer";
import type { Config } from "./config/env";
import { contracts, durableActions } from "./contracts";
import { errors } from "./contracts/errors";
import { MeshContext } from "./lib/mesh/context";
import { guard } from "./lib/mesh/guard";
import { natsOptions } from "./lib/messaging/nats-options";
import { metricsOf } from "./lib/observability/metrics";
import { loggerOf } from "./lib/observability/logger";

/** The broker of every node of the mesh, with the reason for each value that is not the default. */
export function brokerOptions(config: Config): BrokerOptions {
  return {
    namespace: config.namespace,
    // Unique for each start: requests for a process that died must not reach its successor
    // before that one has registered its services (RELIABILITY T4).
    nodeID: `${config.nodeId}-${randomBytes(3).toString("hex")}`,
    transporter:
      config.natsUrl === null ? null : { type: "NATS", options: natsOptions(config.natsUrl) },
    // A node that died without a word is forgotten after 6 s, not 30.
    heartbeatInterval: 2,
    heartbeatTimeout: 6,
    logger: loggerOf(config),
    logLevel: config.logLevel,
    // 0 (the default) waits for ever; actions that need longer say so in their contract.
    requestTimeout: 5_000,
    // A loop between services ends instead of eating the mesh.
    maxCallLevel: 12,
    // The contracts validate, strictly; two validators would be two truths.
    validator: false,
    // Moleculer types its context as generic in four ways; ours fixes two of them.
    ContextFactory: MeshContext as unknown as typeof Context,
    middlewares: [guard({ contracts, durableActions, errors })],
    // Waits for calls in hand when a service stops.
    tracking: { enabled: true, shutdownTimeout: 4_000 },
    // main.ts stops things in order: first the door, then the services, then PostgreSQL.
    skipProcessEventRegistration: true,
    registry: { stopDelay: 0 },
    metrics: metricsOf(config.metricsPort),
    tracing: { enabled: false },
    internalServices: true,
  };
}
