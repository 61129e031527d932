import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { mutants } from "../../chaos/mutants";
import { patched } from "../../chaos/mutants/mutated-tree";
import { falseAlarms, hunt } from "../../chaos/mutants/run-mutant";

const root = join(__dirname, "../..");

beforeAll(() => {
  execFileSync(process.execPath, [join(root, "scripts/build.mjs")]);
});

test("there are at least twenty planted bugs, each of its own name", () => {
  expect(mutants.length).toBeGreaterThanOrEqual(20);
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
});

test.each(mutants)("$name: its place is still there", async ({ patches }) => {
  for (const one of patches) {
    const text = await readFile(join(root, "dist", one.file), "utf8");
    expect(patched(text, one)).not.toBe(text);
  }
});

// All of them: npm run chaos:mutants.
const some = mutants.filter(({ name }) =>
  [
    "a refund that was not answered is not tried again",
    "a hold is not released when its order ends",
  ].includes(name),
);

test("their trials find nothing in a shop without a bug", async () => {
  const alarms = await falseAlarms(
    some.map(({ trial }) => trial),
    { slow: 1 },
  );
  expect([...alarms.values()]).toEqual(some.map(() => []));
}, 120_000);

test.each(some)(
  "$name: caught",
  async ({ patches, trial }) => {
    expect((await hunt(patches, trial, { maxRuns: 20, slow: 1 })).runs).not.toBeNull();
  },
  120_000,
);
