import { Document } from "yaml";
import type { ServiceName } from "../contracts";
import { passwordVariable } from "../lib/messaging/nats-users";
import { secrets, services, type Deployment } from "./services";
import { natsUserNames } from "./nats-users";
import { checks, commands, images, options, ports, reachable } from "./settings";
import type { ServerName } from "./settings";

const HEADER = ` Rendered by \`npm run deploy:render\` from deploy/services.ts; a test fails when it is stale.
 deploy/README.md says how to bring it up. What it must be told stands in .env:
   node deploy/new-secrets.mjs > .env
   docker compose up --build --detach --wait`;

const needed = (name: string): string => `\${${name}:?see deploy/README.md}`;
const optional = (name: string): string => `\${${name}:-}`;
/** Compose would replace the shell's own variables. */
const verbatim = (command: readonly string[]): string[] =>
  command.map((part) => part.replaceAll("$", "$$$$"));

/** Twelve nodes that start at once on two cores were ready after 53 s. */
const TIMES = { interval: "10s", timeout: "5s", retries: 3, start_period: "180s" };
const SERVICE = {
  image: "${SOUK_IMAGE:-souk:latest}",
  build: ".",
  restart: "unless-stopped",
  // Longer than a node takes to stop in order.
  stop_grace_period: "20s",
  read_only: true,
  cap_drop: ["ALL"],
  security_opt: ["no-new-privileges:true"],
  tmpfs: ["/tmp"],
  // As in the Dockerfile, whose own an image in the OCI format (podman) does not keep.
  healthcheck: { test: ["CMD", ...checks.service], ...TIMES },
};
const volumes = [
  ...Object.keys(images),
  ...Object.entries(services).flatMap(([name, { keeps }]) => (keeps ? [name] : [])),
];

/** docker-compose.yml: the four servers, and each service once. Only the gateway is published. */
export function renderCompose(): string {
  const document = new Document({});
  document.commentBefore = HEADER;
  const service = document.createNode(SERVICE);
  const environment = document.createNode({
    ...Object.fromEntries(Object.keys(options).map((name) => [name, optional(name)])),
  });
  const shared = {
    service: document.createAlias(service, "service"),
    environment: document.createAlias(environment, "environment"),
  };
  const shop = Object.entries(services).map(([name, deployment]) => [
    name,
    composeService(name as ServiceName, deployment, shared), // Object.entries forgets the keys' type
  ]);
  document.set("x-service", service);
  document.set("x-environment", environment);
  document.set("services", { ...servers(), ...Object.fromEntries(shop) });
  document.set("volumes", Object.fromEntries(volumes.map((name) => [name, null])));
  return document.toString({ lineWidth: 0, nullStr: "" });
}

function composeService(
  name: ServiceName,
  { servers: needs, secrets: given, keeps }: Deployment,
  shared: Readonly<Record<"service" | "environment", unknown>>,
): object {
  return {
    "<<": shared.service,
    environment: {
      "<<": shared.environment,
      SERVICES: name,
      ...Object.fromEntries(
        (["nats", ...needs] as const)
          .map((server) => reachable[server](name))
          .map(({ variable, url, password }) => [
            variable,
            url.replace("$PASSWORD", needed(password)),
          ]),
      ),
      ...Object.fromEntries(
        given.map((secret) => [secret, secrets[secret] ? needed(secret) : optional(secret)]),
      ),
    },
    depends_on: Object.fromEntries(
      ["nats", ...needs].map((server) => [server, { condition: "service_healthy" }]),
    ),
    ...(keeps ? { volumes: [`${name}:/data`] } : {}),
    ...(name === "gateway" ? { ports: [`\${PORT:-${ports.http}}:${ports.http}`] } : {}),
  };
}

function servers(): Record<ServerName, object> {
  return {
    nats: {
      ...server("nats", "/data"),
      environment: {
        NATS_SERVER_NAME: "nats",
        ...Object.fromEntries(
          natsUserNames.map(passwordVariable).map((name) => [name, needed(name)]),
        ),
      },
      volumes: ["nats:/data", "./deploy/nats:/etc/nats:ro"],
    },
    postgres: {
      ...server("postgres", "/var/lib/postgresql"),
      environment: { POSTGRES_USER: "souk", POSTGRES_PASSWORD: needed("POSTGRES_PASSWORD") },
      shm_size: "256mb",
    },
    mongo: {
      ...server("mongo", "/data/db"),
      user: "999:999",
      environment: {
        MONGO_INITDB_ROOT_USERNAME: "souk",
        MONGO_INITDB_ROOT_PASSWORD: needed("MONGO_PASSWORD"),
        MONGO_KEYFILE: needed("MONGO_KEYFILE"),
        MONGO_MEMBER: "mongo:27017",
        HOME: "/tmp",
      },
    },
    redis: {
      ...server("redis", "/data"),
      environment: { REDIS_PASSWORD: needed("REDIS_PASSWORD") },
    },
  };
}

function server(name: ServerName, folder: string): object {
  return {
    image: images[name],
    command: verbatim(commands[name]),
    restart: "unless-stopped",
    volumes: [`${name}:${folder}`],
    healthcheck: {
      test: ["CMD", ...verbatim(checks[name])],
      ...TIMES,
    },
  };
}
