import {
  constants,
  monitorEventLoopDelay,
  PerformanceObserver,
  type NodeGCPerformanceDetail,
  type PerformanceEntry,
} from "node:perf_hooks";
import type { ServiceBroker } from "moleculer";
import { meshMetrics } from "./mesh-metrics";
import { meterOf } from "./meter";
import { startSampler } from "./sampler";

const EVERY_MS = 5_000;
const RESOLUTION_MS = 20;
const { NODE_PERFORMANCE_GC_MAJOR, NODE_PERFORMANCE_GC_MINOR, NODE_PERFORMANCE_GC_INCREMENTAL } =
  constants;
const GC_KINDS: Readonly<Record<number, string>> = {
  [NODE_PERFORMANCE_GC_MAJOR]: "major",
  [NODE_PERFORMANCE_GC_MINOR]: "minor",
  [NODE_PERFORMANCE_GC_INCREMENTAL]: "incremental",
};

/** Watches the event loop, the garbage collector and the memory of this process; ends with the result. */
export function watchProcess(broker: ServiceBroker): () => Promise<void> {
  if (!broker.isMetricsEnabled()) return async () => undefined;
  const meter = meterOf(broker, meshMetrics);
  const pauses = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      // Node's types do not say that entries of type gc have it.
      const { kind = 0 } = (entry as PerformanceEntry & { detail: NodeGCPerformanceDetail }).detail;
      const labels = { kind: GC_KINDS[kind] ?? "other" };
      meter.observe("nodejs_gc_pause_seconds", entry.duration / 1000, labels);
    }
  });
  pauses.observe({ entryTypes: ["gc"] });
  const loop = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  loop.enable();

  function sample(): void {
    for (const percentile of [50, 99]) {
      // Its own timer is what it measures by: an idle loop shows the resolution.
      const seconds = Math.max(0, loop.percentile(percentile) / 1e9 - RESOLUTION_MS / 1e3);
      meter.set("nodejs_eventloop_delay_seconds", seconds, { percentile: `p${percentile}` });
    }
    loop.reset();
    const { rss, heapUsed, external } = process.memoryUsage();
    const spaces = { rss, heap_used: heapUsed, external };
    for (const [space, bytes] of Object.entries(spaces)) {
      meter.set("nodejs_memory_bytes", bytes, { space });
    }
  }

  const { logger } = broker;
  const sampler = startSampler(broker, { name: "the process", everyMs: EVERY_MS, logger, sample });
  return async () => {
    pauses.disconnect();
    loop.disable();
    await sampler?.stop();
  };
}
