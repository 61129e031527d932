import { Client, type QueryResult } from "pg";
import "../lib/store/postgres"; // int8 as a number, also here

const FETCH = 1_000;

/** What a database said at one moment, however long reading it takes. */
export class Snapshot {
  #cursors = 0;
  #last: Promise<unknown> = Promise.resolve();

  /** `client` is in a transaction that sees one snapshot; whoever made it ends it. */
  constructor(readonly client: Client) {}

  static async open(url: string): Promise<Snapshot> {
    const client = await connect(url);
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    // The snapshot is taken by the first statement, not by BEGIN.
    await client.query("SELECT 1");
    return new Snapshot(client);
  }

  async query<Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.#run<Row>(sql, values)).rows;
  }

  /** Rows in the statement's order, a thousand in memory at a time. */
  async *stream<Row extends object>(
    sql: string,
    values: readonly unknown[] = [],
  ): AsyncGenerator<Row> {
    const name = `verify_${++this.#cursors}`;
    await this.#run(`DECLARE ${name} NO SCROLL CURSOR FOR ${sql}`, values);
    for (;;) {
      const { rows } = await this.#run<Row>(`FETCH ${FETCH} FROM ${name}`);
      yield* rows;
      if (rows.length < FETCH) break;
    }
    await this.#run(`CLOSE ${name}`);
  }

  async close(): Promise<void> {
    await this.client.end();
  }

  /** One after the other: several streams may be read from one snapshot. */
  #run<Row extends object>(
    sql: string,
    values: readonly unknown[] = [],
  ): Promise<QueryResult<Row>> {
    const result = this.#last.then(() => this.client.query<Row>(sql, [...values]));
    this.#last = result.catch(() => undefined); // whoever asked is told
    return result;
  }
}

/** A connection that may think for as long as it takes, and is seen for what it is. */
export async function connect(url: string): Promise<Client> {
  const client = new Client({
    connectionString: url,
    application_name: "souk:verify",
    connectionTimeoutMillis: 5_000,
  });
  // Without a listener, a server that goes away would end the process; the query in hand rejects too.
  client.on("error", () => undefined);
  await client.connect();
  await client.query(
    "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET TimeZone = 'UTC'",
  );
  return client;
}
