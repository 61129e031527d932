import type { ServiceBroker } from "moleculer";
import { shopMetrics } from "../../contracts/metrics";
import type { EventEnvelope, UnitOfWork } from "../../lib/messaging/event";
import { meterOf } from "../../lib/observability/meter";

type NoteLag = (
  event: Pick<EventEnvelope, "occurredAt">,
  work: Pick<UnitOfWork, "afterCommit">,
) => void;

/**
 * How old the event applied last was when searches began to see it. Stays until the next one: a
 * consumer that stands still shows in the age of its backlog, not here.
 */
export function lagGauge(broker: ServiceBroker): NoteLag {
  const meter = meterOf(broker, shopMetrics);
  return ({ occurredAt }, work) =>
    work.afterCommit(() => {
      const seconds = (Date.now() - Date.parse(occurredAt)) / 1000;
      meter.set("shop_search_lag_seconds", Math.max(0, seconds), {});
    });
}
