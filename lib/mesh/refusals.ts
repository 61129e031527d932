import type { ServiceBroker } from "moleculer";

export const REFUSED_METRIC = "souk.mesh.refused.total";
/** A forger names itself as it likes; it must not fill the log or this memory. */
const MOST_LOGGED = 200;

/** Counts what is refused by reason, and logs the first of each `who` and reason. */
export function refusalsOf(broker: ServiceBroker): (reason: string, who: string) => void {
  const logger = broker.getLogger("trust");
  const logged = new Set<string>();
  if (broker.isMetricsEnabled()) {
    broker.metrics.register({
      type: "counter",
      name: REFUSED_METRIC,
      description: "Packets and calls of other nodes that were not to be believed",
      labelNames: ["reason"],
    });
  }
  return (reason, who) => {
    if (broker.isMetricsEnabled()) broker.metrics.increment(REFUSED_METRIC, { reason });
    const line = `refused ${who}: ${reason}`;
    if (logged.has(line) || logged.size >= MOST_LOGGED) return;
    logged.add(line);
    logger.warn(line);
  };
}
