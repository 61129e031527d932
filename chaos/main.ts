import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runSchedule, startShop, type BreakableShop } from "./campaign";
import { scheduleOf } from "./schedule";

const USAGE = `npm run chaos -- [--seed n] [--runs n] [--minutes m] [--orders n] [--history folder]
                [--cluster [--replicas n]]

Runs a shop, lets many buy at once, breaks it at least three times a run, and judges what is left. A run
is drawn from its seed: --seed n --runs 1 is that run again.

  --seed     of the first run; the next one has the next seed (1)
  --runs     how many runs (1), or with
  --minutes  as many as begin in this time
  --orders   of each run (200)
  --history  where <seed>.jsonl says what was done and what came of it (chaos-history)
  --cluster  many processes on NATS, PostgreSQL, Redis and MongoDB, which it starts, in place of one
  --replicas processes of each service of a cluster (1)`;

/** The judge reads all orders again after each run. */
const RUNS_OF_A_SHOP = 8;

const flags = {
  seed: { type: "string", default: "1" },
  runs: { type: "string" },
  minutes: { type: "string" },
  orders: { type: "string", default: "200" },
  history: { type: "string", default: "chaos-history" },
  cluster: { type: "boolean", default: false },
  replicas: { type: "string", default: "1" },
  help: { type: "boolean", default: false },
} as const;

function count(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new Error(`--${name} must be a whole number`);
  return value;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: flags });
  if (values.help) return console.log(USAGE);
  const first = count("seed", values.seed);
  const orders = count("orders", values.orders);
  const mode = values.cluster ? "cluster" : "embedded";
  const replicas = count("replicas", values.replicas);
  const end = performance.now() + (values.minutes ? count("minutes", values.minutes) * 60_000 : 0);
  const runs = values.minutes ? Infinity : count("runs", values.runs ?? "1");
  await mkdir(values.history, { recursive: true });
  const bad: number[] = [];
  let shop: BreakableShop | null = null;
  try {
    for (let n = 0; n < runs && (n === 0 || !values.minutes || performance.now() < end); n++) {
      const seed = first + n;
      const history = join(values.history, `${values.cluster ? "cluster-" : ""}${seed}.jsonl`);
      shop ??= await startShop(mode, replicas);
      const schedule = scheduleOf(seed, orders, mode);
      const { faults, blows, revivals, ms } = await runSchedule(shop, schedule, history);
      const mark = faults.length === 0 ? " ok  " : "WRONG";
      const seconds = (ms / 1000).toFixed(1);
      console.log(
        `seed ${seed}  ${mark}  ${orders} orders, ${blows} blows, ${revivals} deaths, ${seconds} s`,
      );
      for (const fault of faults) console.log(`  ${fault}`);
      if (faults.length > 0) bad.push(seed);
      // What is wrong with a shop stays wrong.
      if (faults.length > 0 || n % RUNS_OF_A_SHOP === RUNS_OF_A_SHOP - 1) {
        await shop.remove();
        shop = null;
      }
    }
  } finally {
    await shop?.remove();
  }
  if (bad.length === 0) return;
  console.log(`wrong: seeds ${bad.join(", ")}; what happened is in ${values.history}`);
  process.exitCode = 1;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
