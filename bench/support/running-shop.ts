import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedPostgres } from "../../lib/embedded/postgres";

export const ADMIN = { email: "admin@example.com", password: "an admin's password" };
const root = join(__dirname, "../..");

/** The compiled shop as a process of its own on a PostgreSQL of its own. */
export interface RunningShop {
  readonly url: string;
  readonly postgresUrl: string;
  readonly pid: number;
  stop(): Promise<void>;
}

export async function runShop(env: Readonly<Record<string, string>> = {}): Promise<RunningShop> {
  const dataDir = await mkdtemp(join(tmpdir(), "souk-bench-"));
  const postgres = await startEmbeddedPostgres({ dataDir });
  const child = spawn(process.execPath, [join(root, "scripts/start.mjs")], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
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
      ADMIN_EMAIL: ADMIN.email,
      ADMIN_PASSWORD: ADMIN.password,
      ...env,
    },
  });
  const url = await addressOf(child);
  return {
    url,
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
