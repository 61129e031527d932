import { expect, test } from "vitest";
import { cells } from "../../chaos/cells";
import { runMatrix, sample } from "../../chaos/matrix";
import { tableOf } from "../../chaos/matrix-table";
import { stories } from "../../chaos/stories";

test("every boundary is in the matrix, and each of its cells has a story that leads there", () => {
  for (const { story, armBefore } of cells) {
    const steps = stories[story].map(({ name }) => name);
    expect(steps).toContain(armBefore ?? steps[0]);
  }
  const points = cells.map(({ point, story }) => `${point} ${story}`);
  expect(new Set(points).size).toBe(points.length);
  expect(cells.length).toBeGreaterThanOrEqual(130);
});

// All of them in CI, and by npm run chaos:matrix.
const every = process.env.CI ? 1 : 12;

test("killed at the boundaries of an order's way, the shop loses nothing and doubles nothing", async () => {
  const outcomes = await runMatrix(sample(every));
  const wrong = outcomes.filter(({ faults }) => faults.length > 0);
  expect(wrong.map(({ cell, faults }) => `${cell.point}: ${faults.join("\n")}`)).toEqual([]);
  expect(tableOf(outcomes)).toContain(`${outcomes.length} of ${outcomes.length} cells hold`);
}, 1_800_000);
