import type { Service } from "moleculer";
import { meshMetrics } from "../lib/observability/mesh-metrics";
import { meterOf } from "../lib/observability/meter";
import { startSampler, type Sampler } from "../lib/observability/sampler";
import { NO_ID } from "../lib/store/id-range";
import type { EventRecords } from "./operator-actions";

const EVERY_MS = 10_000;

/** Keeps the gauges of a service's outbox and inbox; null where metrics are off. */
export function sampleBacklog(
  self: Service,
  service: string,
  records: EventRecords,
): Sampler | null {
  const meter = meterOf(self.broker, meshMetrics);
  const labels = { service };
  async function sample(): Promise<void> {
    const backlog = await records.backlog();
    meter.set("mesh_outbox_pending", backlog.pendingEvents, labels);
    meter.set("mesh_outbox_oldest_seconds", backlog.oldestPendingMs / 1000, labels);
    meter.set("mesh_inbox_parked", backlog.parkedEvents, labels);
    meter.set("mesh_dead_letters", backlog.deadLetters, labels);
    const [oldest] =
      backlog.deadLetters > 0 ? await records.deadLetters({ after: NO_ID, limit: 1 }) : [];
    const ageMs = oldest ? Math.max(0, Date.now() - oldest.created_at.getTime()) : 0;
    meter.set("mesh_dead_letter_oldest_seconds", ageMs / 1000, labels);
  }
  const { broker, logger } = self;
  return startSampler(broker, { name: "the backlog", everyMs: EVERY_MS, logger, sample });
}
