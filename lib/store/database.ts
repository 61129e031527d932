import type { Client, QueryConfig, QueryResult } from "pg";
import type { Sequelize } from "sequelize";
import { setTimeout as sleep } from "node:timers/promises";
import { ExpectedError, unavailable } from "../errors";

/** Something that runs a parameterised statement: a database, or one transaction of it. */
export interface Queryable {
  /** Runs `sql` as a prepared statement. Values are only ever bound, never spliced. */
  query<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
}

const RETRYABLE = new Set(["40001", "40P01", "55P03"]);
const ATTEMPTS = 4;

/** The longest that a timer runs: 24 days. */
const LONGEST_MS = 2 ** 31 - 1;

/** The SQLSTATE or system error code of what the driver threw. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string"
    ? error.code
    : undefined;
}

/** Whether `error` is a unique violation of the named constraint or index. */
export const violates = (error: unknown, constraint: string): boolean =>
  sqlState(error) === "23505" && (error as { constraint?: string }).constraint === constraint;

/** Whether another try may succeed with nothing changed: locks, serialisation. */
export const isTransient = (error: unknown): boolean => RETRYABLE.has(sqlState(error) ?? "");

const CONNECTION_FAULT =
  /^(08|57P0|53|E(CONN|PIPE|TIMEDOUT|HOST|NET|NOTFOUND|AI_AGAIN)|Sequelize(Connection|HostNot))|Connection terminated|timeout exceeded when trying to connect|timeout expired|Client has encountered a connection error|Query read timeout|not queryable/i;

/** Whether the database is away, so that the fault is not the statement's. */
export const isUnavailable = (error: unknown): boolean =>
  (error instanceof ExpectedError && error.type === "SERVICE_UNAVAILABLE") ||
  CONNECTION_FAULT.test(sqlState(error) ?? "") ||
  (error instanceof Error &&
    (CONNECTION_FAULT.test(error.message) || CONNECTION_FAULT.test(error.name)));

/** Whether the server did not answer in time: its connection would wait for that answer for ever. */
const isSilent = (error: unknown): boolean =>
  error instanceof Error && error.message === "Query read timeout";

/**
 * Plain prepared statements on Sequelize's connection pool. Sequelize keeps models and reads; what
 * is atomic or hot goes through here, at a fifth of the cost (PERFORMANCE: broker, database).
 */
export class Database implements Queryable {
  readonly #sequelize: Sequelize;
  /** Statement names by text; texts are constants of the code, so this stays small. */
  readonly #names = new Map<string, string>();

  constructor(sequelize: Sequelize) {
    this.#sequelize = sequelize;
  }

  /** Connections in use and idle, and requests that wait for one. */
  get pool(): { readonly used: number; readonly idle: number; readonly waiting: number } {
    // Sequelize does not declare its pool (sequelize-pool's Pool).
    const { pool } = this.#sequelize.connectionManager as unknown as {
      pool: { using: number; available: number; waiting: number };
    };
    return { used: pool.using, idle: pool.available, waiting: pool.waiting };
  }

  async query<Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.#withClient((client) => this.#run<Row>(client, sql, values));
  }

  /**
   * Runs `work` in one transaction; a deadlock, lock timeout or serialisation failure runs it again,
   * so it must have no effect outside.
   */
  async transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    return this.#persist((client) => this.#transact(client, work));
  }

  /** One statement, as the building of an index, that may take as long as it needs, with memory to sort in. */
  async unhurried(sql: string): Promise<void> {
    // The driver's types do not know that a statement may have a limit of its own.
    const patient: QueryConfig & { query_timeout: number } = {
      text: sql,
      query_timeout: LONGEST_MS,
    };
    await this.#persist((client) =>
      this.#transact(client, async (tx) => {
        await tx.query(
          "SELECT set_config('statement_timeout', '0', true), set_config('maintenance_work_mem', '256MB', true)",
        );
        await client.query(patient);
      }),
    );
  }

  async #persist<T>(use: (client: Client) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#withClient(use);
      } catch (error) {
        if (attempt >= ATTEMPTS || !isTransient(error)) throw error;
        await sleep(Math.random() * 20 * 2 ** attempt);
      }
    }
  }

  async #transact<T>(client: Client, work: (tx: Queryable) => Promise<T>): Promise<T> {
    await client.query("BEGIN");
    try {
      const result = await work({
        query: (sql, values = []) => this.#run(client, sql, values),
      });
      await client.query("COMMIT");
      return result;
    } catch (error) {
      // A rollback that fails means the connection is gone, and with it the transaction.
      if (!isSilent(error)) await client.query("ROLLBACK").catch(() => undefined);
      throw error;
    }
  }

  async #run<Row extends object>(
    client: Client,
    text: string,
    values: readonly unknown[],
  ): Promise<Row[]> {
    let name = this.#names.get(text);
    if (!name) this.#names.set(text, (name = `s${this.#names.size}`));
    const result: QueryResult<Row> = await client.query({ name, text, values: [...values] });
    return result.rows;
  }

  async #withClient<T>(use: (client: Client) => Promise<T>): Promise<T> {
    const pool = this.#sequelize.connectionManager;
    try {
      // Sequelize types its pooled driver connection as an opaque object; on PostgreSQL it is pg's Client.
      const client = (await pool.getConnection({ type: "write" })) as unknown as Client;
      let silent = false;
      try {
        return await use(client);
      } catch (error) {
        silent = isSilent(error);
        throw error;
      } finally {
        if (silent) await pool.destroyConnection(client);
        else pool.releaseConnection(client);
      }
    } catch (error) {
      throw isUnavailable(error) ? unavailable(error) : error;
    }
  }
}
