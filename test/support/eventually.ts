import { setTimeout as sleep } from "node:timers/promises";

/** Polls until `probe` answers something other than undefined, false or null; fails after `timeoutMs`. */
export async function eventually<T>(
  probe: () => Promise<T | undefined | false | null>,
  { timeoutMs = 15_000, what = "the condition" } = {},
): Promise<T> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined && value !== false && value !== null) return value;
    if (performance.now() > end) throw new Error(`${what} did not come true in ${timeoutMs} ms`);
    await sleep(20);
  }
}
