import { execFile, execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { freePort } from "./free-port";

const run = promisify(execFile);

/** The scripts of a MongoDB for tests, beside the checkout; their README says what they start. */
const scripts = resolve(__dirname, "../../../shared/mongo");
const home =
  process.env.DOCDB_HOME ??
  (process.getuid?.() === 0
    ? "/var/lib/documentdb-mongo"
    : join(process.env.XDG_DATA_HOME ?? join(homedir(), ".local/share"), "documentdb-mongo"));

/** Whether a MongoDB can be started here; in CI it must be, and is installed when it is not yet. */
export function mongoIsThere(): boolean {
  try {
    if (!existsSync(join(scripts, "start.sh"))) throw new Error(`${scripts} is not there`);
    if (!isInstalled()) install();
    return true;
  } catch (error) {
    if (process.env.CI) throw new Error("MongoDB is missing in CI", { cause: error });
    console.warn(`skipped: these tests need the MongoDB of ${scripts}: ${String(error)}`);
    return false;
  }
}

const parts = [join(home, "recipe"), join(home, "gateway/node_modules")];
const isInstalled = () => parts.every(existsSync);

/** Under a lock: another test file may do the same at this moment. */
function install(): void {
  if (!process.env.CI) throw new Error(`${join(scripts, "install.sh")} has not run yet`);
  const script = `${parts.map((part) => `[ -e "${part}" ]`).join(" && ")} || bash "$1"`;
  const lock = join(tmpdir(), "souk-mongo-install.lock");
  execFileSync("flock", [lock, "bash", "-c", script, "install", join(scripts, "install.sh")], {
    stdio: ["ignore", "ignore", "inherit"],
    timeout: 300_000,
  });
}

/** A MongoDB of a test's own: empty, on a port of its own; it can be killed. */
export class MongoServer {
  readonly #state: string;

  private constructor(readonly port: number) {
    this.#state = join(home, "servers", `souk-${port}`);
  }

  get url(): string {
    return `mongodb://127.0.0.1:${this.port}`;
  }

  static async start(): Promise<MongoServer> {
    const server = new MongoServer(await freePort());
    await server.start("--fresh");
    return server;
  }

  async start(...args: string[]): Promise<void> {
    await this.#script("start.sh", ...args);
  }

  /** As kill -9 of a mongod: its connections break, and what it has acknowledged is there afterwards. */
  async kill(): Promise<void> {
    process.kill(await this.#pid(), "SIGKILL");
  }

  /** It takes connections and answers nothing, until `thaw`. */
  async freeze(): Promise<void> {
    process.kill(await this.#pid(), "SIGSTOP");
  }

  async thaw(): Promise<void> {
    process.kill(await this.#pid(), "SIGCONT");
  }

  async remove(): Promise<void> {
    await this.#script("stop.sh");
    await rm(this.#state, { recursive: true, force: true });
  }

  async #pid(): Promise<number> {
    return Number(await readFile(join(this.#state, "gateway.pid"), "utf8"));
  }

  async #script(name: string, ...args: string[]): Promise<void> {
    await run("bash", [join(scripts, name), "--port", String(this.port), ...args], {
      env: { ...process.env, DOCDB_HOME: home, DOCDB_STATE: this.#state, NODE: process.execPath },
    });
  }
}
