import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { eventually } from "./eventually";
import { accepts, freePort } from "./free-port";

/** Whether a redis-server can be started here; in CI it must be. */
export function redisIsThere(): boolean {
  try {
    execFileSync("redis-server", ["--version"], { stdio: "ignore" });
    return true;
  } catch (error) {
    if (process.env.CI) throw new Error("redis-server is missing in CI", { cause: error });
    console.warn("skipped: these tests need a redis-server on the PATH");
    return false;
  }
}

/**
 * A Redis of a test's own. As for a cache, what it holds is gone when it is killed; a durable one
 * writes each change to a file before it answers.
 */
export class RedisServer {
  #child: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    readonly folder: string,
    readonly durable: boolean,
  ) {}

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  static async start({ durable = false }: { durable?: boolean } = {}): Promise<RedisServer> {
    const folder = await mkdtemp(join(tmpdir(), "souk-redis-"));
    const server = new RedisServer(await freePort(), folder, durable);
    await server.start();
    return server;
  }

  async start(): Promise<void> {
    const settings = {
      bind: "127.0.0.1",
      port: this.port,
      dir: this.folder,
      save: "",
      appendonly: this.durable ? "yes" : "no",
      appendfsync: "always",
    };
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    this.#child = spawn("redis-server", args, { stdio: "ignore" });
    await eventually(() => accepts(this.port), { what: "redis-server to accept connections" });
  }

  /** It takes connections and answers nothing, until `thaw`. */
  freeze(): void {
    this.#child?.kill("SIGSTOP");
  }

  thaw(): void {
    this.#child?.kill("SIGCONT");
  }

  /** It forgets all that it holds. */
  async flush(): Promise<void> {
    const redis = new Redis(this.url);
    await redis.flushall();
    redis.disconnect();
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
  }

  async remove(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}
