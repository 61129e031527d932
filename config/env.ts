import { hostname } from "node:os";
import { resolve } from "node:path";
import { serviceNames, type ServiceName } from "../contracts";
import type { EventRetention } from "../lib/messaging/retention";
import {
  readAdmin,
  readMeshKeys,
  readNatsCa,
  readPrivateKey,
  readTls,
  readVapidKey,
} from "./read-secrets";
import { databaseVariable, missingServers } from "./required-servers";
import { parseBucketUrl, type BucketConfig } from "./bucket";
import { readFaults, type FaultConfig } from "./faults";
import { readPayments, type PaymentConfig } from "./payments";
import { ConfigError, Reader, type Env } from "./reader";

export { ConfigError };

/** What this process was told by its environment; nothing else reads `process.env`. */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** 0 = any free port; null = off. */
  readonly metricsPort: number | null;
  /** Where people reach the gateway, for links in mails; no slash at its end. */
  readonly publicUrl: string;
  readonly dataDir: string;
  readonly services: readonly ServiceName[];
  readonly nodeId: string;
  readonly namespace: string;
  readonly natsUrl: string | null;
  /** A PEM file with the authority that signed the NATS servers' certificates. */
  readonly natsCa: string | null;
  readonly postgresUrl: string | null;
  readonly databaseUrls: Readonly<Partial<Record<ServiceName, string>>>;
  readonly mongoUrl: string | null;
  readonly redisUrl: string | null;
  readonly jwtPrivateKey: string | null;
  /** What nodes know each other by: the first signs, all verify. Empty: made from `jwtPrivateKey`. */
  readonly meshKeys: readonly string[];
  readonly admin: { readonly email: string; readonly password: string } | null;
  readonly seed: "demo" | "none";
  readonly payments: PaymentConfig;
  /** Where uploaded pictures go; null: the database of reports. */
  readonly imageStore: BucketConfig | null;
  readonly smtpUrl: string | null;
  readonly mailFrom: string;
  /** Takes text messages by POST; may carry a login. */
  readonly smsGatewayUrl: string | null;
  /** P-256, 32 bytes as base64url. */
  readonly vapidPrivateKey: string | null;
  readonly rateLimit: "on" | "off";
  readonly corsOrigins: readonly string[];
  readonly trustedProxies: number;
  /** ms for which a gateway that stops goes on answering, until load balancers have noticed. */
  readonly drainMs: number;
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
  readonly orderTimeoutMs: number;
  /** How long events are kept after they were published and handled. */
  readonly eventRetention: EventRetention;
  /** ms from one comparison of all services to the next (0: only when asked), and between its two looks. */
  readonly reconcile: { readonly everyMs: number; readonly graceMs: number };
  /** Where spans go; `endpoint` is empty for console and none. */
  readonly tracing: {
    readonly exporter: "otlp" | "jaeger" | "zipkin" | "console" | "none";
    readonly endpoint: string;
  };
  /** What is to go wrong, for tests alone; null: nothing. */
  readonly faults: FaultConfig | null;
  readonly logLevel: "fatal" | "error" | "warn" | "info" | "debug" | "trace";
  readonly logFormat: "json" | "pretty";
}

export interface ReadOptions {
  /** Whether people read along. */
  readonly terminal?: boolean;
  /** A `console` joins a cluster as a client, without services and what they need; alone it runs the shop. */
  readonly role?: "node" | "console";
}

/** The configuration, or a ConfigError that names every faulty variable. */
export function readConfig(
  env: Env = process.env,
  { terminal = process.stdout.isTTY, role = "node" }: ReadOptions = {},
): Config {
  const read = new Reader(env);
  const urls = readStoreUrls(read);
  const { natsUrl, postgresUrl } = urls;
  const services = role === "console" && natsUrl ? [] : readServices(read, natsUrl);
  const meshKeys = readMeshKeys(read, natsUrl);
  const config: Config = {
    host: read.text("HOST") ?? "0.0.0.0",
    port: read.integer("PORT", 3000, { min: 0, max: 65_535 }),
    metricsPort:
      read.text("METRICS_PORT") === "off"
        ? null
        : read.integer("METRICS_PORT", 3030, { min: 0, max: 65_535 }),
    publicUrl: (
      read.url("PUBLIC_URL", "https:", "http:") ?? `http://localhost:${read.text("PORT") ?? 3000}`
    ).replace(/\/+$/, ""),
    dataDir: resolve(read.text("DATA_DIR") ?? "data"),
    services,
    nodeId: readNodeId(read),
    namespace: readNamespace(read),
    ...urls,
    jwtPrivateKey: readPrivateKey(read, {
      required: natsUrl !== null && services.includes("users"),
    }),
    meshKeys,
    admin: readAdmin(read),
    seed: read.oneOf("SEED", ["demo", "none"], natsUrl || postgresUrl ? "none" : "demo"),
    payments: readPayments(read, { required: services.includes("payments") }),
    imageStore: readImageStore(read),
    smtpUrl: read.url("SMTP_URL", "smtp:", "smtps:"),
    mailFrom: readMailFrom(read),
    smsGatewayUrl: read.url("SMS_GATEWAY_URL", "https:", "http:"),
    vapidPrivateKey: readVapidKey(read),
    rateLimit: read.oneOf("RATE_LIMIT", ["on", "off"], "on"),
    corsOrigins: readOrigins(read),
    trustedProxies: read.integer("TRUSTED_PROXIES", 0, { min: 0, max: 10 }),
    drainMs: read.integer("DRAIN_MS", 0, { min: 0, max: 60_000 }),
    tls: readTls(read),
    orderTimeoutMs: read.integer("ORDER_TIMEOUT_MS", 120_000, { min: 1_000, max: 86_400_000 }),
    eventRetention: readEventRetention(read),
    reconcile: {
      everyMs: read.integer("RECONCILE_EVERY_MS", 60_000, { min: 0, max: 86_400_000 }),
      graceMs: read.integer("RECONCILE_GRACE_MS", 10_000, { min: 0, max: 60_000 }),
    },
    tracing: readTracing(read),
    faults: readFaults(read),
    logLevel: read.oneOf("LOG_LEVEL", ["fatal", "error", "warn", "info", "debug", "trace"], "info"),
    logFormat: read.oneOf("LOG_FORMAT", ["json", "pretty"], terminal ? "pretty" : "json"),
  };
  if (natsUrl) {
    read.faults.push(...missingServers(config.services, (name) => read.text(name) !== null));
  }
  if (read.faults.length > 0) throw new ConfigError(read.faults);
  return config;
}

