import { findFreePort } from "../lib/embedded/postgres/port";
import { MongoServer } from "../test/support/mongo-server";
import { NatsServer } from "../test/support/nats-server";
import { PostgresServer } from "../test/support/postgres-server";
import { RedisServer } from "../test/support/redis-server";
import { TcpProxy } from "./tcp-proxy";

export const serverNames = ["nats", "postgres", "redis", "mongo"] as const;
export type ServerName = (typeof serverNames)[number];

interface Standing {
  readonly url: string;
  readonly proxy: TcpProxy;
  /** As the process dies that is killed at the worst moment; its data stay, if it keeps any. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

async function standing<
  Server extends Omit<Standing, "proxy" | "kill"> & { readonly port: number },
>(server: Server, kill: (server: Server) => Promise<void>): Promise<Standing> {
  return {
    url: server.url,
    proxy: await TcpProxy.start(server.port, await findFreePort()),
    kill: () => kill(server),
    start: () => server.start(),
  };
}

/** The servers of a cluster, and before each a proxy, through which the cluster reaches it. */
export class ChaosServers {
  readonly #turns = new Map<ServerName, Promise<void>>();

  private constructor(
    readonly forget: (server: "redis" | "nats") => Promise<void>,
    readonly all: Readonly<Record<ServerName, Standing>>,
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
      nats: await standing(nats, (server) => server.kill()),
      postgres: await standing(postgres, (server) => server.stopImmediately()),
      redis: await standing(redis, (server) => server.kill()),
      mongo: await standing(mongo, (server) => server.kill()),
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
      for (const { proxy } of Object.values(all)) proxy.close();
      await Promise.all([nats, postgres, redis, mongo].map((server) => server.remove()));
    };
    return new ChaosServers((server) => forget[server](), all, remove);
  }

  /** Where the servers themselves are, for who is not to be disturbed. */
  get urls() {
    return this.#urls((name) => this.all[name].url);
  }

  /** Where the cluster reaches them. */
  get env() {
    return this.#urls((name) => {
      const url = new URL(this.all[name].url);
      url.port = String(this.all[name].proxy.port);
      return url.href;
    });
  }

  /** Runs `work` when what was done before with the server has ended. */
  inTurn(server: ServerName, work: () => Promise<void>): Promise<void> {
    const turn = (this.#turns.get(server) ?? Promise.resolve()).then(work);
    this.#turns.set(
      server,
      turn.catch(() => undefined), // whoever asked is told
    );
    return turn;
  }

  /** The network is as it should be. */
  async calm(): Promise<void> {
    for (const { proxy } of Object.values(this.all)) {
      proxy.set("up", {});
      proxy.set("down", {});
      await proxy.accept();
    }
  }

  #urls(urlOf: (name: ServerName) => string) {
    return {
      NATS_URL: urlOf("nats"),
      POSTGRES_URL: urlOf("postgres"),
      REDIS_URL: urlOf("redis"),
      MONGO_URL: urlOf("mongo"),
    };
  }
}
