import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "pg";
import { type Cluster, openCluster, SUPERUSER } from "./postgres/cluster";
import { FolderInUseError, takeOwnership } from "./postgres/owner-lock";
import { findFreePort } from "./postgres/port";
import {
  findServer,
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

const SETTLE_TIMEOUT_MS = 60_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Starts PostgreSQL in `<dataDir>/postgres`, or takes over the one that a killed process left running.
 * @throws FolderInUseError when another living process uses the folder, ServerStartError
 */
export async function startEmbeddedPostgres(options: {
  dataDir: string;
  log?: (line: string) => void;
}): Promise<EmbeddedPostgres> {
  if (process.platform === "win32") {
    throw new Error(
      "Embedded PostgreSQL needs Linux or macOS; use a PostgreSQL server of your own.",
    );
  }
  const log = options.log ?? (() => undefined);
  const cluster = await openCluster(options);
  const held = await hold(cluster, { log });
  const keeper = keep(cluster, held, log);
  return {
    url: urlOf(cluster, held.server),
    created: cluster.created,
    stop: () => keeper.stop(),
  };
}

/** Brings the server back whenever it is lost, on the same port, since every client holds the URL. */
function keep(cluster: Cluster, first: Held, log: (line: string) => void) {
  const stopping = new AbortController();
  let held = first;
  let mending = Promise.resolve();
  let stopped: Promise<void> | undefined;

  const watch = (): void => {
    held.owner.on("error", (error) => {
      if (!stopping.signal.aborted) log(`Lost PostgreSQL in ${cluster.folder}: ${error.message}`);
    });
    held.owner.once("end", () => {
      if (!stopping.signal.aborted) mending = mend();
    });
  };
  const mend = async (): Promise<void> => {
    for (let pause = FIRST_PAUSE_MS; !stopping.signal.aborted;) {
      try {
        held = await hold(cluster, { log, port: first.server.port });
        return watch();
      } catch (error) {
        log(`PostgreSQL is not back yet: ${(error as Error).message}`);
      }
      await pauseUnless(stopping.signal, pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    }
  };
  const stop = async (): Promise<void> => {
    stopping.abort();
    await mending;
    await stopServer(cluster, held.server);
    // Last, so that nobody takes over a server which we are about to stop.
    await held.owner.end();
  };

  watch();
  return { stop: () => (stopped ??= stop()) };
}

/** Becomes the owner of the server, found or started. */
async function hold(
  cluster: Cluster,
  { log, port }: { log: (line: string) => void; port?: number },
): Promise<Held> {
  const deadline = Date.now() + SETTLE_TIMEOUT_MS;
  for (;;) {
    try {
      const found = await findServer(cluster);
      const held = found ? await own(cluster, found) : await startOwned(cluster, port);
      const { pid, port: at } = held.server;
      log(`PostgreSQL ${found ? "taken over" : "started"}: pid ${pid}, port ${at}.`);
      return held;
    } catch (error) {
      if (!isPassing(error) || Date.now() > deadline) throw error;
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

function urlOf(cluster: Cluster, { port }: Server): string {
  return `postgres://${SUPERUSER}:${cluster.password}@127.0.0.1:${port}`;
}

async function pauseUnless(signal: AbortSignal, ms: number): Promise<void> {
  await delay(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
