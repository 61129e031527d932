import { expect, it } from "vitest";
import { growthOf } from "../../chaos/growth";

const MINUTES = 40;
const over = (value: (minute: number) => number): number[] =>
  Array.from({ length: MINUTES }, (_, minute) => value(minute));
const judged = (values: readonly number[]) =>
  growthOf({ name: "rows", unit: "", values, share: 0.1, slack: 5 });

it("what fills up in the first half and then stays is flat", () => {
  expect(judged(over((minute) => Math.min(minute, 18) * 100)).verdict).toBe("flat");
});

it("what goes on growing grows, however slowly it does beside its size", () => {
  const growth = judged(over((minute) => 1_000 + minute * 20));
  expect(growth).toEqual({ name: "rows", unit: "", before: 1_500, after: 1_700, verdict: "GROWS" });
});

it("a spike is no growth, and neither is noise within the slack", () => {
  expect(judged(over((minute) => (minute === 38 ? 10_000 : 100))).verdict).toBe("flat");
  expect(judged(over((minute) => (minute < 30 ? 1 : 5))).verdict).toBe("flat");
});

it("what may grow is told, and not judged", () => {
  const { verdict } = growthOf({ name: "rows", unit: "", values: over((minute) => minute * 100) });
  expect(verdict).toBe("not judged");
});
