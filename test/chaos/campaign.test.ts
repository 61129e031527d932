import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runSchedule } from "../../chaos/campaign";
import { scheduleOf } from "../../chaos/schedule";

test("a seed is a schedule, with three blows at least, and always the same", () => {
  const schedules = Array.from({ length: 50 }, (_, seed) => scheduleOf(seed, 200));
  for (const { blows, stories } of schedules) {
    expect(blows.length).toBeGreaterThanOrEqual(3);
    expect(stories).toHaveLength(200);
    expect(blows.every(({ after }) => after > 0 && after < 200)).toBe(true);
  }
  expect(scheduleOf(7, 200)).toEqual(schedules[7]);
  expect(new Set(schedules.map((schedule) => JSON.stringify(schedule.blows))).size).toBe(50);
});

test("a short run: broken at least three times, and all invariants hold", async () => {
  const folder = await mkdtemp(join(tmpdir(), "souk-chaos-"));
  const history = join(folder, "1.jsonl");
  const result = await runSchedule(scheduleOf(1, 40), { history });
  const lines = (await readFile(history, "utf8")).trim().split("\n");
  await rm(folder, { recursive: true });
  expect(result.faults).toEqual([]);
  const entries = lines.map((line) => (JSON.parse(line) as { what: string }).what);
  expect(entries.filter((what) => what === "story")).toHaveLength(40);
  expect(entries.filter((what) => what === "blow").length).toBeGreaterThanOrEqual(3);
}, 300_000);
