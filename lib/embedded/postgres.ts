import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "pg";
import { type Cluster, openCluster, readPassword, SUPERUSER } from "./postgres/cluster";
import { FolderInUseError, takeOwnership } from "./postgres/owner-lock";
import { findFreePort } from "./postgres/port";
import { isAlive } from "./postgres/process";
import {
  findServer,
  runningServer,
  type Server,
  ServerStartError,
  startServer,
  stopServer,
} from "./postgres/server";

/** A PostgreSQL that lives in a folder of ours and survives the death of this process. */
export interface EmbeddedPostgres {
  /** postgres://… without a database name, of a superuser; constant until `stop`. */
  readonly url: string;
  /** True when this start made the cluster. */
  readonly created: boolean;
  /** Shuts the server down and waits until its process is gone. */
  stop(): Promise<void>;
}

interface Held {
  readonly server: Server;
  readonly owner: Client;
}

type Log = (line: string) => void;

const SETTLE_TIMEOUT_MS = 60_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Starts PostgreSQL in `<dataDir>/postgres`, or takes over the one that a killed process left running.
 * @throws FolderInUseError when another living process uses the folder, ServerStartError
 */
export async function startEmbeddedPostgres(options: {
  dataDir: string;
  log?: Log;
}): Promise<EmbeddedPostgres> {
  if (process.platform === "win32") {
    throw new Error(
      "Embedded PostgreSQL needs Linux or macOS; use a PostgreSQL server of your own.",
    );
  }
  const log = options.log ?? (() => undefined);
  const cluster = await openCluster(options);
  const held = await hold(cluster, { log });
  const { stop } = keep(cluster, held, log);
  return { url: urlOf(cluster, held.server), created: cluster.created, stop };
}

/**
 * The URL of the server that runs on `<dataDir>/postgres`, for somebody who only wants to look: it is
 * neither taken over nor kept alive. Null when none runs.
 */
export async function findEmbeddedPostgres(dataDir: string): Promise<string | null> {
  const folder = join(await realpath(dataDir), "postgres");
  const [password, server] = [await readPassword(folder), await runningServer(folder)];
  return password === undefined || !server ? null : urlOf({ password }, server);
}

/** Brings the server back whenever it is lost, on the same port, since every client holds the URL. */
function keep(cluster: Cluster, first: Held, log: Log) {
  const stopping = new AbortController();
  let held: Held | undefined;
  let mending = Promise.resolve();

  const watch = (current: Held): void => {
    held = current;
    current.owner.once("error", (error: Error) => {
      if (!stopping.signal.aborted) log(`Lost PostgreSQL in ${cluster.folder}: ${error.message}`);
    });
    current.owner.once("end", () => {
      if (!stopping.signal.aborted) mending = mend();
    });
  };
  const mend = async (): Promise<void> => {
    // Without the ownership the server may be somebody else's, and not ours to stop.
    held = undefined;
    const regained = await regain(cluster, { log, port: first.server.port }, stopping.signal);
    if (regained) watch(regained);
  };
  const stop = async (): Promise<void> => {
    stopping.abort();
    await mending;
    if (held) await release(cluster, held);
    process.off("exit", endInHaste);
  };
  // A process that ends without `stop` has no time to wait, but leaves no server to nobody either.
  const endInHaste = (): void => {
    if (held && isAlive(held.server.pid)) process.kill(held.server.pid, "SIGINT");
  };

  process.once("exit", endInHaste);
  watch(first);
  let stopped: Promise<void> | undefined;
  return { stop: () => (stopped ??= stop()) };
}

async function regain(
  cluster: Cluster,
  options: { log: Log; port: number },
  signal: AbortSignal,
): Promise<Held | undefined> {
  let pause = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    try {
      return await hold(cluster, options);
    } catch (error) {
      options.log(`PostgreSQL is not back yet: ${(error as Error).message}`);
    }
    await pauseUnless(signal, pause);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }
  return undefined;
}

/** The ownership goes last, so that nobody takes over a server which we are about to stop. */
async function release(cluster: Cluster, { server, owner }: Held): Promise<void> {
  await stopServer(cluster, server);
  await owner.end();
}

/** Becomes the owner of the server, found or started. */
async function hold(cluster: Cluster, { log, port }: { log: Log; port?: number }): Promise<Held> {
  const deadline = performance.now() + SETTLE_TIMEOUT_MS;
  for (;;) {
    try {
      const found = await findServer(cluster);
      const held = found ? await own(cluster, found) : await startOwned(cluster, port);
      const { pid, port: at } = held.server;
      log(`PostgreSQL ${found ? "taken over" : "started"}: pid ${pid}, port ${at}.`);
      return held;
    } catch (error) {
      if (!isPassing(error) || performance.now() > deadline) throw explain(error, cluster);
    }
    await delay(50);
  }
}

async function own(cluster: Cluster, server: Server): Promise<Held> {
  return { server, owner: await takeOwnership(urlOf(cluster, server), cluster.folder) };
}

async function startOwned(cluster: Cluster, port: number | undefined): Promise<Held> {
  const server = await startServer(cluster, port ?? (await findFreePort()));
  try {
    return await own(cluster, server);
  } catch (error) {
    // Somebody else may own it already; any other failure must not leave a server behind.
    if (!(error instanceof FolderInUseError)) await stopServer(cluster, server);
    throw error;
  }
}

/** A server that starts, stops or recovers at this moment, and one that died a moment ago. */
function isPassing(error: unknown): boolean {
  if (error instanceof ServerStartError) return error.passing;
  const { code, message } = error as NodeJS.ErrnoException;
  const passingCodes = ["57P01", "57P02", "57P03", "ECONNREFUSED", "ECONNRESET", "EPIPE"];
  return passingCodes.includes(code ?? "") || message === "Connection terminated unexpectedly";
}

/** The driver's errors ("timeout expired") do not say which of many servers they mean. */
function explain(error: unknown, { folder }: Cluster): unknown {
  if (error instanceof ServerStartError || error instanceof FolderInUseError) return error;
  const { message } = error as Error;
  return new Error(`PostgreSQL in ${folder} cannot be used: ${message}`, { cause: error });
}

function urlOf({ password }: Pick<Cluster, "password">, { port }: Server): string {
  return `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}`;
}

async function pauseUnless(signal: AbortSignal, ms: number): Promise<void> {
  await delay(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
