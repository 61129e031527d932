import { afterEach, expect, it, vi } from "vitest";
import { waitUntil } from "../../lib/embedded/postgres/process";

afterEach(() => void vi.useRealTimers());

/** What comes true when it is asked for the third time; each time the clock jumps by so much. */
function thirdTime(jumpMs: number): () => Promise<boolean> {
  vi.useFakeTimers({ toFake: ["Date"] });
  let asked = 0;
  return async () => {
    vi.setSystemTime(Date.now() + jumpMs);
    return ++asked === 3;
  };
}

it("does not give up because the clock was put forward", async () => {
  expect(await waitUntil(thirdTime(3_600_000), 5_000)).toBe(true);
});

it("gives up in time although the clock was put back", async () => {
  expect(await waitUntil(thirdTime(-3_600_000), 1)).toBe(false);
});
