import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Cluster, openCluster, SUPERUSER } from "../../lib/embedded/postgres/cluster";
import { findFreePort } from "../../lib/embedded/postgres/port";
import { type Server, startServer, stopServer } from "../../lib/embedded/postgres/server";
import { eventually } from "./eventually";
import { isRunning } from "./is-running";

/** A PostgreSQL of a test's own, which nobody brings back when it is stopped. */
export class PostgresServer {
  #server: Server | undefined;

  private constructor(
    readonly dataDir: string,
    readonly cluster: Cluster,
    readonly port: number,
  ) {}

  static async start(): Promise<PostgresServer> {
    const dataDir = await mkdtemp(join(tmpdir(), "souk-postgres-"));
    const cluster = await openCluster({ dataDir });
    const server = new PostgresServer(dataDir, cluster, await findFreePort());
    await server.start();
    return server;
  }

  get url(): string {
    return `postgres://${SUPERUSER}:${this.cluster.password}@127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    this.#server = await startServer(this.cluster, this.port);
  }

  /** As `pg_ctl stop -m immediate`: no transaction ends well, and the next start is a recovery. */
  async stopImmediately(): Promise<void> {
    const pid = this.#server?.pid;
    if (pid === undefined) return;
    process.kill(pid, "SIGQUIT");
    await eventually(async () => !isRunning(pid), { what: "PostgreSQL to end" });
    this.#server = undefined;
  }

  async remove(): Promise<void> {
    if (this.#server) await stopServer(this.cluster, this.#server);
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
