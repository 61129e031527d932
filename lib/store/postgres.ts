import { Client, types } from "pg";
import type { Options } from "sequelize";
import { sqlState } from "./database";

const STATEMENT_MS = 10_000;
/** A server that takes connections and says nothing is away. */
export const CONNECT_MS = 3_000;

// int8 as a number: amounts and sequences stay far below 2^53.
types.setTypeParser(types.builtins.INT8, Number);

/** `<namespace>_<service>` on the server of `serverUrl`. */
export function databaseUrl(serverUrl: string, namespace: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${`${namespace}_${name}`.toLowerCase().replace(/[^a-z0-9_]/g, "_")}`;
  return url.toString();
}

/** Creates the database of `url` unless it is there; safe when several nodes start at once. */
export async function ensureDatabase(url: string): Promise<void> {
  const name = decodeURIComponent(new URL(url).pathname.slice(1));
  const probe = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_MS });
  try {
    await probe.connect();
    return;
  } catch (error) {
    if (sqlState(error) !== "3D000") throw error;
  } finally {
    await probe.end().catch(() => undefined);
  }
  const admin = new URL(url);
  admin.pathname = "/postgres";
  const client = new Client({
    connectionString: admin.toString(),
    connectionTimeoutMillis: CONNECT_MS,
  });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  } catch (error) {
    // Another node was faster: 42P04 it exists, 23505 it is being created this moment.
    if (!["42P04", "23505"].includes(sqlState(error) ?? "")) throw error;
  } finally {
    await client.end();
  }
}

export interface PoolOptions {
  readonly service: string;
  readonly maxConnections?: number;
}

/** Sequelize's options: a bounded pool, and no statement, lock or idle transaction that lasts for ever. */
export function sequelizeOptions(url: string, options: PoolOptions): Options {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url);
  const ssl = ["require", "verify-full"].includes(searchParams.get("sslmode") ?? "");
  return {
    dialect: "postgres",
    host: decodeURIComponent(hostname),
    port: Number(port || 5432),
    username: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
    logging: false,
    pool: { max: options.maxConnections ?? 8, min: 0, idle: 30_000, acquire: 4_000, evict: 10_000 },
    retry: { max: 0 },
    dialectOptions: {
      application_name: `souk:${options.service}`,
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_MS,
      statement_timeout: STATEMENT_MS,
      // For a server that is gone without a word: its own limit ends nothing then.
      query_timeout: STATEMENT_MS + 1_000,
      lock_timeout: 5_000,
      idle_in_transaction_session_timeout: 5_000,
      ...(ssl
        ? { ssl: { rejectUnauthorized: searchParams.get("sslmode") === "verify-full" } }
        : {}),
    },
  };
}
