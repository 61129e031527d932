import { describe, expect, it } from "vitest";
import { parsePrice } from "../../services/reports/domain/parse-price";

describe("parsePrice", () => {
  it.each([
    ["42.99", 2, 4299],
    ["50", 2, 5000],
    ["42.9", 2, 4290],
    [" 0.07 ", 2, 7],
    ["0", 2, 0],
    ["1.15", 2, 115],
    ["4.35", 2, 435],
    ["1500", 0, 1500],
    ["1.234", 3, 1234],
    ["1.2", 3, 1200],
    ["1000000000.00", 2, 100_000_000_000],
  ])("reads %j with %i decimals as %i", (text, digits, amount) => {
    expect(parsePrice(text, digits)).toEqual({ value: amount });
  });

  it("is exact for every amount up to 100.00", () => {
    for (let amount = 0; amount <= 10_000; amount += 1) {
      const text = `${Math.floor(amount / 100)}.${String(amount % 100).padStart(2, "0")}`;
      expect(parsePrice(text, 2)).toStrictEqual({ value: amount });
    }
  });

  it.each([
    ["", 2, "is missing"],
    ["-1", 2, "is negative"],
    ["-1,5", 2, "is negative"],
    ["42.999", 2, "more decimals"],
    ["1.299", 2, "more decimals"],
    ["50.00", 0, "more decimals"],
    ["1,299", 2, "is ambiguous"],
    ["1,299.00", 2, "is ambiguous"],
    ["1.299,00", 2, "is ambiguous"],
    ["42,99", 2, "is ambiguous"],
    ["1 299", 2, "is ambiguous"],
    ["1'299", 2, "is ambiguous"],
    ["5.", 2, "is ambiguous"],
    [".5", 2, "is ambiguous"],
    ["€5", 2, "is not a decimal number"],
    ["5 EUR", 2, "is not a decimal number"],
    ["1e3", 2, "is not a decimal number"],
    ["0x10", 2, "is not a decimal number"],
    ["NaN", 2, "is not a decimal number"],
    ["+5", 2, "is not a decimal number"],
    ["٥", 2, "is not a decimal number"],
    ["1000000000.01", 2, "is too large"],
    ["90071992547409.93", 2, "is too large"],
    ["9".repeat(400), 2, "is too large"],
  ])("refuses %j with %i decimals: %s", (text, digits, reason) => {
    expect(parsePrice(text, digits)).toEqual({ fault: expect.stringContaining(reason) as string });
  });
});
