import { describe, expect, it, test } from "vitest";
import { formatMoney, minorDigits, percent } from "../../lib/money/money";

describe("the digits of a currency", () => {
  it.each([
    ["EUR", 2],
    ["JPY", 0],
    ["KWD", 3],
    ["ISK", 0],
    ["CLF", 4],
    // Those that CLDR, and so Intl, writes without digits although ISO 4217 has them.
    ...["HUF", "RSD", "IDR", "COP", "PKR", "ALL", "MGA"].map((code) => [code, 2] as const),
    ["IQD", 3],
  ] as const)("are those of ISO 4217: %s has %i", (currency, digits) => {
    expect(minorDigits(currency)).toBe(digits);
  });
});

test("an amount is written with all digits of its currency", () => {
  const written = ["EUR", "HUF", "JPY", "KWD"].map((currency) =>
    formatMoney({ amount: 129_950, currency }).replace(/\s/gu, " "),
  );
  expect(written).toEqual(["€1,299.50", "HUF 1,299.50", "¥129,950", "KWD 129.950"]);
  expect(formatMoney({ amount: 129_950, currency: "HUF" }, "de")).toMatch(/^1\.299,50\sHUF$/u);
});

describe("a share of an amount", () => {
  it.each([
    [50, 1_900, 10],
    [25, 200, 1],
    [24, 200, 0],
    [0, 2_550, 0],
    // …999.49: the product with the rate is beyond what a number can tell exactly.
    [989_999_999_999_998, 2_550, 252_449_999_999_999],
  ])("of %i at %i basis points is %i, rounded half up", (amount, rate, share) => {
    expect(percent({ amount, currency: "EUR" }, rate).amount).toBe(share);
  });
});
