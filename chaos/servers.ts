import { databaseVariable, storeOf } from "../config/required-servers";
import { serviceNames } from "../contracts";
import { findFreePort } from "../lib/embedded/postgres/port";
import { databaseUrl } from "../lib/store/postgres";
import { MongoServer } from "../test/support/mongo-server";
import { NatsServer } from "../test/support/nats-server";
import { PostgresServer } from "../test/support/postgres-server";
import { RedisServer } from "../test/support/redis-server";
import { TcpProxy } from "./tcp-proxy";

export const serverNames = ["nats", "postgres", "redis", "mongo"] as const;
export type ServerName = (typeof serverNames)[number];

/** What the network lies before: the servers, and the payment provider, which keeps its ledger in PostgreSQL. */
export const remoteNames = [...serverNames, "provider"] as const;
export type RemoteName = (typeof remoteNames)[number];

interface Standing {
  readonly url: string;
  readonly port: number;
  /** As the process dies that is killed at the worst moment; its data stay, if it keeps any. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

const standing = <Server extends Omit<Standing, "kill">>(
  server: Server,
  kill: (server: Server) => Promise<void>,
): Standing => ({
  url: server.url,
  port: server.port,
  kill: () => kill(server),
  start: () => server.start(),
});

const proxyTo = async ({ port }: Pick<Standing, "port">): Promise<TcpProxy> =>
  TcpProxy.start(port, await findFreePort());

/**
 * The servers of a cluster, and before each a proxy, through which the cluster reaches it; the payment
 * provider has a way of its own to PostgreSQL.
 */
export class ChaosServers {
  readonly #turns = new Map<RemoteName, Promise<void>>();

  private constructor(
    readonly forget: (server: "redis" | "nats") => Promise<void>,
    readonly all: Readonly<Record<ServerName, Standing>>,
    readonly proxies: Readonly<Record<RemoteName, TcpProxy>>,
    readonly remove: () => Promise<void>,
  ) {}

  static async start(): Promise<ChaosServers> {
    const [nats, postgres, redis, mongo] = await Promise.all([
      NatsServer.start(),
      PostgresServer.start(),
      RedisServer.start(),
      MongoServer.start(),
    ]);
    const all = {
      nats: standing(nats, (server) => server.kill()),
      postgres: standing(postgres, (server) => server.stopImmediately()),
      redis: standing(redis, (server) => server.kill()),
      mongo: standing(mongo, (server) => server.kill()),
    };
    const proxies = {
      nats: await proxyTo(nats),
      postgres: await proxyTo(postgres),
      redis: await proxyTo(redis),
      mongo: await proxyTo(mongo),
      provider: await proxyTo(postgres),
    };
    const forget = {
      redis: () => redis.flush(),
      nats: async () => {
        await nats.kill();
        await nats.loseStore();
        await nats.start();
      },
    };
    const remove = async (): Promise<void> => {
      for (const proxy of Object.values(proxies)) proxy.close();
      await Promise.all([nats, postgres, redis, mongo].map((server) => server.remove()));
    };
    return new ChaosServers((server) => forget[server](), all, proxies, remove);
  }

  /** Where the servers themselves are, for who is not to be disturbed. */
  get urls() {
    return urlsBy((name) => this.all[name].url);
  }

  /**
   * Where a cluster reaches them. Each of its services has its database's own URL, so that whoever is
   * left to use POSTGRES_URL is the provider.
   */
  envOf(namespace: string): Readonly<Record<string, string>> {
    const postgresUrl = this.#behind("postgres", "postgres");
    const services = serviceNames.filter((name) => storeOf[name] === "POSTGRES_URL");
    return {
      ...urlsBy((name) => this.#behind(name, name === "postgres" ? "provider" : name)),
      ...Object.fromEntries(
        services.map((name) => [databaseVariable(name), databaseUrl(postgresUrl, namespace, name)]),
      ),
    };
  }

  /** Runs `work` when what was done before with the server has ended. */
  inTurn(server: RemoteName, work: () => Promise<void>): Promise<void> {
    const turn = (this.#turns.get(server) ?? Promise.resolve()).then(work);
    this.#turns.set(
      server,
      turn.catch(() => undefined), // whoever asked is told
    );
    return turn;
  }

  /** The network is as it should be. */
  async calm(): Promise<void> {
    for (const proxy of Object.values(this.proxies)) {
      proxy.set("up", {});
      proxy.set("down", {});
      await proxy.accept();
    }
  }

  #behind(server: ServerName, remote: RemoteName): string {
    const url = new URL(this.all[server].url);
    url.port = String(this.proxies[remote].port);
    return url.href;
  }
}

const urlsBy = (urlOf: (name: ServerName) => string) => ({
  NATS_URL: urlOf("nats"),
  POSTGRES_URL: urlOf("postgres"),
  REDIS_URL: urlOf("redis"),
  MONGO_URL: urlOf("mongo"),
});
