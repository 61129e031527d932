import { describe, expect, it } from "vitest";
import { prorate } from "../../lib/money/prorate";

const sum = (parts: readonly number[]) => parts.reduce((total, part) => total + part, 0);

describe("an amount that is prorated", () => {
  it.each([
    [100, [1, 1, 1], [34, 33, 33]],
    [10, [1, 3], [3, 7]],
    [1, [1, 1_000_000], [0, 1]],
    [5, [0, 0], [3, 2]],
    [0, [3, 4], [0, 0]],
    [0, [], []],
    [99_999_999_999, [99_999_999_999, 1], [99_999_999_998, 1]],
  ])("%d by %j is %j", (amount, weights, parts) => {
    expect(prorate(amount, weights)).toEqual(parts);
    expect(sum(prorate(amount, weights))).toBe(amount);
  });

  it("sums to the whole, and no part is a unit or more from its share", () => {
    for (let round = 0; round < 500; round++) {
      const weights = Array.from({ length: 1 + (round % 9) }, () =>
        Math.floor(Math.random() * 1e6),
      );
      const amount = Math.floor(Math.random() * 1e6);
      const parts = prorate(amount, weights);
      expect(sum(parts)).toBe(amount);
      const whole = sum(weights);
      for (const [index, part] of parts.entries()) {
        const share =
          whole === 0 ? amount / weights.length : (amount * (weights[index] ?? 0)) / whole;
        expect(Math.abs(part - share)).toBeLessThan(1);
      }
    }
  });

  it.each([
    [-1, [1]],
    [1, []],
    [1.5, [1]],
    [1, [-1]],
  ])("%d by %j is refused", (amount, weights) => {
    expect(() => prorate(amount, weights)).toThrow(RangeError);
  });
});
