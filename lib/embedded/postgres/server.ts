import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { open, readFile, rename, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { commandAs } from "./account";
import { ignoring } from "./ignoring";
import type { Cluster } from "./cluster";
import { commandLineOf, isAlive, waitUntil } from "./process";
import { SERVER_SETTINGS } from "./settings";

const READY_TIMEOUT_MS = 60_000;
const FAST_STOP_MS = 5_000;
const IMMEDIATE_STOP_MS = 10_000;
const LOG_MAX_BYTES = 5_000_000;
const LOG_TAIL_LINES = 15;

/** A running postmaster. */
export interface Server {
  readonly pid: number;
  readonly port: number;
}

/** Why no server came up; `passing` when another attempt may succeed. */
export class ServerStartError extends Error {
  constructor(
    message: string,
    readonly passing: boolean,
  ) {
    super(message);
  }
}

interface PidFile extends Server {
  readonly status: string;
}

/** Finds the server that runs on this cluster, whoever started it, and waits until it is ready. */
export async function findServer(cluster: Cluster): Promise<Server | undefined> {
  let noted: PidFile | undefined;
  const settled = await waitUntil(async () => {
    noted = await readPidFile(cluster.folder);
    if (noted === undefined || noted.status === "ready") return true;
    return !(await runs(cluster, noted.pid));
  }, READY_TIMEOUT_MS);
  if (!settled)
    throw new Error(`PostgreSQL in ${cluster.folder} has been ${noted?.status} too long.`);
  if (noted === undefined) return undefined;
  if (await runs(cluster, noted.pid)) return noted;
  await forgetStranger(cluster.folder, noted.pid);
  return undefined;
}

/** The server that is ready on a cluster's folder at this moment; touches nothing. */
export async function runningServer(folder: string): Promise<Server | undefined> {
  const noted = await readPidFile(folder);
  return noted?.status === "ready" && (await runs({ folder }, noted.pid)) ? noted : undefined;
}

/** @throws ServerStartError with the last lines of the server's log */
export async function startServer(cluster: Cluster, port: number): Promise<Server> {
  const log = await openLog(cluster.logFile);
  const logStart = (await log.stat()).size;
  const settings = Object.entries(SERVER_SETTINGS).flatMap(([key, value]) => [
    "-c",
    `${key}=${value}`,
  ]);
  const command = commandAs(cluster.account, cluster.binaries.postgres, [
    ...["-D", cluster.folder, "-p", `${port}`],
    ...settings,
  ]);
  // A session of its own: Ctrl-C reaches us alone, and we stop the server when all else has stopped.
  const child = spawn(command.file, command.args, {
    ...command.options,
    detached: true,
    stdio: ["ignore", log.fd, log.fd],
  });
  await once(child, "spawn").finally(() => log.close());
  child.unref();
  const server = await untilReady(child, cluster);
  if (server) return server;
  throw await startError(cluster, logStart);
}

/** Resolves when the postmaster, which outlives its children, is gone. */
export async function stopServer(cluster: Cluster, { pid }: Server): Promise<void> {
  const gone = async (): Promise<boolean> => !(await runs(cluster, pid));
  if (await gone()) return;
  process.kill(pid, "SIGINT");
  if (await waitUntil(gone, FAST_STOP_MS)) return;
  process.kill(pid, "SIGQUIT");
  if (await waitUntil(gone, IMMEDIATE_STOP_MS)) return;
  throw new Error(`PostgreSQL (pid ${pid}) in ${cluster.folder} does not stop.`);
}

/** The process id alone does not tell: after a reboot it may be anybody's. */
async function runs(cluster: Pick<Cluster, "folder">, pid: number): Promise<boolean> {
  return (await commandLineOf(pid)).includes(`-D ${cluster.folder} -p `);
}

async function untilReady(child: ChildProcess, cluster: Cluster): Promise<Server | undefined> {
  let noted: PidFile | undefined;
  const exited = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const settled = await waitUntil(async () => {
    noted = await readPidFile(cluster.folder);
    return exited() || (noted?.pid === child.pid && noted?.status === "ready");
  }, READY_TIMEOUT_MS);
  if (!settled) throw new Error(`PostgreSQL is not ready after a minute, see ${cluster.logFile}`);
  return exited() ? undefined : noted;
}

async function readPidFile(folder: string): Promise<PidFile | undefined> {
  const text = await readFile(join(folder, "postmaster.pid"), "utf8").catch(
    ignoring("ENOENT", undefined),
  );
  const lines = text?.split("\n");
  if (!lines?.[0]) return undefined;
  return { pid: Number(lines[0]), port: Number(lines[3]), status: lines[7]?.trim() ?? "starting" };
}

/** PostgreSQL takes any living process of that id for its own and would not start. */
async function forgetStranger(folder: string, pid: number): Promise<void> {
  const path = join(folder, "postmaster.pid");
  if ((await commandLineOf(pid)).includes("postgres")) {
    throw new Error(
      `${path} names process ${pid}, a PostgreSQL that this program did not start. ` +
        `Stop it, or delete the file if that process serves another folder.`,
    );
  }
  if (!isAlive(pid) || (await readPidFile(folder))?.pid !== pid) return;
  await unlink(path).catch(ignoring("ENOENT", undefined));
}

async function openLog(path: string) {
  const size = await stat(path).then((found) => found.size, ignoring("ENOENT", 0));
  if (size > LOG_MAX_BYTES) await rename(path, `${path}.1`);
  return open(path, "a", 0o600);
}

async function startError(cluster: Cluster, logStart: number): Promise<ServerStartError> {
  const written = (await readFile(cluster.logFile)).subarray(logStart).toString("utf8").trim();
  const tail = written.split("\n").slice(-LOG_TAIL_LINES).join("\n");
  // Another process may hold the port, or be starting the same server, or orphans of a killed one still end.
  const passing =
    /could not bind|lock file "postmaster.pid" already exists|pre-existing shared memory/;
  const message = `PostgreSQL did not start in ${cluster.folder}, ${cluster.logFile} says:\n${tail}`;
  return new ServerStartError(message, passing.test(written));
}
