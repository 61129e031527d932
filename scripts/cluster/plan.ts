import { createServer } from "node:net";
import { ConfigError, readConfig, type Config } from "../../config/env";
import { missingServers } from "../../config/required-servers";
import { serviceNames, type ServiceName } from "../../contracts";
import { keptKey } from "../../services/users/signing-key";
import type { ClusterOptions } from "./options";
import { unreachable } from "./servers";

export type Env = Readonly<Record<string, string | undefined>>;

/** One process of the cluster, before it runs. */
export interface Planned {
  readonly service: ServiceName;
  /** From 1. */
  readonly replica: number;
  readonly metricsPort: number | null;
  readonly env: Env;
}

export interface Plan {
  readonly config: Config;
  readonly members: readonly Planned[];
}

/** Which processes to start, and with what. Throws a ConfigError with a line for each fault. */
export async function planCluster(env: Env, options: ClusterOptions): Promise<Plan> {
  const config = await readClusterConfig(env);
  const { natsUrl, postgresUrl, mongoUrl, redisUrl } = config;
  const faults = await unreachable({
    NATS_URL: natsUrl,
    POSTGRES_URL: postgresUrl,
    MONGO_URL: mongoUrl,
    REDIS_URL: redisUrl,
  });
  if (faults.length > 0) throw new ConfigError(faults);
  const metrics = new Ports(config.metricsPort ?? 0);
  const members: Planned[] = [];
  for (const service of config.services) {
    for (let replica = 1; replica <= options.replicasOf[service]; replica++) {
      const metricsPort = config.metricsPort === null ? null : await metrics.next();
      const own = {
        SERVICES: service,
        NODE_ID: `${service}-${replica}`,
        METRICS_PORT: metricsPort === null ? "off" : String(metricsPort),
        JWT_PRIVATE_KEY: config.jwtPrivateKey ?? "",
        PORT: String(service === "gateway" ? await gatewayPort(config, replica) : 0),
        // Links lead to the first gateway, from whichever process they are written.
        PUBLIC_URL: config.publicUrl,
      };
      members.push({ service, replica, metricsPort, env: { ...env, ...own } });
    }
  }
  return { config, members };
}

/** The configuration of the whole; a key that nobody named is made, and kept in the data folder. */
async function readClusterConfig(env: Env): Promise<Config> {
  const isSet = (name: string): boolean => Boolean(env[name]?.trim());
  if (!isSet("NATS_URL")) {
    throw new ConfigError([
      "NATS_URL is required: a cluster is processes that reach each other over NATS",
      ...missingServers(serviceNames, isSet),
    ]);
  }
  if (isSet("JWT_PRIVATE_KEY")) return readConfig(env);
  const { dataDir } = readConfig({ DATA_DIR: env.DATA_DIR });
  return readConfig({ ...env, JWT_PRIVATE_KEY: await keptKey(dataDir) });
}

async function gatewayPort({ port, host }: Config, replica: number): Promise<number> {
  if (port === 0) return 0;
  const wanted = port + replica - 1;
  if (await isFree(wanted, host)) return wanted;
  throw new ConfigError([`PORT: ${wanted} is in use by another process; set PORT to a free one`]);
}

/** Free ports from a first one upwards; 0 leaves the choice to the system. */
class Ports {
  #next: number;
  constructor(first: number) {
    this.#next = first;
  }

  async next(): Promise<number> {
    if (this.#next === 0) return anyPort();
    while (!(await isFree(this.#next))) this.#next += 1;
    return this.#next++;
  }
}

function isFree(port: number, host?: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

function anyPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, () => {
      const address = server.address();
      const port = typeof address === "object" && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