/** Where the shop keeps what it knows: all that a tool needs which only looks at it. */
export type Stores = Pick<
  Config,
  | "dataDir"
  | "namespace"
  | "postgresUrl"
  | "databaseUrls"
  | "mongoUrl"
  | "redisUrl"
  | "natsUrl"
  | "natsCa"
  | "eventRetention"
>;

/** The stores, or a ConfigError that names every faulty variable. */
export function readStores(env: Env = process.env): Stores {
  const read = new Reader(env);
  const stores: Stores = {
    dataDir: resolve(read.text("DATA_DIR") ?? "data"),
    namespace: readNamespace(read),
    ...readStoreUrls(read),
    eventRetention: readEventRetention(read),
  };
  if (read.faults.length > 0) throw new ConfigError(read.faults);
  return stores;
}

/** Shorter than an hour only where readFaults says that the shop may be broken: a soak has no week. */
const readEventRetention = (read: Reader): EventRetention => ({
  streamHours: read.decimal("EVENT_RETENTION_HOURS", 168, {
    min: read.text("FAULTS_TOKEN") === null ? 1 : 0.01,
    max: 8_760,
  }),
});

const readStoreUrls = (read: Reader) => ({
  natsUrl: read.url("NATS_URL", "nats:", "tls:"),
  natsCa: readNatsCa(read),
  postgresUrl: read.url("POSTGRES_URL", "postgres:", "postgresql:"),
  databaseUrls: readDatabaseUrls(read),
  mongoUrl: read.url("MONGO_URL", "mongodb:", "mongodb+srv:"),
  redisUrl: read.url("REDIS_URL", "redis:", "rediss:"),
});

function readServices(read: Reader, natsUrl: string | null): ServiceName[] {
  const names = read.list("SERVICES");
  if (names.length === 0) return [...serviceNames];
  const known = names.filter((name): name is ServiceName =>
    (serviceNames as readonly string[]).includes(name),
  );
  if (known.length < names.length) {
    const unknown = names.filter((name) => !(known as string[]).includes(name));
    read.faults.push(`SERVICES names ${unknown.join(", ")}; there are ${serviceNames.join(", ")}`);
  }
  if (!natsUrl && new Set(known).size < serviceNames.length) {
    read.faults.push("SERVICES names a part of the shop, which needs NATS_URL to reach the others");
  }
  return [...new Set(known)];
}

const ADDRESS = String.raw`[^\s@<>,]+@[^\s@<>,]+`;
const SENDER = new RegExp(String.raw`^(?:${ADDRESS}|[^<>\p{Cc}]*<${ADDRESS}>)$`, "u");

function readMailFrom(read: Reader): string {
  const from = read.text("MAIL_FROM") ?? "Souk <shop@souk.example>";
  if (!SENDER.test(from)) {
    read.faults.push(
      "MAIL_FROM must be an address, as shop@host.example, or a name before one in angle brackets",
    );
  }
  return from;
}

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

/** A part of a NATS subject; what has no place in one is dropped from the host's own name. */
function readNodeId(read: Reader): string {
  const given = read.text("NODE_ID");
  if (given !== null && !/^[\w-]+(\.[\w-]+)*$/.test(given)) {
    read.faults.push("NODE_ID must be words of a-z, 0-9, _ and -, joined by dots");
  }
  return given ?? `${hostname().replaceAll(/[^\w-]+/g, "-")}-${process.pid}`;
}

function readImageStore(read: Reader): BucketConfig | null {
  const text = read.text("IMAGE_STORE_URL");
  if (text === null) return null;
  const bucket = parseBucketUrl(text);
  if (!bucket) {
    read.faults.push(
      "IMAGE_STORE_URL must be s3://key:secret@host/bucket?region=… (s3+http: without TLS), key and secret percent-encoded",
    );
  }
  return bucket;
}

function readTracing(read: Reader): Config["tracing"] {
  const exporters = ["otlp", "jaeger", "zipkin", "console", "none"] as const;
  const exporter = read.oneOf("TRACING", exporters, "none");
  const endpoints = {
    otlp: read.url("OTEL_EXPORTER_OTLP_ENDPOINT", "https:", "http:") ?? "http://localhost:4318",
    jaeger: read.url("JAEGER_ENDPOINT", "https:", "http:") ?? "http://localhost:14268/api/traces",
    zipkin: read.url("ZIPKIN_URL", "https:", "http:") ?? "http://localhost:9411",
    console: "",
    none: "",
  };
  return { exporter, endpoint: endpoints[exporter] };
}

function readOrigins(read: Reader): string[] {
  const origins = read.list("CORS_ORIGINS");
  for (const origin of origins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      read.faults.push(`CORS_ORIGINS: ${origin} is not an exact origin, as https://shop.example`);
    }
  }
  return origins;
}
