import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "./eventually";

const root = join(__dirname, "../..");

/** A shop as its users run it: `npm start`'s script in a process group of its own. */
export class ShopProcess {
  #child: ChildProcess | undefined;
  /** All that the process wrote. */
  output = "";
  url = "";

  private constructor(
    readonly dataDir: string,
    readonly env: Readonly<Record<string, string>>,
  ) {}

  static async create(env: Readonly<Record<string, string>>): Promise<ShopProcess> {
    return new ShopProcess(await mkdtemp(join(tmpdir(), "souk-process-")), env);
  }

  /** Starts on this data folder; resolves when the summary is out. */
  async start(): Promise<void> {
    this.output = "";
    const child = spawn(process.execPath, [join(root, "scripts/start.mjs")], {
      cwd: root,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        PATH: process.env.PATH,
        DATA_DIR: this.dataDir,
        PORT: "0",
        HOST: "127.0.0.1",
        METRICS_PORT: "off",
        RATE_LIMIT: "off",
        LOG_LEVEL: "warn",
        LOG_FORMAT: "json",
        SEED: "none",
        ...this.env,
      },
    });
    this.#child = child;
    const collect = (chunk: Buffer): void => void (this.output += chunk.toString());
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    await eventually(
      async () => {
        if (child.exitCode !== null)
          throw new Error(`ended with ${child.exitCode}: ${this.output}`);
        return this.output.includes("Souk is ready");
      },
      { timeoutMs: 60_000, what: "the shop to be ready" },
    );
    // Only a process with a gateway has an address.
    const port = /http:\/\/[\w.]+:(\d+)/.exec(this.output)?.[1];
    this.url = port ? `http://127.0.0.1:${port}` : "";
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** `kill -9` of the whole process group; PostgreSQL, in a group of its own, lives on as an orphan. */
  async kill(): Promise<void> {
    const gone = this.#gone();
    process.kill(-this.pid, "SIGKILL");
    await gone;
  }

  /** Ctrl-C; resolves with the exit code. */
  async interrupt(): Promise<number | null> {
    const gone = this.#gone();
    process.kill(-this.pid, "SIGINT");
    await gone;
    return this.#child?.exitCode ?? null;
  }

  /** The process id of the embedded PostgreSQL, as its own pid file says; null when it is down. */
  async postgresPid(): Promise<number | null> {
    const file = join(this.dataDir, "postgres/postmaster.pid");
    if (!existsSync(file)) return null;
    return Number((await readFile(file, "utf8")).split("\n")[0]);
  }

  /** Removes every trace, whatever state the shop is in. */
  async remove(): Promise<void> {
    if (this.#child?.exitCode === null && this.#child.signalCode === null) await this.kill();
    const postgres = await this.postgresPid();
    if (postgres) execFileSync("kill", ["-QUIT", String(postgres)]);
    await eventually(async () => (await this.postgresPid()) === null, {
      what: "PostgreSQL to end",
    });
    await rm(this.dataDir, { recursive: true, force: true });
  }

  #gone(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
    return new Promise((resolve) => child.once("exit", () => resolve()));
  }
}
