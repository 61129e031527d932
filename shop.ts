import { mkdir } from "node:fs/promises";
import { ServiceBroker, type ServiceSchema } from "moleculer";
import type { Config } from "./config/env";
import type { FaultConfig } from "./config/faults";
import type { Runtime } from "./config/runtime";
import type { ServiceName } from "./contracts";
import { startEmbeddedPostgres } from "./lib/embedded/postgres";
import { messageOf } from "./lib/errors";
import { takeFaultsByMessage } from "./lib/faults/by-message";
import { armFaults } from "./lib/faults/points";
import { unruly } from "./lib/faults/unruly-transport";
import { neverPretenure } from "./lib/garbage-collection";
import { EventSeal } from "./lib/messaging/event-seal";
import { InProcessTransport } from "./lib/messaging/in-process-transport";
import { JetStreamTransport } from "./lib/messaging/jetstream-transport";
import type { Transport } from "./lib/messaging/transport";
import { leaveMesh } from "./lib/mesh/leave";
import { watchMesh } from "./lib/observability/mesh-watch";
import { watchProcess } from "./lib/observability/process-metrics";
import { topologyPage } from "./lib/observability/topology-page";
import { startUnlessAway } from "./lib/until-there";
import { brokerOptions, LEAVE_MS, meshSecrets } from "./moleculer.config";
import { serviceOf, type ServiceFactory } from "./services";

/** A running node of the shop. */
export interface Shop {
  readonly broker: ServiceBroker;
  readonly runtime: Runtime;
  /** What a person who started it should know, a line each. */
  readonly announcements: readonly string[];
  /** Closes the door, lets what is in hand end, then the services, then the embedded servers. */
  stop(): Promise<void>;
}

/** What carries durable events: JetStream in a cluster, this process when it is alone. */
async function transportOf(config: Config, broker: ServiceBroker): Promise<Transport> {
  const logger = broker.getLogger("events");
  // A client publishes and consumes nothing.
  if (!config.natsUrl || config.services.length === 0) return new InProcessTransport(logger);
  const { natsUrl: url, natsCa: ca, namespace, eventRetention: keep } = config;
  const seal = new EventSeal(meshSecrets(config));
  return JetStreamTransport.connect({
    url,
    ca,
    namespace,
    node: broker.nodeID,
    seal,
    logger,
    keep,
  });
}

/** Arms what this process is to suffer, and says so loudly. */
function suffer({ faults, byMessage, seed }: FaultConfig, transport: Transport): Transport {
  console.error("!!! FAULTS ARE ARMED: this shop breaks on purpose !!!");
  armFaults(faults, seed);
  if (byMessage) takeFaultsByMessage(seed);
  return unruly(transport, seed);
}

/** A server of this process alone, where none is named; the members of a cluster share theirs. */
function embeddedPostgres({ postgresUrl, natsUrl, dataDir }: Config) {
  if (postgresUrl ?? natsUrl) return Promise.resolve(null);
  return startEmbeddedPostgres({ dataDir });
}

const NEVER = new AbortController().signal;

export interface ShopOptions {
  /** Run beside the services: stand-ins in tests. */
  readonly extras?: readonly ServiceSchema[];
  readonly factoryOf?: (name: ServiceName) => ServiceFactory;
  /** Once it is aborted, the start does not wait for a server that is away. */
  readonly signal?: AbortSignal;
}

/**
 * Starts the services of `config` in this process, with embedded servers where none are named. A start
 * that is given up stops what was started, and rejects with the signal's reason.
 */
export async function startShop(
  config: Config,
  { extras = [], factoryOf = serviceOf, signal = NEVER }: ShopOptions = {},
): Promise<Shop> {
  neverPretenure();
  await mkdir(config.dataDir, { recursive: true }).catch((error: unknown) => {
    throw new Error(`DATA_DIR: ${messageOf(error)}`);
  });
  const embedded = await embeddedPostgres(config);
  const broker = new ServiceBroker({
    ...brokerOptions(config),
    // However the broker is stopped, by us or by its REPL, these end last.
    stopped: async () => {
      await transport.close();
      await embedded?.stop();
    },
  });
  const connecting = startUnlessAway(transportOf(config, broker), signal);
  const plain = await connecting.catch(async (error: unknown) => {
    await embedded?.stop();
    throw error;
  });
  const transport = config.faults ? suffer(config.faults, plain) : plain;
  const announcements: string[] = [];
  const runtime: Runtime = {
    config,
    postgresUrl: config.postgresUrl ?? embedded?.url ?? "",
    transport,
    announce: (line) => void announcements.push(line),
  };

  const watches: (() => Promise<void>)[] = [];

  async function stop(): Promise<void> {
    await leaveMesh(broker, LEAVE_MS);
    for (const end of watches) await end();
    const gateway = broker.getLocalService("gateway");
    if (gateway) await broker.destroyService(gateway);
    await broker.stop();
  }

  try {
    for (const name of config.services) broker.createService(factoryOf(name)(runtime));
    // Beside whoever shows the mesh to operators; a page of METRICS_PORT.
    if (config.services.includes("operations") && config.metricsPort !== null) {
      broker.createService(topologyPage());
    }
    for (const extra of extras) broker.createService(extra);
    await startUnlessAway(broker.start(), signal);
    // Who is ready is known to the others; Moleculer would tell them a second later.
    await broker.registry.discoverer.sendLocalNodeInfo();
  } catch (error) {
    await stop();
    throw error;
  }
  // From here on every consumer of this process has subscribed.
  transport.open();
  watches.push(watchProcess(broker), watchMesh(broker, transport));
  return { broker, runtime, announcements, stop };
}
