import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client as Postgres } from "pg";
import { readStores } from "../config/env";
import { samplesOf, sumOf } from "../test/support/exposition";
import { freePort } from "../test/support/free-port";
import { keptHoursOf, messagingDatabases } from "../verify/check";
import { connect } from "../verify/snapshot";
import { openTarget, type Target } from "../verify/target";
import type { Series } from "./growth";
import { MortalShop } from "./mortal-shop";
import type { Judgement } from "./shop";
import { stories, type Story, type StoryName } from "./stories";

export interface SoakOptions {
  readonly minutes: number;
  /** Orders a second, whether or not those before have ended. */
  readonly rate: number;
}

/**
 * What is measured, and by how much it may grow in the last half of a soak. Tables follow the rate at
 * which the machine gets its orders done; without retention they would grow by two fifths.
 */
const measures = {
  outbox: { unit: "rows", share: 0.25, slack: 50 },
  inbox: { unit: "rows", share: 0.25, slack: 50 },
  inbox_attempt: { unit: "rows", share: 0.25, slack: 50 },
  dead_letter: { unit: "rows", share: 0, slack: 0 },
  // Kept for 90 days, whatever events are.
  webhook_event: { unit: "rows" },
  rss: { unit: "MB", share: 0.05, slack: 10 },
  heap: { unit: "MB", share: 0.1, slack: 10 },
  // The pools of nine databases open and close connections with the load.
  fds: { unit: "", share: 0.1, slack: 8 },
  backends: { unit: "", share: 0.1, slack: 8 },
  "loop p99": { unit: "ms" },
} as const satisfies Record<string, Pick<Series, "unit" | "share" | "slack">>;
type Measure = keyof typeof measures;
const names = Object.keys(measures) as Measure[];
const TABLES = ["outbox", "inbox", "inbox_attempt", "dead_letter"] as const;

export type Sample = Readonly<Record<Measure, number>>;

export interface Soaked extends Judgement {
  readonly series: readonly Series[];
  readonly orders: number;
  readonly revivals: number;
  /** Stories that ended otherwise than they should. */
  readonly lost: readonly string[];
}

const SKU = "SOAK-1";
const SAMPLE_MS = 5_000;
/** The shortest that the configuration takes: the inbox, kept longest, is full within three minutes. */
const RETENTION_HOURS = 0.01;
const TOLD: readonly StoryName[] = [
  "buy",
  "be declined",
  "buy two",
  "change one's mind",
  "buy",
  "pay later",
  "receive",
  "buy",
  "get money back",
  "fail at first",
];

/** Lets orders of every kind come for a time, at a steady rate, and watches what grows meanwhile. */
export async function soak(
  { minutes, rate }: SoakOptions,
  tell: (seconds: number, orders: number, sample: Sample) => void,
): Promise<Soaked> {
  const metricsPort = await freePort();
  const shop = await MortalShop.start({
    METRICS_PORT: String(metricsPort),
    EVENT_RETENTION_HOURS: String(RETENTION_HOURS),
    RECONCILE_EVERY_MS: "60000",
  });
  try {
    await shop.ask((admin) => admin.sell(SKU, 2_500, 1_000_000).then(() => admin.get("/products")));
    const target = await openTarget(readStores({ DATA_DIR: shop.process.dataDir }));
    const load = new StoryLoad(shop, rate);
    try {
      const began = performance.now();
      const samples: Sample[] = [];
      const gauge = await Gauge.open(shop, target, metricsPort);
      while (performance.now() < began + minutes * 60_000) {
        await sleep(SAMPLE_MS);
        const sample = await gauge.sample();
        samples.push(sample);
        tell(Math.round((performance.now() - began) / 1000), load.told, sample);
      }
      await gauge.close();
      const lost = await load.stop();
      const keptHours = keptHoursOf({ streamHours: RETENTION_HOURS });
      const judgement = await shop.judge({ keptHours });
      const series = names.map((name) => {
        return { name, ...measures[name], values: samples.map((sample) => sample[name]) };
      });
      return { ...judgement, series, lost, orders: load.told, revivals: shop.revivals };
    } finally {
      await load.stop();
      await target.close();
    }
  } finally {
    await shop.process.remove();
  }
}

