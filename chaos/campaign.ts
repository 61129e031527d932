import { appendFile, writeFile } from "node:fs/promises";
import { toLines } from "../verify/report";
import type { Blow } from "./blows";
import { ClusterShop } from "./cluster-shop";
import { MortalShop } from "./mortal-shop";
import type { Schedule } from "./schedule";
import { strike } from "./strikes";
import { stories, type Step, type StoryName } from "./stories";

/** What came of a run; well when `faults` is empty. */
export interface RunResult {
  readonly seed: number;
  readonly orders: number;
  readonly blows: number;
  /** How often the shop, or a process of it, died and was started again. */
  readonly revivals: number;
  readonly ms: number;
  readonly faults: readonly string[];
}

export interface RunOptions {
  /** JSONL: what was done, and what came of it, in its order. */
  readonly history: string;
  /** Processes of each service of a cluster (1). */
  readonly replicas?: number;
}

const BUYERS = 8;
const SKUS = ["CHAOS-1", "CHAOS-2", "CHAOS-3"];
/** So little that some are sold out under the hands of others. */
const ON_HAND = 60;
const SETTLE_MS = 90_000;

/** One run: stories by several buyers at once, blows in between, and the judgement at its end. */
export async function runSchedule(schedule: Schedule, options: RunOptions): Promise<RunResult> {
  const began = performance.now();
  const run = await Run.start(schedule, options);
  try {
    const faults = await run.live();
    const { seed } = schedule;
    const ms = Math.round(performance.now() - began);
    const [orders, blows] = [schedule.stories.length, schedule.blows.length];
    const result = { seed, orders, blows, revivals: run.shop.revivals, ms, faults };
    await run.note({ what: "end", ...result });
    if (faults.length > 0) await writeFile(`${options.history}.log`, run.shop.log);
    return result;
  } finally {
    await run.shop.remove();
  }
}

class Run {
  readonly #accepted: string[] = [];
  readonly #faults: string[] = [];
  readonly #blows: Promise<void>[] = [];
  #next = 0;

  private constructor(
    readonly shop: MortalShop | ClusterShop,
    readonly schedule: Schedule,
    readonly history: string,
  ) {}

  static async start(schedule: Schedule, options: RunOptions): Promise<Run> {
    const { history, replicas = 1 } = options;
    const env = { ORDER_TIMEOUT_MS: "30000" };
    const shop =
      schedule.mode === "cluster"
        ? await ClusterShop.start({ replicas, env })
        : await MortalShop.start(env);
    const run = new Run(shop, schedule, history);
    await run.note({ what: "begin", ...schedule });
    for (const sku of SKUS) {
      await shop.ask((admin) => admin.sell(sku, 2_500, ON_HAND).then(() => admin.get("/products")));
    }
    return run;
  }

  note(entry: object): Promise<void> {
    return appendFile(this.history, `${JSON.stringify({ at: new Date(), ...entry })}\n`);
  }

  /** What is wrong at the end. */
  async live(): Promise<string[]> {
    await Promise.all(Array.from({ length: BUYERS }, () => this.#buy()));
    await Promise.all(this.#blows);
    await this.shop.calm();
    const { wrong, underWay } = await this.shop.judge({ settleMs: SETTLE_MS });
    if (wrong.length > 0) await this.note({ what: "wrong", wrong });
    return [
      ...this.#faults,
      ...underWay.map((what) => `did not end: ${what}`),
      ...(wrong.length > 0 ? toLines(wrong) : []),
      ...(await this.#forgotten()),
    ];
  }

  async #buy(): Promise<void> {
    for (;;) {
      const n = this.#next++;
      const name = this.schedule.stories[n];
      if (name === undefined) return;
      for (const { after, blow } of this.schedule.blows) {
        if (after === n) this.#blows.push(this.#strike(blow));
      }
      await this.#tell(n, name);
    }
  }

  /** A story may end otherwise than planned: sold out, or too late. What it left behind is judged. */
  async #tell(n: number, name: StoryName): Promise<void> {
    const tale = { shop: this.shop, sku: SKUS[n % SKUS.length] ?? "", orderId: "" };
    const steps: readonly Step[] = stories[name];
    let end = "as planned";
    try {
      for (const step of steps) {
        await step.take(tale);
        if (step.name === "place") this.#accepted.push(tale.orderId);
      }
    } catch (error) {
      end = String(error);
      if (tale.orderId === "") this.#faults.push(`${name} could not begin: ${end}`);
    }
    await this.note({ what: "story", n, name, orderId: tale.orderId, end });
  }

  async #strike(blow: Blow): Promise<void> {
    await this.note({ what: "blow", ...blow });
    try {
      await strike(this.shop, blow);
    } catch (error) {
      // It died of another blow a moment before.
      await this.note({ what: "missed", ...blow, error: String(error) });
    }
  }

  /** O6: an order that was accepted exists. */
  async #forgotten(): Promise<string[]> {
    const lost: string[] = [];
    for (const id of this.#accepted) {
      const { status } = await this.shop.ask((admin) => admin.get(`/orders/${id}`));
      if (status !== 200) lost.push(`O6 order ${id} was accepted, and answers ${status}`);
    }
    return lost;
  }
}
