import { appendFile, writeFile } from "node:fs/promises";
import { toLines } from "../verify/report";
import type { AdminClient } from "../test/support/client";
import type { Blow, Mode } from "./blows";
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

const BUYERS = 16;
const SKUS = 3;
/** So little that some are sold out under the hands of others. */
const ON_HAND = 60;
const SETTLE_MS = 90_000;

export type BreakableShop = MortalShop | ClusterShop;

/** `replicas` are the processes of each service of a cluster. */
export function startShop(mode: Mode, replicas = 1): Promise<BreakableShop> {
  const env = { ORDER_TIMEOUT_MS: "30000" };
  return mode === "cluster" ? ClusterShop.start({ replicas, env }) : MortalShop.start(env);
}

/**
 * One run, on a shop that may have others behind it: stories by several buyers at once, blows in
 * between, and the judgement at its end. The file `history` is JSONL: what was done, and what came of
 * it, in its order; when something is wrong, `<history>.log` is all that the shop wrote.
 */
export async function runSchedule(
  shop: BreakableShop,
  schedule: Schedule,
  history: string,
): Promise<RunResult> {
  const began = performance.now();
  const before = shop.revivals;
  const run = new Run(shop, schedule, history);
  const faults = await run.live();
  const { seed } = schedule;
  const ms = Math.round(performance.now() - began);
  const [orders, blows] = [schedule.stories.length, schedule.blows.length];
  const result = { seed, orders, blows, revivals: shop.revivals - before, ms, faults };
  await run.note({ what: "end", ...result });
  if (faults.length > 0) await writeFile(`${history}.log`, shop.log);
  return result;
}

class Run {
  readonly #accepted: string[] = [];
  readonly #faults: string[] = [];
  readonly #blows: Promise<void>[] = [];
  #next = 0;

  constructor(
    readonly shop: BreakableShop,
    readonly schedule: Schedule,
    readonly history: string,
  ) {}

  note(entry: object): Promise<void> {
    return appendFile(this.history, `${JSON.stringify({ at: new Date(), ...entry })}\n`);
  }

  /** What is wrong at the end. */
  async live(): Promise<string[]> {
    await this.note({ what: "begin", ...this.schedule });
    for (let n = 0; n < SKUS; n++) {
      const sold = (admin: AdminClient) => admin.sell(this.#skuOf(n), 2_500, ON_HAND);
      await this.shop.ask((admin) => sold(admin).then(() => admin.get("/products")));
    }
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

  #skuOf = (n: number): string => `CHAOS-${this.schedule.seed}-${n % SKUS}`;

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
    const tale = { shop: this.shop, sku: this.#skuOf(n), orderId: "" };
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
