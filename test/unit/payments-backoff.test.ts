import { describe, expect, it } from "vitest";
import { backoffMs } from "../../services/payments/domain/backoff";

describe("the wait before the provider is asked again", () => {
  it("doubles up to 30 s", () => {
    const waits = Array.from({ length: 9 }, (_, i) => backoffMs(i + 1, 1));
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    expect(backoffMs(1_000_000, 1)).toBe(30_000);
  });

  it("is spread over its second half", () => {
    expect(backoffMs(3, 0)).toBe(500);
    expect(backoffMs(3, 0.5)).toBe(750);
  });

  it("leaves a webhook the time to come first", () => {
    expect(backoffMs(1, 0, { processing: true })).toBeGreaterThan(1_000);
    expect(backoffMs(9, 1, { processing: true })).toBe(30_000);
  });
});
