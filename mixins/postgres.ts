import type { Service, ServiceSchema } from "moleculer";
import SequelizeAdapter from "moleculer-db-adapter-sequelize";
import type { Model, ModelAttributes, ModelOptions, ModelStatic, Sequelize } from "sequelize";
import { databaseOf, type Runtime } from "../config/runtime";
import { messageOf } from "../lib/errors";
import { defineMixin } from "../lib/mesh/implement";
import { meshMetrics } from "../lib/observability/mesh-metrics";
import { meterOf } from "../lib/observability/meter";
import { startSampler, type Sampler } from "../lib/observability/sampler";
import { Database, isUnavailable } from "../lib/store/database";
import { migrate, type Migration } from "../lib/store/migrate";
import { ensureDatabase, sequelizeOptions } from "../lib/store/postgres";
import { untilThere } from "../lib/until-there";
import { moleculerDb } from "./moleculer-db";

/** The service's main table, for reads by key and by list. Its schema comes from the migrations. */
export interface ModelDefinition {
  readonly name: string;
  readonly define: ModelAttributes;
  readonly options: ModelOptions;
}

export interface PostgresOptions {
  readonly service: string;
  readonly model: ModelDefinition;
  readonly migrations: readonly Migration[];
  readonly maxConnections?: number;
}

/** What this mixin adds to `this`. */
export interface PostgresMembers {
  /** Prepared statements and transactions. */
  readonly db: Database;
  /** Sequelize's model of the main table, connected by moleculer-db's adapter. */
  readonly model: ModelStatic<Model>;
}

type This = Service & {
  adapter: { connect(): Promise<void>; db: Sequelize };
  db?: Database;
  poolSampler?: Sampler | null;
};

const SAMPLE_MS = 5_000;

/**
 * Gives a service its own PostgreSQL database: created, migrated and connected (by moleculer-db with
 * the Sequelize adapter) before the service starts, closed after it stopped.
 */
export function postgres(runtime: Runtime, options: PostgresOptions): Partial<ServiceSchema> {
  const url = databaseOf(runtime, options.service);
  return defineMixin<This>({
    ...moleculerDb,
    adapter: new SequelizeAdapter({ ...sequelizeOptions(url, options), noSync: true }),
    model: options.model,
    methods: {
      // moleculer-db calls this at start; left to itself it would try each second, and log each try.
      async connect(this: This): Promise<void> {
        const tryOnce = async (): Promise<void> => {
          await ensureDatabase(url);
          await migrate(url, options.migrations);
          await this.adapter.connect();
        };
        const { broker, logger } = this;
        // Of a start that failed elsewhere: the embedded server is stopped under its clients.
        const isOver = () => broker.stopping;
        try {
          await untilThere({ name: "PostgreSQL", logger, tryOnce, isAway: isUnavailable, isOver });
        } catch (error) {
          broker.fatal(`migrating ${options.service}: ${messageOf(error)}`, error as Error, true);
        }
        this.db = new Database(this.adapter.db);
      },
    },
    started() {
      const { broker, logger } = this;
      const meter = meterOf(broker, meshMetrics);
      const sample = (): void => {
        for (const [state, count] of Object.entries(this.db?.pool ?? {})) {
          meter.set("mesh_database_connections", count, { service: options.service, state });
        }
      };
      this.poolSampler = startSampler(broker, {
        name: "the pool",
        everyMs: SAMPLE_MS,
        logger,
        sample,
      });
    },
    async stopped() {
      await this.poolSampler?.stop();
    },
  });
}
