import { Client } from "pg";
import type { Umzug } from "umzug";
import { CONNECT_MS } from "./postgres";

/** A step of a schema's history. Once released it is never changed; the next one follows it. */
export interface Migration {
  /** `0001_orders`; sorted by this. */
  readonly name: string;
  readonly sql: string;
}

/** Any constant number: all nodes of a service queue up behind the same lock. */
const MIGRATION_LOCK = 7_041_776;

/** Brings the database of `url` to the newest schema; nodes that start together take turns. */
export async function migrate(url: string, migrations: readonly Migration[]): Promise<void> {
  const client = new Client({
    connectionString: url,
    application_name: "souk:migrate",
    connectionTimeoutMillis: CONNECT_MS,
  });
  await client.connect();
  try {
    await client.query("SELECT pg_advisory_lock($1)", [MIGRATION_LOCK]);
    await client.query("SET lock_timeout = '5s'");
    await client.query(
      "CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY, run_at timestamptz NOT NULL DEFAULT now())",
    );
    const done = new Set(await executed(client));
    if (migrations.every(({ name }) => done.has(name))) return;
    await (await umzugOf(client, migrations)).up();
  } finally {
    await client.end();
  }
}

async function executed(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>("SELECT name FROM migration");
  return rows.map((row) => row.name);
}

async function umzugOf(client: Client, migrations: readonly Migration[]): Promise<Umzug> {
  // 10 MB and 50 ms, which most starts can do without.
  const { Umzug } = await import("umzug");
  return new Umzug({
    logger: undefined,
    migrations: migrations.map(({ name, sql }) => ({
      name,
      // One implicit transaction: a migration that fails leaves nothing behind.
      up: async () => {
        const literal = client.escapeLiteral(name);
        await client.query(
          `BEGIN; ${sql}; INSERT INTO migration (name) VALUES (${literal}); COMMIT`,
        );
      },
    })),
    storage: {
      logMigration: async () => undefined, // written in the migration's own transaction
      unlogMigration: async ({ name }) => {
        await client.query("DELETE FROM migration WHERE name = $1", [name]);
      },
      executed: () => executed(client),
    },
  });
}
