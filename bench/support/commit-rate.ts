import { Client } from "pg";
import { inParallel } from "./statistics";

const ROWS = 100_000;

/**
 * Durable commits a second of a PostgreSQL, as `pgbench -N` counts them: one update and one insert
 * on spread rows in one prepared statement, each its own transaction, from `clients` connections.
 */
export async function commitRate(url: string, clients: number, seconds: number): Promise<number> {
  const connections = await Promise.all(
    Array.from({ length: clients }, async () => {
      const client = new Client({ connectionString: url });
      await client.connect();
      return client;
    }),
  );
  const [first] = connections;
  if (!first) throw new RangeError("no clients");
  await first.query(`
    DROP TABLE IF EXISTS bench_account, bench_history;
    CREATE TABLE bench_account (id int PRIMARY KEY, balance int NOT NULL) WITH (fillfactor = 80);
    CREATE TABLE bench_history (account int, delta int, at timestamptz DEFAULT now());
    INSERT INTO bench_account SELECT i, 0 FROM generate_series(1, ${ROWS}) i;`);
  let commits = 0;
  const free = [...connections];
  const end = performance.now() + seconds * 1000;
  await inParallel(clients, end, async () => {
    const client = free.pop();
    if (!client) throw new Error("more workers than connections");
    await client.query({
      name: "commit",
      text: `WITH moved AS (UPDATE bench_account SET balance = balance + $2 WHERE id = $1)
             INSERT INTO bench_history (account, delta) VALUES ($1, $2)`,
      values: [1 + Math.floor(Math.random() * ROWS), 1],
    });
    commits++;
    free.push(client);
  });
  await first.query("DROP TABLE bench_account, bench_history");
  await Promise.all(connections.map((client) => client.end()));
  return commits / seconds;
}
