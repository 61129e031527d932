import type { Service, ServiceSchema } from "moleculer";
import type { Runtime } from "../config/runtime";
import { messageOf } from "../lib/errors";
import { defineMixin } from "../lib/mesh/implement";
import { isMongoAway, mongoDatabase } from "../lib/store/mongo";
import { untilThere } from "../lib/until-there";
import { MongoAdapter } from "../lib/store/mongo-adapter";
import { moleculerDb } from "./moleculer-db";

export interface MongoOptions {
  readonly service: string;
  readonly url: string;
}

/** What this mixin adds to `this`. */
export interface MongoMembers {
  /** moleculer-db's adapter; made when the service is created, connected before it starts. */
  readonly adapter: MongoAdapter;
}

type This = Service & MongoMembers;

/**
 * Gives a service a MongoDB database by moleculer-db: connected before the service starts, which
 * waits for a server that is away; closed after it stopped. A server that refuses (a password, an
 * index that the documents contradict) ends the process.
 */
export function mongo({ config }: Runtime, { service, url }: MongoOptions): Partial<ServiceSchema> {
  const database = mongoDatabase(config.namespace, service);
  return defineMixin<This>({
    ...moleculerDb,
    adapter: new MongoAdapter({ url, database }),
    methods: {
      // moleculer-db calls this at start; left to itself it would try for ever, and log each try.
      async connect(this: This): Promise<void> {
        const { broker, logger } = this;
        const tryOnce = () => this.adapter.connect();
        const isOver = () => broker.stopping;
        try {
          await untilThere({ name: "MongoDB", logger, tryOnce, isAway: isMongoAway, isOver });
        } catch (error) {
          broker.fatal(`${database}: ${messageOf(error)}`, error as Error, true);
        }
      },
    },
  });
}
