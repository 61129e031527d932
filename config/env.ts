import { createECDH, createPrivateKey } from "node:crypto";
import { hostname } from "node:os";
import { resolve } from "node:path";
import { serviceNames, type ServiceName } from "../contracts";

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
  readonly postgresUrl: string | null;
  readonly databaseUrls: Readonly<Partial<Record<ServiceName, string>>>;
  readonly mongoUrl: string | null;
  readonly redisUrl: string | null;
  readonly jwtPrivateKey: string | null;
  readonly admin: { readonly email: string; readonly password: string } | null;
  readonly seed: "demo" | "none";
  readonly payments:
    | { readonly provider: "sandbox"; readonly webhookSecret: string | null }
    | {
        readonly provider: "stripe";
        readonly secretKey: string;
        readonly webhookSecret: string;
        readonly apiBase: string;
      };
  readonly smtpUrl: string | null;
  readonly mailFrom: string;
  /** Takes text messages by POST; may carry a login. */
  readonly smsGatewayUrl: string | null;
  /** P-256, 32 bytes as base64url. */
  readonly vapidPrivateKey: string | null;
  readonly rateLimit: "on" | "off";
  readonly corsOrigins: readonly string[];
  readonly trustedProxies: number;
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
  readonly orderTimeoutMs: number;
  readonly logLevel: "fatal" | "error" | "warn" | "info" | "debug" | "trace";
  readonly logFormat: "json" | "pretty";
}

/** Everything that is wrong with the environment, a line each; values of secrets never appear. */
export class ConfigError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(faults.join("\n"));
  }
}

type Env = Readonly<Record<string, string | undefined>>;

const MORE_MONGO_HOSTS = /^(mongodb:\/\/[^,/?]+)(?:,[^,/?]+)+/;

/** Reads variables and collects what is wrong with them, so that one start shows all faults. */
class Reader {
  readonly faults: string[] = [];
  constructor(readonly env: Env) {}

  text(name: string): string | null {
    const value = this.env[name]?.trim();
    return value ? value : null;
  }

  integer(name: string, fallback: number, { min, max }: { min: number; max: number }): number {
    const text = this.text(name);
    if (text === null) return fallback;
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    this.faults.push(`${name} must be a whole number from ${min} to ${max}`);
    return fallback;
  }

  oneOf<const V extends readonly string[]>(
    name: string,
    values: V,
    fallback: V[number],
  ): V[number] {
    const text = this.text(name);
    if (text === null || values.includes(text)) return text ?? fallback;
    this.faults.push(`${name} must be one of ${values.join(", ")}`);
    return fallback;
  }

  url(name: string, ...protocols: string[]): string | null {
    const text = this.text(name);
    if (text === null) return null;
    // MongoDB names the members of a replica set within one URL.
    const servers = text.replace(MORE_MONGO_HOSTS, "$1").split(",");
    const good = servers.every(
      (server) => URL.canParse(server) && protocols.includes(new URL(server).protocol),
    );
    if (good) return text;
    this.faults.push(
      `${name} must be a URL that begins with ${protocols.map((p) => `${p}//`).join(" or ")}`,
    );
    return null;
  }

  list(name: string): string[] {
    return (this.text(name) ?? "")
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== "");
  }

  /** Both or neither of two variables. */
  pair(a: string, b: string): [string, string] | null {
    const [first, second] = [this.text(a), this.text(b)];
    if (first !== null && second !== null) return [first, second];
    if (first !== null) this.faults.push(`${b} is missing, and ${a} is set`);
    if (second !== null) this.faults.push(`${a} is missing, and ${b} is set`);
    return null;
  }
}

