import { inject } from "vitest";
import { mongoIsThere, MongoServer } from "./mongo-server";
import { NatsServer, natsIsThere } from "./nats-server";
import { RedisServer, redisIsThere } from "./redis-server";

/** Whether the servers of a cluster can be started here; in CI they must be. */
export const clusterServersAreThere = (): boolean =>
  natsIsThere() && redisIsThere() && mongoIsThere();

/** NATS, Redis and MongoDB of a test's own, beside the run's PostgreSQL. */
export class ClusterServers {
  private constructor(
    readonly nats: NatsServer,
    readonly redis: RedisServer,
    readonly mongo: MongoServer,
  ) {}

  static async start(): Promise<ClusterServers> {
    const [nats, redis, mongo] = await Promise.all([
      NatsServer.start(),
      RedisServer.start(),
      MongoServer.start(),
    ]);
    return new ClusterServers(nats, redis, mongo);
  }

  /** What tells a process where they are. */
  get env(): Record<"NATS_URL" | "POSTGRES_URL" | "MONGO_URL" | "REDIS_URL", string> {
    return {
      NATS_URL: this.nats.url,
      POSTGRES_URL: inject("postgresUrl"),
      MONGO_URL: this.mongo.url,
      REDIS_URL: this.redis.url,
    };
  }

  async remove(): Promise<void> {
    await Promise.all([this.nats.remove(), this.redis.remove(), this.mongo.remove()]);
  }
}
