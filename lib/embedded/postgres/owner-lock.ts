import { setTimeout as delay } from "node:timers/promises";
import { Client } from "pg";
import { isAlive } from "./process";

/** Any number will do: nobody else takes advisory locks in the database `postgres`. */
const LOCK_KEY = 5_432;
const HOLDER_PREFIX = "owner-pid-";
/** How long the server may take to notice that the last owner died. */
const DEAD_OWNER_GRACE_MS = 2_000;
/** The same when its process id lives on, be it as a zombie or as somebody else. */
const LIVING_OWNER_GRACE_MS = 250;

export class FolderInUseError extends Error {}

/**
 * Makes this process the only one that uses the server. PostgreSQL ends the ownership with the
 * connection, thus also when we are killed.
 * @throws FolderInUseError when another process is the owner
 */
export async function takeOwnership(url: string, folder: string): Promise<Client> {
  const client = new Client({
    connectionString: `${url}/postgres`,
    application_name: `${HOLDER_PREFIX}${process.pid}`,
    connectionTimeoutMillis: 5_000,
  });
  // A lost connection without a listener would end the process; whoever awaits us gets the error too.
  client.on("error", () => undefined);
  try {
    await client.connect();
    await acquire(client, folder);
    return client;
  } catch (error) {
    await client.end();
    throw error;
  }
}

async function acquire(client: Client, folder: string): Promise<void> {
  const start = performance.now();
  while (!(await tryLock(client))) {
    const holder = await holderOf(client);
    const grace = isAlive(holder ?? 0) ? LIVING_OWNER_GRACE_MS : DEAD_OWNER_GRACE_MS;
    if (performance.now() - start > grace) {
      throw new FolderInUseError(`${folder} is in use by process ${holder ?? "(unknown)"}.`);
    }
    await delay(25);
  }
}

async function tryLock(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>(
    "select pg_try_advisory_lock($1) as locked",
    [LOCK_KEY],
  );
  return rows[0]?.locked === true;
}

/** @returns the owner's process id; undefined when it let go meanwhile */
async function holderOf(client: Client): Promise<number | undefined> {
  const { rows } = await client.query<{ name: string }>(
    `select a.application_name as name
       from pg_locks l join pg_stat_activity a on a.pid = l.pid
      where l.locktype = 'advisory' and l.classid = 0 and l.objid = $1 and l.granted`,
    [LOCK_KEY],
  );
  const name = rows[0]?.name;
  return name?.startsWith(HOLDER_PREFIX) ? Number(name.slice(HOLDER_PREFIX.length)) : undefined;
}