/** The configuration, or a ConfigError that names every faulty variable. */
export function readConfig(env: Env = process.env, terminal = process.stdout.isTTY): Config {
  const read = new Reader(env);
  const natsUrl = read.url("NATS_URL", "nats:", "tls:");
  const postgresUrl = read.url("POSTGRES_URL", "postgres:", "postgresql:");
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
    services: readServices(read, natsUrl),
    nodeId: read.text("NODE_ID") ?? `${hostname()}-${process.pid}`,
    namespace: readNamespace(read),
    natsUrl,
    postgresUrl,
    databaseUrls: readDatabaseUrls(read),
    mongoUrl: read.url("MONGO_URL", "mongodb:", "mongodb+srv:"),
    redisUrl: read.url("REDIS_URL", "redis:", "rediss:"),
    jwtPrivateKey: readPrivateKey(read, natsUrl),
    admin: readAdmin(read),
    seed: read.oneOf("SEED", ["demo", "none"], natsUrl || postgresUrl ? "none" : "demo"),
    payments: readPayments(read),
    smtpUrl: read.url("SMTP_URL", "smtp:", "smtps:"),
    mailFrom: read.text("MAIL_FROM") ?? "Souk <shop@souk.example>",
    smsGatewayUrl: read.url("SMS_GATEWAY_URL", "https:", "http:"),
    vapidPrivateKey: readVapidKey(read),
    rateLimit: read.oneOf("RATE_LIMIT", ["on", "off"], "on"),
    corsOrigins: readOrigins(read),
    trustedProxies: read.integer("TRUSTED_PROXIES", 0, { min: 0, max: 10 }),
    tls: readTls(read),
    orderTimeoutMs: read.integer("ORDER_TIMEOUT_MS", 120_000, { min: 1_000, max: 86_400_000 }),
    logLevel: read.oneOf("LOG_LEVEL", ["fatal", "error", "warn", "info", "debug", "trace"], "info"),
    logFormat: read.oneOf("LOG_FORMAT", ["json", "pretty"], terminal ? "pretty" : "json"),
  };
  if (read.faults.length > 0) throw new ConfigError(read.faults);
  return config;
}

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
    const url = read.url(`${name.toUpperCase()}_DATABASE_URL`, "postgres:", "postgresql:");
    if (url) urls[name] = url;
  }
  return urls;
}

function readPrivateKey(read: Reader, natsUrl: string | null): string | null {
  const pem = read.text("JWT_PRIVATE_KEY")?.replaceAll("\\n", "\n") ?? null;
  if (pem === null && natsUrl) read.faults.push("JWT_PRIVATE_KEY is required in a cluster");
  if (pem !== null && !isEd25519(pem)) {
    read.faults.push(
      "JWT_PRIVATE_KEY must be an Ed25519 key as PKCS#8 PEM (openssl genpkey -algorithm ed25519)",
    );
  }
  return pem;
}

function isEd25519(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === "ed25519";
  } catch {
    return false;
  }
}

function readVapidKey(read: Reader): string | null {
  const key = read.text("VAPID_PRIVATE_KEY");
  if (key !== null && !isP256(key)) {
    read.faults.push("VAPID_PRIVATE_KEY must be a P-256 private key: 32 bytes as base64url");
  }
  return key;
}

function isP256(key: string): boolean {
  try {
    createECDH("prime256v1").setPrivateKey(key, "base64url");
    return /^[A-Za-z0-9_-]{43}$/.test(key);
  } catch {
    return false;
  }
}

function readAdmin(read: Reader): Config["admin"] {
  const pair = read.pair("ADMIN_EMAIL", "ADMIN_PASSWORD");
  if (!pair) return null;
  const [email, password] = pair;
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email))
    read.faults.push("ADMIN_EMAIL is not an email address");
  if (password.length < 8 || password.length > 128) {
    read.faults.push("ADMIN_PASSWORD must have 8 to 128 characters");
  }
  return { email, password };
}

function readPayments(read: Reader): Config["payments"] {
  const provider = read.oneOf("PAYMENT_PROVIDER", ["sandbox", "stripe"], "sandbox");
  switch (provider) {
    case "sandbox":
      return { provider, webhookSecret: read.text("SANDBOX_WEBHOOK_SECRET") };
    case "stripe":
      read.faults.push("PAYMENT_PROVIDER stripe is not built yet; only sandbox runs");
      return { provider: "sandbox", webhookSecret: null };
    default:
      return provider satisfies never;
  }
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

function readTls(read: Reader): Config["tls"] {
  const pair = read.pair("TLS_CERT", "TLS_KEY");
  return pair && { certFile: resolve(pair[0]), keyFile: resolve(pair[1]) };
}
