import { fork, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FromReplica, ToReplica } from "../mesh/children/replica";

const SCRIPT = join(__dirname, "../mesh/children/replica.ts");

/** A stand-in for inventory in a process of its own. */
export class Replica {
  private constructor(
    readonly child: ChildProcess,
    readonly dataDir: string,
  ) {}

  static async start(env: Readonly<Record<string, string>>): Promise<Replica> {
    const dataDir = await mkdtemp(join(tmpdir(), "souk-replica-"));
    const child = fork(SCRIPT, {
      execArgv: ["-r", "ts-node/register/transpile-only"],
      env: { PATH: process.env.PATH, DATA_DIR: dataDir, ...env },
    });
    const replica = new Replica(child, dataDir);
    await replica.#answer();
    return replica;
  }

  /** How often its handler has run. */
  runs(): Promise<number> {
    return this.#tell("report");
  }

  /** From here on each answer takes so long. */
  async delay(delayMs: number): Promise<void> {
    await this.#tell({ delayMs });
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGKILL");
    await gone;
    await rm(this.dataDir, { recursive: true, force: true });
  }

  async #tell(message: ToReplica): Promise<number> {
    const answer = this.#answer();
    this.child.send(message);
    return answer;
  }

  #answer(): Promise<number> {
    return new Promise((resolve, reject) => {
      const onExit = (): void => reject(new Error("the replica has ended"));
      this.child.once("exit", onExit);
      this.child.once("message", ({ runs }: FromReplica) => {
        this.child.off("exit", onExit);
        resolve(runs);
      });
    });
  }
}
