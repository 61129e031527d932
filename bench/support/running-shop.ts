import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedPostgres } from "../../lib/embedded/postgres";
import { ADMIN } from "../../test/support/client";
import type { LoopSample } from "./report-loop-delay";

const root = join(__dirname, "../..");

/** The compiled shop as a process of its own on a PostgreSQL of its own. */
export interface RunningShop {
  readonly url: string;
  readonly postgresUrl: string;
  readonly pid: number;
  /** What the process told of its event loop and memory, a sample each second. */
  readonly samples: readonly LoopSample[];
  /** Begins `p99SinceRestart` anew. */
  restartDelay(): void;
  stop(): Promise<void>;
}

export async function runShop(env: Readonly<Record<string, string>> = {}): Promise<RunningShop> {
  const dataDir = await mkdtemp(join(tmpdir(), "souk-bench-"));
  const postgres = await startEmbeddedPostgres({ dataDir });
  // Node reads the types off by itself.
  const preload = ["--require", join(__dirname, "report-loop-delay.ts")];
  const child = spawn(process.execPath, [...preload, join(root, "scripts/start.mjs")], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit", "ipc"],
    env: {
      PATH: process.env.PATH,
      DATA_DIR: dataDir,
      POSTGRES_URL: postgres.url,
      PORT: "0",
      HOST: "127.0.0.1",
      METRICS_PORT: "off",
      SEED: "none",
      RATE_LIMIT: "off",
      LOG_LEVEL: "error",
      ...ADMIN,
      ...env,
    },
  });
  const samples: LoopSample[] = [];
  // Only the preloaded script writes here.
  child.on("message", (sample) => samples.push(sample as LoopSample));
  const url = await addressOf(child).catch(async (error: unknown) => {
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
    throw error;
  });
  return {
    url,
    samples,
    restartDelay: () => void child.send("restart"),
    postgresUrl: postgres.url,
    pid: child.pid ?? 0,
    stop: async () => {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await gone;
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** The address that the summary at start names. */
function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      const found = /http:\/\/[\w.]+:(\d+)/.exec(output);
      if (found) resolve(`http://127.0.0.1:${found[1]}`);
    });
    child.once("exit", (code) => reject(new Error(`the shop ended with ${code}: ${output}`)));
  });
}
