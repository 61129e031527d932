import { spawn, type ChildProcess } from "node:child_process";
import { createWriteStream, type WriteStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { messageOf } from "../../lib/errors";
import { SUPERVISED, type ProcessReport } from "../../lib/supervised";
import type { Planned } from "./plan";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** One that has run for so long has a fresh start when it dies. */
const SETTLED_MS = 30_000;
/** A young generation of 4 MiB saves 15 MB a process and costs a few short collections more. */
const NODE_OPTIONS = ["--max-semi-space-size=4"];

export type MemberState = "waiting" | "starting" | "ready" | "stopping" | "stopped";

export interface MemberOptions {
  readonly planned: Planned;
  /** Of the checkout. */
  readonly root: string;
  readonly logFolder: string;
  /** For what a person should know. */
  readonly say: (line: string) => void;
  /** Each line that the process writes. */
  readonly log: (name: string, line: string) => void;
}

/** A process of the cluster, which is started again when it dies. */
export class Member {
  readonly name: string;
  readonly #options: MemberOptions;
  readonly #file: WriteStream;
  #child: ChildProcess | undefined;
  #pause = FIRST_PAUSE_MS;
  #timer: NodeJS.Timeout | undefined;
  #startedAt = 0;
  #lastLine = "";
  #usageAt = 0;
  #processorTime = 0;
  #ended: () => void = () => undefined;
  /** Resolves when it has stopped for good. */
  readonly ended = new Promise<void>((resolve) => (this.#ended = resolve));
  state: MemberState = "waiting";
  restarts = 0;
  nodeId = "";
  announcements: readonly string[] = [];
  /** Bytes. */
  rss = 0;
  /** Part of one processor, 0 to … */
  cpu = 0;

  constructor(options: MemberOptions) {
    this.#options = options;
    const { service, replica } = options.planned;
    this.name = `${service}-${replica}`;
    this.#file = createWriteStream(join(options.logFolder, `${this.name}.log`), { flags: "a" });
    this.#file.on("error", (error) => {
      options.say(`${this.name}: its log cannot be written: ${messageOf(error)}`);
    });
  }

  get planned(): Planned {
    return this.#options.planned;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** ms since this process was started. */
  get uptime(): number {
    return this.#child ? performance.now() - this.#startedAt : 0;
  }

  start(): void {
    const { root, planned } = this.#options;
    const cache = join(root, "node_modules/.cache/v8");
    const main = join(root, "dist/main.js");
    const child = spawn(process.execPath, [...NODE_OPTIONS, main, SUPERVISED], {
      cwd: root,
      env: { NODE_COMPILE_CACHE: cache, ...planned.env },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      // A group of its own: Ctrl-C comes by way of us, in order.
      detached: true,
    });
    this.#child = child;
    this.state = "starting";
    this.#startedAt = performance.now();
    for (const stream of [child.stdout, child.stderr]) if (stream) this.#follow(stream);
    child.on("message", (message) => this.#hear(message as ProcessReport)); // from our own main.ts
    child.once("exit", (code, signal) => this.#onExit(signal ?? `code ${code}`));
    child.on("error", (error) => this.#onError(child, error));
  }

  /** Asks the process to end; it is not started again. */
  stop(signal: NodeJS.Signals = "SIGTERM"): void {
    clearTimeout(this.#timer);
    if (!this.#child) return this.#end();
    this.state = "stopping";
    this.#child.kill(signal);
  }

  /** Does nothing while the process is down. */
  send(message: object): void {
    if (this.#child?.connected) this.#child.send(message);
  }

  #hear(message: ProcessReport): void {
    switch (message.kind) {
      case "ready": {
        const { metricsPort } = this.planned;
        this.state = "ready";
        this.nodeId = message.nodeId;
        this.announcements = message.announcements;
        const metrics = metricsPort === null ? "" : `, metrics ${metricsPort}`;
        const seconds = (message.afterMs / 1000).toFixed(1);
        this.#options.say(
          `${this.name} is ready after ${seconds} s (pid ${this.pid}, node ${this.nodeId}${metrics})`,
        );
        return;
      }
      case "usage": {
        const now = performance.now();
        const spent = (message.cpu - this.#processorTime) / 1000;
        this.cpu = this.#usageAt === 0 ? 0 : spent / (now - this.#usageAt);
        this.rss = message.rss;
        this.#usageAt = now;
        this.#processorTime = message.cpu;
        return;
      }
      default:
        message satisfies never;
    }
  }

  /** Without a process there will be no exit; what goes wrong with one that runs is its own to tell. */
  #onError({ pid }: ChildProcess, error: Error): void {
    if (pid === undefined) this.#onExit(messageOf(error));
    else this.#options.say(`${this.name}: ${messageOf(error)}`);
  }

  #onExit(how: string): void {
    const { say } = this.#options;
    const lived = this.uptime;
    this.#child = undefined;
    Object.assign(this, { rss: 0, cpu: 0, nodeId: "", announcements: [] });
    this.#usageAt = this.#processorTime = 0;
    if (this.state === "stopping") return this.#end();
    if (lived > SETTLED_MS) this.#pause = FIRST_PAUSE_MS;
    const why = this.#lastLine && how !== "code 0" ? `: ${this.#lastLine}` : "";
    say(`${this.name} ended (${how}), starts again in ${this.#pause / 1000} s${why}`);
    this.state = "waiting";
    this.#timer = setTimeout(() => {
      this.restarts += 1;
      this.start();
    }, this.#pause);
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS);
  }

  #end(): void {
    this.state = "stopped";
    this.#file.end();
    this.#ended();
  }

  #follow(stream: Readable): void {
    createInterface({ input: stream }).on("line", (line) => {
      if (line.trim()) this.#lastLine = line;
      if (this.#file.writable) this.#file.write(`${line}\n`);
      this.#options.log(this.name, line);
    });
  }
}