/** Tells stories at a fixed rate, and looks around in the shop before each. */
class StoryLoad {
  told = 0;
  readonly #lost: string[] = [];
  readonly #open = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;

  constructor(
    readonly shop: MortalShop,
    rate: number,
  ) {
    this.#timer = setInterval(() => this.#begin(), 1_000 / rate);
  }

  #begin(): void {
    const name = TOLD[this.told++ % TOLD.length] ?? "buy";
    const one = this.#tell(stories[name])
      .catch((error: unknown) => void this.#lost.push(`${name}: ${String(error)}`))
      .finally(() => this.#open.delete(one));
    this.#open.add(one);
  }

  async #tell(story: Story): Promise<void> {
    const { shop } = this;
    for (const path of ["/products", "/search?q=thing", "/cart"]) {
      await shop.ask((me) => me.get(path));
    }
    const tale = { shop, sku: SKU, orderId: "" };
    for (const step of story) await step.take(tale);
  }

  async stop(): Promise<readonly string[]> {
    clearInterval(this.#timer);
    await Promise.all(this.#open);
    return this.#lost;
  }
}

/** Connections of clients that are open at the shop's own port (IPv4, as the shop listens). */
async function clientsOf({ url }: MortalShop): Promise<number> {
  const port = Number(new URL(url).port).toString(16).toUpperCase().padStart(4, "0");
  const table = await readFile("/proc/net/tcp", "utf8");
  // local address, remote address, state: 01 is established
  return [...table.matchAll(new RegExp(`^ *\\d+: \\w+:${port} \\w+:\\w+ 01 `, "gm"))].length;
}

/** Reads what is measured, over connections that stay open. */
class Gauge {
  private constructor(
    readonly shop: MortalShop,
    readonly databases: ReadonlyMap<string, Postgres>,
    readonly metricsUrl: string,
  ) {}

  static async open(shop: MortalShop, target: Target, metricsPort: number): Promise<Gauge> {
    const databases = new Map<string, Postgres>();
    for (const name of messagingDatabases)
      databases.set(name, await connect(target.databases[name]));
    return new Gauge(shop, databases, `http://127.0.0.1:${metricsPort}/metrics`);
  }

  async sample(): Promise<Sample> {
    const { pid } = this.shop.process;
    const status = await readFile(`/proc/${pid}/status`, "utf8");
    const metrics = samplesOf(await (await fetch(this.metricsUrl)).text());
    const rows: Record<string, number> = {};
    for (const table of TABLES) rows[table] = await this.#rowsOf(table, [...this.databases.keys()]);
    return {
      ...(rows as Record<(typeof TABLES)[number], number>), // one for each
      webhook_event: await this.#rowsOf("webhook_event", ["payments"]),
      rss: Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024,
      heap: sumOf(metrics, "nodejs_memory_bytes", { space: "heap_used" }) / 2 ** 20,
      // Without those that are its clients' choice: they keep as many open as they once had questions at a time.
      fds: (await readdir(`/proc/${pid}/fd`)).length - (await clientsOf(this.shop)),
      backends: await this.#countIn(
        "orders",
        "pg_stat_activity WHERE backend_type = 'client backend'",
      ),
      "loop p99": sumOf(metrics, "nodejs_eventloop_delay_seconds", { percentile: "p99" }) * 1000,
    };
  }

  async #rowsOf(table: string, databases: readonly string[]): Promise<number> {
    const counts = databases.map((name) => this.#countIn(name, table));
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
  }

  async #countIn(database: string, from: string): Promise<number> {
    const result = await this.databases
      .get(database)
      ?.query<{ n: number }>(`SELECT count(*) AS n FROM ${from}`);
    return result?.rows[0]?.n ?? NaN;
  }

  async close(): Promise<void> {
    await Promise.all([...this.databases.values()].map((client) => client.end()));
  }
}
