import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "./eventually";
import { QUIET } from "./quiet-env";

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
    readonly tree: string,
  ) {}

  /** `tree` is the project whose build runs: this one, or a copy of it. */
  static async create(
    env: Readonly<Record<string, string>>,
    tree: string = root,
  ): Promise<ShopProcess> {
    return new ShopProcess(await mkdtemp(join(tmpdir(), "souk-process-")), env, tree);
  }

  /** Starts on this data folder; resolves when the summary is out. */
  async start(): Promise<void> {
    this.output = "";
    const child = spawn(process.execPath, [join(this.tree, "scripts/start.mjs")], {
      cwd: this.tree,
      detached: true,
      // The last one for faults that are sent to it (lib/faults/by-message.ts).
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: {
        ...QUIET,
        DATA_DIR: this.dataDir,
        SEED: "none",
        ...this.env,
      },
    });
    this.#child = child;
    const collect = (chunk: Buffer): void => void (this.output += chunk.toString());
    child.stdout?.on("data", collect);
    child.stderr?.on("data", collect);
    await eventually(
      async () => {
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error(`ended with ${child.exitCode ?? child.signalCode}: ${this.output}`);
        return this.output.includes("Souk is ready");
      },
      { timeoutMs: 60_000, what: "the shop to be ready" },
    );
    // Only a process with a gateway has an address.
    const port = /shop: http:\/\/[\w.]+:(\d+)/.exec(this.output)?.[1];
    this.url = port ? `http://127.0.0.1:${port}` : "";
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Arms faults in a shop that takes them by message, in place of those before. */
  async arm(faults: string): Promise<void> {
    const child = this.#child;
    if (!child?.connected) throw new Error("the shop does not run");
    const answer = new Promise<unknown>((resolve, reject) => {
      const died = (): void => reject(new Error("the shop died while it was armed"));
      child.once("exit", died);
      child.once("message", (message) => {
        child.off("exit", died);
        resolve(message);
      });
    });
    child.send({ arm: faults });
    const { error } = (await answer) as { error?: string };
    if (error) throw new Error(error);
  }

  /** Whether the process is gone, by its own end or by a signal. */
  get isGone(): boolean {
    const child = this.#child;
    return !child || child.exitCode !== null || child.signalCode !== null;
  }

  /** `kill -9` of the whole process group; PostgreSQL, in a group of its own, lives on as an orphan. */
  async kill(): Promise<void> {
    const gone = this.#gone();
    process.kill(-this.pid, "SIGKILL");
    await gone;
  }

  /** Ctrl-C, or what an orchestrator does; resolves with the exit code. */
  async interrupt(signal: "SIGINT" | "SIGTERM" = "SIGINT"): Promise<number | null> {
    const gone = this.#gone();
    process.kill(-this.pid, signal);
    await gone;
    return this.#child?.exitCode ?? null;
  }

  /** The process id of the embedded PostgreSQL, as its own pid file says; null when it is down. */
  async postgresPid(): Promise<number | null> {
    const file = join(this.dataDir, "postgres/postmaster.pid");
    const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
      return null;
    });
    return text === null ? null : Number(text.split("\n")[0]);
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
