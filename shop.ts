import { mkdir } from "node:fs/promises";
import { ServiceBroker, type ServiceSchema } from "moleculer";
import type { Config } from "./config/env";
import type { Runtime } from "./config/runtime";
import { startEmbeddedPostgres } from "./lib/embedded/postgres";
import { InProcessTransport } from "./lib/messaging/in-process-transport";
import { JetStreamTransport } from "./lib/messaging/jetstream-transport";
import type { Transport } from "./lib/messaging/transport";
import { brokerOptions } from "./moleculer.config";
import { services } from "./services";

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
  if (!config.natsUrl) return new InProcessTransport(logger);
  const { natsUrl: url, namespace } = config;
  return JetStreamTransport.connect({ url, namespace, node: broker.nodeID, logger });
}

/**
 * Starts the services of `config` in this process, with embedded servers where none are named.
 * `extras` run beside them: stand-ins in tests.
 */
export async function startShop(
  config: Config,
  extras: readonly ServiceSchema[] = [],
): Promise<Shop> {
  await mkdir(config.dataDir, { recursive: true });
  const embedded = config.postgresUrl
    ? null
    : await startEmbeddedPostgres({ dataDir: config.dataDir });
  const broker = new ServiceBroker({
    ...brokerOptions(config),
    // However the broker is stopped, by us or by its REPL, these end last.
    stopped: async () => {
      await transport.close();
      await embedded?.stop();
    },
  });
  const transport = await transportOf(config, broker);
  const announcements: string[] = [];
  const runtime: Runtime = {
    config,
    postgresUrl: config.postgresUrl ?? embedded?.url ?? "",
    transport,
    announce: (line) => void announcements.push(line),
  };

  async function stop(): Promise<void> {
    const gateway = broker.getLocalService("gateway");
    if (gateway) await broker.destroyService(gateway);
    await broker.stop();
  }

  try {
    for (const name of config.services) {
      const create = services[name];
      if (create) broker.createService(create(runtime));
    }
    for (const extra of extras) broker.createService(extra);
    await broker.start();
  } catch (error) {
    await stop();
    throw error;
  }
  // From here on every consumer of this process has subscribed.
  transport.open();
  return { broker, runtime, announcements, stop };
}
