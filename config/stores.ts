import { resolve } from "node:path";
import { serviceNames, type ServiceName } from "../contracts";
import type { EventRetention } from "../lib/messaging/retention";
import { readNatsCa } from "./read-secrets";
import type { Reader } from "./reader";
import { databaseVariable } from "./required-servers";

/** Where the shop keeps what it knows: all that a tool needs which only looks at it. */
export interface Stores {
  readonly dataDir: string;
  readonly namespace: string;
  readonly natsUrl: string | null;
  /** A PEM file with the authority that signed the NATS servers' certificates. */
  readonly natsCa: string | null;
  readonly postgresUrl: string | null;
  readonly databaseUrls: Readonly<Partial<Record<ServiceName, string>>>;
  readonly mongoUrl: string | null;
  readonly redisUrl: string | null;
  /** How long events are kept after they were published and handled. */
  readonly eventRetention: EventRetention;
}

export const storesOf = (read: Reader): Stores => ({
  dataDir: resolve(read.text("DATA_DIR") ?? "data"),
  namespace: readNamespace(read),
  natsUrl: read.url("NATS_URL", "nats:", "tls:"),
  natsCa: readNatsCa(read),
  postgresUrl: read.url("POSTGRES_URL", "postgres:", "postgresql:"),
  databaseUrls: readDatabaseUrls(read),
  mongoUrl: read.url("MONGO_URL", "mongodb:", "mongodb+srv:"),
  redisUrl: read.url("REDIS_URL", "redis:", "rediss:"),
  eventRetention: readEventRetention(read),
});

function readNamespace(read: Reader): string {
  const namespace = read.text("NAMESPACE") ?? "souk";
  if (!/^[a-z][a-z0-9_-]{0,39}$/.test(namespace)) {
    read.faults.push("NAMESPACE must be 1 to 40 of a-z, 0-9, _ and -, and begin with a letter");
  }
  return namespace;
}

function readDatabaseUrls(read: Reader): Partial<Record<ServiceName, string>> {
  const urls: Partial<Record<ServiceName, string>> = {};
  for (const name of serviceNames) {
    const url = read.url(databaseVariable(name), "postgres:", "postgresql:");
    if (url) urls[name] = url;
  }
  return urls;
}

/** Shorter than an hour only where readFaults says that the shop may be broken: a soak has no week. */
const readEventRetention = (read: Reader): EventRetention => ({
  streamHours: read.decimal("EVENT_RETENTION_HOURS", 168, {
    min: read.text("FAULTS_TOKEN") === null ? 1 : 0.01,
    max: 8_760,
  }),
});
