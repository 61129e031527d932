import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "./eventually";
import { accepts, freePort } from "./free-port";

/** Whether a nats-server can be started here; in CI it must be. */
export function natsIsThere(): boolean {
  try {
    execFileSync("nats-server", ["--version"], { stdio: "ignore", env: searchPath() });
    return true;
  } catch (error) {
    if (process.env.CI) throw new Error("nats-server is missing in CI", { cause: error });
    console.warn("skipped: these tests need a nats-server on the PATH");
    return false;
  }
}

const searchPath = () => ({
  ...process.env,
  PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin`,
});

export interface NatsServerOptions {
  /** A free one by default. */
  readonly port?: number;
  readonly configFile?: string;
  /** Variables that the configuration refers to. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A NATS server with JetStream, of a test's own: it can be killed, and lose its store. */
export class NatsServer {
  #child: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    readonly storeDir: string,
    readonly options: NatsServerOptions,
  ) {}

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  static async start(options: NatsServerOptions = {}): Promise<NatsServer> {
    const storeDir = await mkdtemp(join(tmpdir(), "souk-nats-"));
    const server = new NatsServer(options.port ?? (await freePort()), storeDir, options);
    await server.start();
    return server;
  }

  async start(): Promise<void> {
    const { configFile, env = {} } = this.options;
    const more = configFile ? ["-c", configFile] : ["-js", "-sd", this.storeDir];
    const args = ["-a", "127.0.0.1", "-p", String(this.port), ...more];
    const variables = { ...searchPath(), NATS_STORE_DIR: this.storeDir, ...env };
    this.#child = spawn("nats-server", args, { stdio: "ignore", env: variables });
    await eventually(() => accepts(this.port), { what: "nats-server to accept connections" });
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
  }

  /** The broker forgets everything: streams, consumers, messages. */
  async loseStore(): Promise<void> {
    await rm(this.storeDir, { recursive: true, force: true });
  }

  async remove(): Promise<void> {
    await this.kill();
    await this.loseStore();
  }
}
