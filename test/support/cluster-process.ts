import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseFaults } from "../../lib/faults/spec";
import type { FaultOrder } from "../../scripts/cluster/forward-faults";
import { eventually } from "./eventually";
import { QUIET } from "./quiet-env";

const root = join(__dirname, "../..");

/** `npm run cluster`'s script, with a data folder of its own. */
export class ClusterProcess {
  /** All that it wrote. */
  output = "";
  url = "";

  private constructor(
    readonly dataDir: string,
    readonly child: ChildProcess,
  ) {
    const collect = (chunk: Buffer): void => void (this.output += chunk.toString());
    child.stdout?.on("data", collect);
    child.stderr?.on("data", collect);
  }

  /** Resolves when every process is ready. */
  static async start(
    env: Readonly<Record<string, string>>,
    args: readonly string[] = [],
  ): Promise<ClusterProcess> {
    const dataDir = await mkdtemp(join(tmpdir(), "souk-cluster-"));
    const child = spawn(process.execPath, [join(root, "scripts/cluster.mjs"), ...args], {
      cwd: root,
      detached: true,
      // The last one for faults that are sent to its processes (scripts/cluster/forward-faults.ts).
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: {
        ...QUIET,
        DATA_DIR: dataDir,
        ...env,
      },
    });
    const cluster = new ClusterProcess(dataDir, child);
    try {
      await cluster.#untilReady();
    } catch (error) {
      await cluster.remove();
      throw error;
    }
    return cluster;
  }

  async #untilReady(): Promise<void> {
    await eventually(
      async () => {
        if (this.child.exitCode !== null) throw new Error(`ended: ${this.output}`);
        return this.output.includes("Souk is ready:");
      },
      { timeoutMs: 160_000, what: "every process of the cluster to be ready" },
    );
    this.url = await eventually(async () => /http:\/\/[\w.]+:\d+/.exec(this.output)?.[0]);
  }

  /** Of each gateway. */
  get urls(): string[] {
    return [...new Set([...this.output.matchAll(/shop: (\S+)/g)].map(([, url = ""]) => url))];
  }

  /** The process ids of a service, in the order of their starts; also of those that have ended. */
  pidsOf(name: string): number[] {
    const ready = this.output.matchAll(new RegExp(`^${name} is ready .*\\(pid (\\d+),`, "gm"));
    return [...ready].map(([, pid]) => Number(pid));
  }

  /** How often a process ended and was started again. */
  get deaths(): number {
    return [...this.output.matchAll(/^[\w-]+ ended \(/gm)].length;
  }

  /** Whether every process that was ever ready is so now. */
  get isWhole(): boolean {
    const last = new Map<string, string>();
    for (const [, name = "", what = ""] of this.output.matchAll(/^([\w-]+) (is ready|ended) /gm)) {
      last.set(name, what);
    }
    return [...last.values()].every((what) => what === "is ready");
  }

  /**
   * Arms faults in the processes of the services that their points name, in place of those before;
   * "" disarms all. A process that is down at this moment misses them.
   */
  arm(faults: string): void {
    const points = parseFaults(faults).map(({ point }) => point.split(".")[0] ?? "");
    for (const to of points.length > 0 ? new Set(points) : ["*"]) {
      this.child.send({ to, arm: faults } satisfies FaultOrder);
    }
  }

  /** Ctrl-C; resolves with the exit code. */
  async interrupt(): Promise<number | null> {
    const { child } = this;
    if (child.exitCode === null && child.signalCode === null) {
      const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
      child.kill("SIGINT");
      await gone;
    }
    return child.exitCode;
  }

  async remove(): Promise<void> {
    await this.interrupt();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
