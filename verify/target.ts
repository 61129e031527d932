import { existsSync } from "node:fs";
import { join } from "node:path";
import { databaseOf } from "../config/runtime";
import type { Stores } from "../config/env";
import { findEmbeddedPostgres, startEmbeddedPostgres } from "../lib/embedded/postgres";
import { databaseUrl } from "../lib/store/postgres";
import { databaseNames, type DatabaseName } from "./check";
import { cartsFile, cartsRedis } from "./sources/carts";
import { catalogFile, catalogMongo } from "./sources/catalog";
import type { Source } from "./sources/source";
import { StreamSource } from "./sources/stream";

/** Where a shop keeps everything. */
export interface Target {
  readonly databases: Readonly<Record<DatabaseName, string>>;
  readonly sources: readonly Source[];
  readonly stream: StreamSource | undefined;
  readonly postgresUrl: string;
  /** Whether nobody works on it, so that what is under way will stay so. */
  readonly atRest: boolean;
  close(): Promise<void>;
}

/**
 * Finds the stores of a shop. Embedded: joins its PostgreSQL while that runs, and starts it for as
 * long as this lasts when it does not. Throws when one of them cannot be reached.
 */
export async function openTarget(stores: Stores): Promise<Target> {
  const { dataDir, namespace, natsUrl, mongoUrl, redisUrl } = stores;
  const postgres = await openPostgres(stores);
  const stream = natsUrl ? await StreamSource.open(stores, natsUrl) : undefined;
  const { url: postgresUrl } = postgres;
  const urlOf = (name: DatabaseName): string =>
    name === "sandbox"
      ? databaseUrl(postgresUrl || (stores.databaseUrls.payments ?? ""), namespace, name)
      : databaseOf({ config: stores, postgresUrl }, name);
  return {
    // One entry for each name.
    databases: Object.fromEntries(databaseNames.map((name) => [name, urlOf(name)])) as Record<
      DatabaseName,
      string
    >,
    sources: [
      mongoUrl ? catalogMongo(mongoUrl, namespace) : catalogFile(dataDir),
      redisUrl ? cartsRedis(redisUrl, namespace) : cartsFile(dataDir),
      ...(stream ? [stream] : []),
    ],
    stream,
    postgresUrl,
    atRest: postgres.own,
    close: async () => {
      await stream?.close();
      await postgres.stop();
    },
  };
}

async function openPostgres({ postgresUrl, dataDir }: Stores) {
  const nothing = async (): Promise<void> => undefined;
  if (postgresUrl) return { url: postgresUrl, own: false, stop: nothing };
  if (!existsSync(join(dataDir, "postgres"))) throw new Error(`there is no shop in ${dataDir}`);
  const running = await findEmbeddedPostgres(dataDir);
  if (running) return { url: running, own: false, stop: nothing };
  const embedded = await startEmbeddedPostgres({ dataDir });
  return { url: embedded.url, own: true, stop: () => embedded.stop() };
}
