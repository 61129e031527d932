import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Mode } from "../../chaos/blows";
import { runSchedule, startShop } from "../../chaos/campaign";
import { scheduleOf } from "../../chaos/schedule";
import { clusterServersAreThere } from "../support/cluster-servers";

test.each(["embedded", "cluster"] as const)(
  "a seed is a schedule for a shop that is %s, with three blows at least, and always the same",
  (mode) => {
    const schedules = Array.from({ length: 50 }, (_, seed) => scheduleOf(seed, 200, mode));
    for (const { blows, stories } of schedules) {
      expect(blows.length).toBeGreaterThanOrEqual(3);
      expect(stories).toHaveLength(200);
      expect(blows.every(({ after }) => after > 0 && after < 200)).toBe(true);
    }
    expect(scheduleOf(7, 200, mode)).toEqual(schedules[7]);
    expect(new Set(schedules.map((schedule) => JSON.stringify(schedule.blows))).size).toBe(50);
  },
);

interface Campaign {
  readonly mode: Mode;
  readonly seeds: readonly number[];
  readonly orders: number;
}

/** Runs on one shop, one after the other: what is wrong, and what stands in the histories. */
async function runAll({ mode, seeds, orders }: Campaign) {
  const folder = await mkdtemp(join(tmpdir(), "souk-chaos-"));
  const shop = await startShop(mode);
  const wrong: string[] = [];
  const entries: { readonly what: string }[] = [];
  try {
    for (const seed of seeds) {
      const history = join(folder, `${seed}.jsonl`);
      const result = await runSchedule(shop, scheduleOf(seed, orders, mode), history);
      if (process.env.FIGURES) console.log(JSON.stringify(result));
      wrong.push(...result.faults.map((fault) => `seed ${seed}: ${fault}`));
      const lines = (await readFile(history, "utf8")).trim().split("\n");
      entries.push(...lines.map((line) => JSON.parse(line) as { what: string }));
    }
  } finally {
    await shop.remove();
  }
  // What is wrong is easier to find with what was done.
  if (wrong.length === 0) await rm(folder, { recursive: true });
  else wrong.push(`histories: ${folder}`);
  const count = (kind: string) => entries.filter(({ what }) => what === kind).length;
  return { wrong, stories: count("story"), blows: count("blow") };
}

const seedsFrom = (first: number, length: number) => Array.from({ length }, (_, n) => first + n);

// Two at once: while one shop starts again, the other works.
test.concurrent.each([seedsFrom(1, 13), seedsFrom(14, 12)].map((seeds) => ({ seeds })))(
  "short runs of $seeds: each broken at least three times, and all invariants hold",
  async ({ seeds }) => {
    const { wrong, stories, blows } = await runAll({ mode: "embedded", seeds, orders: 24 });
    expect(wrong).toEqual([]);
    expect(stories).toBe(seeds.length * 24);
    expect(blows).toBeGreaterThanOrEqual(seeds.length * 3);
  },
  900_000,
);

describe.skipIf(!clusterServersAreThere())("a cluster", () => {
  test("short runs: services, servers and the network fail, and all invariants hold", async () => {
    // The broker forgets, networks fail; processes die, PostgreSQL and NATS break off.
    const seeds = [1, 21];
    const { wrong, stories, blows } = await runAll({ mode: "cluster", seeds, orders: 24 });
    expect(wrong).toEqual([]);
    expect(stories).toBe(seeds.length * 24);
    expect(blows).toBeGreaterThanOrEqual(seeds.length * 3);
  }, 600_000);
});
