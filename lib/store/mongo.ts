import { Mongoose, type ConnectOptions } from "mongoose";
import { unavailable } from "../errors";

/** `<namespace>_<service>`, as the databases on PostgreSQL are called. */
export const mongoDatabase = (namespace: string, service: string): string =>
  `${namespace}_${service}`.toLowerCase().replace(/[^a-z0-9_]/g, "_");

/**
 * A Mongoose of a store's own, so that its settings are nobody else's. An operator inside a filter's
 * value must be marked with `trusted`: one that a client slipped in is compared as plain data.
 */
export const newMongoose = (): Mongoose =>
  new Mongoose({
    sanitizeFilter: true,
    // An unknown field is a mistake; stripped in silence it would leave a filter that finds all.
    strictQuery: "throw",
    bufferCommands: false,
    autoIndex: false,
    autoCreate: false,
  });

/**
 * What was acknowledged is on the disks of a majority, and only that is ever read: an event must not
 * tell of a write that a failover takes back. Nothing waits for ever.
 */
export const connectOptions = (database: string): ConnectOptions => ({
  dbName: database,
  appName: `souk:${database}`,
  writeConcern: { w: "majority", journal: true, wtimeoutMS: 2_500 },
  readConcern: { level: "majority" },
  readPreference: "primary",
  serverSelectionTimeoutMS: 2_500,
  connectTimeoutMS: 2_500,
  socketTimeoutMS: 3_000,
  waitQueueTimeoutMS: 2_500,
  heartbeatFrequencyMS: 2_000,
  maxPoolSize: 20,
});

const AWAY =
  /^Mongo(ose)?(Network|ServerSelection|PoolCleared|PoolClosed|WaitQueue|NotConnected|TopologyClosed|OperationTimeout|ClientClosed|ServerClosed)/;

/** A server that steps down, starts, stops or cannot confirm in time. */
const AWAY_CODES = new Set([
  6, 7, 50, 64, 89, 91, 134, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436,
]);

/** Whether the database is away, so that the fault is not the operation's. */
export const isMongoAway = (error: unknown): boolean =>
  error instanceof Error &&
  (AWAY.test(error.name) ||
    AWAY_CODES.has((error as { code?: number }).code ?? 0) ||
    // Mongoose's own words for a connection that is not there.
    /before initial connection|Connection was force closed/.test(error.message));

/** Runs an operation; throws SERVICE_UNAVAILABLE when the database is away. */
export async function reachingMongo<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isMongoAway(error) ? unavailable(error) : error;
  }
}

interface DuplicateKey {
  readonly keyPattern: Readonly<Record<string, unknown>>;
  readonly keyValue: Readonly<Record<string, unknown>>;
}

/** The unique field, and its value, that another document has already; null for any other error. */
export function duplicateOf(error: unknown): { field: string; value: unknown } | null {
  if (!(error instanceof Error) || (error as { code?: unknown }).code !== 11000) return null;
  const { keyPattern = {}, keyValue = {} } = error as Partial<DuplicateKey>;
  const field = Object.keys(keyPattern)[0] ?? "";
  return { field, value: keyValue[field] };
}
