import type { Transport } from "../lib/messaging/transport";
import { databaseUrl } from "../lib/store/postgres";
import type { Config } from "./env";

/** What a service is given besides its own folder: no service looks for infrastructure by itself. */
export interface Runtime {
  readonly config: Config;
  /** The PostgreSQL server in use, embedded or not. */
  readonly postgresUrl: string;
  readonly transport: Transport;
  /** Adds a line to the summary that is printed once the shop is ready. */
  announce(line: string): void;
}

/** The database of a service, or of a part of one that keeps its own (`sandbox`). */
export const databaseOf = ({ config, postgresUrl }: Runtime, name: string): string =>
  (config.databaseUrls as Readonly<Record<string, string>>)[name] ??
  databaseUrl(postgresUrl, config.namespace, name);
