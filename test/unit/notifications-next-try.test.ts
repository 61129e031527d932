import { expect, test } from "vitest";
import { MAX_TRIES, nextTry } from "../../services/notifications/domain/next-try";

test("a message is tried ten times over more than five hours, then never again", () => {
  const waits = Array.from({ length: MAX_TRIES }, (_, i) => nextTry(i + 1));
  expect(waits.slice(0, 3)).toEqual([2, 6, 18]);
  expect(waits.at(-1)).toBeNull();
  const total = waits.reduce<number>((sum, wait) => sum + (wait ?? 0), 0);
  expect(total).toBeGreaterThan(5 * 3600);
  expect(nextTry(MAX_TRIES + 1)).toBeNull();
});
