import type { ServiceName } from "../contracts";
import type { TracingOptions } from "../lib/observability/tracing";
import { readImageStore, type BucketConfig } from "./bucket";
import { readFaults, type FaultConfig } from "./faults";
import { readHost, readNodeId, readServices } from "./node";
import { readPayments, type PaymentConfig } from "./payments";
import { readAdmin, readMeshKeys, readPrivateKey, readVapidKey } from "./read-secrets";
import { ConfigError, Reader, type Env } from "./reader";
import { missingServers } from "./required-servers";
import { storesOf, type Stores } from "./stores";
import { readTls } from "./tls";
import { readTracing } from "./tracing";

export { ConfigError, type Stores };

/** What this process was told by its environment; nothing else reads `process.env`. */
export interface Config extends Stores {
  readonly host: string;
  readonly port: number;
  /** 0 = any free port; null = off. */
  readonly metricsPort: number | null;
  /** Where people reach the gateway, for links in mails; no slash at its end. */
  readonly publicUrl: string;
  readonly services: readonly ServiceName[];
  readonly nodeId: string;
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
  /** ms from one comparison of all services to the next (0: only when asked), and between its two looks. */
  readonly reconcile: { readonly everyMs: number; readonly graceMs: number };
  /** Where spans go; `endpoint` is empty for console and none. */
  readonly tracing: TracingOptions;
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
  const stores = storesOf(read);
  const { natsUrl, postgresUrl } = stores;
  const services = role === "console" && natsUrl ? [] : readServices(read, natsUrl);
  const meshKeys = readMeshKeys(read, natsUrl);
  const config: Config = {
    ...stores,
    host: readHost(read),
    port: read.integer("PORT", 3000, { min: 0, max: 65_535 }),
    metricsPort:
      read.text("METRICS_PORT") === "off"
        ? null
        : read.integer("METRICS_PORT", 3030, { min: 0, max: 65_535 }),
    publicUrl: (
      read.url("PUBLIC_URL", "https:", "http:") ?? `http://localhost:${read.text("PORT") ?? 3000}`
    ).replace(/\/+$/, ""),
    services,
    nodeId: readNodeId(read),
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
    tls: readTls(read, { used: services.includes("gateway") }),
    orderTimeoutMs: read.integer("ORDER_TIMEOUT_MS", 120_000, { min: 1, max: 86_400_000 }),
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

/** The stores, or a ConfigError that names every faulty variable. */
export function readStores(env: Env = process.env): Stores {
  const read = new Reader(env);
  const stores = storesOf(read);
  if (read.faults.length > 0) throw new ConfigError(read.faults);
  return stores;
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

function readOrigins(read: Reader): string[] {
  const origins = read.list("CORS_ORIGINS");
  for (const origin of origins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      read.faults.push(`CORS_ORIGINS: ${origin} is not an exact origin, as https://shop.example`);
    }
  }
  return origins;
}
