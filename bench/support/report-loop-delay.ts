/**
 * Preloaded into the shop's process: tells its parent once a second how long the event loop was late
 * and how much memory the process has.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { isMainThread } from "node:worker_threads";

export interface LoopSample {
  /** Milliseconds within the last second. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** Since the parent asked for it to be measured anew, by any message. */
  readonly p99SinceRestart: number;
  /** Bytes. */
  readonly rss: number;
  readonly heap: number;
}

const RESOLUTION_MS = 5;

if (isMainThread && process.send) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  const whole = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  for (const each of [delay, whole]) each.enable();
  process.on("message", () => whole.reset());
  // What the timer itself waits is no delay.
  const ms = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
  setInterval(() => {
    const { rss, heapUsed: heap } = process.memoryUsage();
    const [p50, p99, max] = [delay.percentile(50), delay.percentile(99), delay.max].map(ms);
    const p99SinceRestart = ms(whole.percentile(99));
    process.send?.({ p50, p99, max, p99SinceRestart, rss, heap });
    delay.reset();
  }, 1_000).unref();
  process.channel?.unref();
}
