import type { Transport } from "../lib/messaging/transport";
import { databaseUrl } from "../lib/store/postgres";
import type { Config } from "./env";

/** What a service is given besides its own folder: no service looks for infrastructure by itself. */
export interface Runtime {
  readonly config: Config;
  /** The PostgreSQL server in use, embedded or not; empty where no service of this process needs one. */
  readonly postgresUrl: string;
  readonly transport: Transport;
  /** Adds a line to the summary that is printed once the shop is ready. */
  announce(line: string): void;
}

/** The database of a service. */
export const databaseOf = (
  {
    config,
    postgresUrl,
  }: { config: Pick<Config, "databaseUrls" | "namespace">; postgresUrl: string },
  service: string,
): string =>
  (config.databaseUrls as Readonly<Record<string, string>>)[service] ??
  databaseUrl(postgresUrl, config.namespace, service);
