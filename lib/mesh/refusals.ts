import type { ServiceBroker } from "moleculer";
import { meshMetrics } from "../observability/mesh-metrics";
import { meterOf } from "../observability/meter";

/** A forger names itself as it likes; it must not fill the log or this memory. */
const MOST_LOGGED = 200;

/** Counts what is refused by reason, and logs the first of each `who` and reason. */
export function refusalsOf(broker: ServiceBroker): (reason: string, who: string) => void {
  const logger = broker.getLogger("trust");
  const logged = new Set<string>();
  const meter = meterOf(broker, meshMetrics);
  return (reason, who) => {
    meter.add("mesh_refused_total", { reason });
    const line = `refused ${who}: ${reason}`;
    if (logged.has(line) || logged.size >= MOST_LOGGED) return;
    logged.add(line);
    logger.warn(line);
  };
}
