import { passwordVariable } from "../lib/messaging/nats-users";

/** What whoever deploys the shop sets, before `npm run deploy:render`. */
export const settings = {
  image: "souk:latest",
  host: "shop.example",
  /** The Secret with the certificate for `host`. */
  tlsSecret: "shop-tls",
  ingressClass: "nginx",
};

/**
 * What every service may be told that is no secret; empty: its default (.env.example). Kubernetes gets
 * these values, Compose those of .env.
 */
export const options = {
  PUBLIC_URL: `https://${settings.host}`,
  SEED: "none",
  PAYMENT_PROVIDER: "",
  LOG_LEVEL: "info",
  MAIL_FROM: "",
  CORS_ORIGINS: "",
  // The Ingress.
  TRUSTED_PROXIES: "1",
  ORDER_TIMEOUT_MS: "",
} as const;

/** Of a service's container, as the Dockerfile has them. */
export const ports = { http: 3000, metrics: 3030 } as const;

/**
 * The servers by their tags: the newest patch of one line, so that a rebuilt node takes its security
 * fixes. Pin digests where what runs must not change by itself.
 */
export const images = {
  nats: "nats:2.11-alpine",
  postgres: "postgres:18-bookworm",
  mongo: "mongo:8.0-noble",
  redis: "redis:7.4-bookworm",
} as const;

export type ServerName = keyof typeof images;

/** How a service reaches a server, each with the password that is filled in for `$PASSWORD`. */
export const reachable = {
  // A user of its own, who may do what the service's contract says.
  nats: (service: string) => ({
    variable: "NATS_URL",
    url: `nats://${service}:$PASSWORD@nats:4222`,
    password: passwordVariable(service),
  }),
  postgres: () => ({
    variable: "POSTGRES_URL",
    url: "postgres://souk:$PASSWORD@postgres:5432",
    password: "POSTGRES_PASSWORD",
  }),
  mongo: () => ({
    variable: "MONGO_URL",
    url: "mongodb://souk:$PASSWORD@mongo:27017/?replicaSet=rs0&authSource=admin",
    password: "MONGO_PASSWORD",
  }),
  redis: () => ({
    variable: "REDIS_URL",
    url: "redis://:$PASSWORD@redis:6379",
    password: "REDIS_PASSWORD",
  }),
} satisfies Record<ServerName, (service: string) => Reach>;

interface Reach {
  readonly variable: string;
  readonly url: string;
  readonly password: string;
}

/** Programs of the servers' containers, the same under Compose and Kubernetes. */
export const commands = {
  nats: ["nats-server", "--config", "/etc/nats/nats.conf"],
  // Up to 8 connections of each replica, and one that listens.
  postgres: ["postgres", "-c", "max_connections=300"],
  // A replica set of one: `w: majority` and retried writes are what they will be with three. Its
  // members know each other by a key file, which mongod wants readable for its user alone.
  mongo: shell(
    'rm -f /tmp/keyfile; (umask 277; printf %s "$MONGO_KEYFILE" > /tmp/keyfile); ' +
      "exec docker-entrypoint.sh mongod --replSet rs0 --bind_ip_all --keyFile /tmp/keyfile",
  ),
  // Carts are here and nowhere else: written down each second, and nothing is ever evicted.
  redis: shell(
    "exec docker-entrypoint.sh redis-server --appendonly yes --maxmemory-policy noeviction " +
      '--requirepass "$REDIS_PASSWORD"',
  ),
} as const;

/** Ends with 0 when the server takes work; MongoDB's makes the replica set the first time. */
export const checks = {
  service: ["node", "scripts/healthcheck.mjs"],
  nats: ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8222/healthz"],
  postgres: ["pg_isready", "-q", "-h", "127.0.0.1", "-U", "souk"],
  mongo: shell(
    'mongosh -u souk -p "$MONGO_INITDB_ROOT_PASSWORD" --quiet --eval "' +
      "try { rs.status() } catch { rs.initiate({ _id: 'rs0', members: [{ _id: 0, host: '$MONGO_MEMBER' }] }) } " +
      'quit(db.hello().isWritablePrimary ? 0 : 1)"',
  ),
  redis: shell('REDISCLI_AUTH="$REDIS_PASSWORD" redis-cli ping | grep -q PONG'),
} as const;

function shell(script: string): string[] {
  return ["sh", "-c", script];
}
