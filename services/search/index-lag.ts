import type { ServiceBroker } from "moleculer";
import type { EventEnvelope, UnitOfWork } from "../../lib/messaging/event";

const LAG = "souk.search.lag.seconds";

type NoteLag = (
  event: Pick<EventEnvelope, "occurredAt">,
  work: Pick<UnitOfWork, "afterCommit">,
) => void;

/**
 * How old the event applied last was when searches began to see it. Stays until the next one: a
 * consumer that stands still shows in the age of its backlog, not here.
 */
export function lagGauge({ metrics }: ServiceBroker): NoteLag {
  metrics.register({
    type: "gauge",
    name: LAG,
    unit: "seconds",
    description:
      "Age of the event that the search index applied last, when searches began to see it",
  });
  return ({ occurredAt }, work) =>
    work.afterCommit(() =>
      metrics.set(LAG, Math.max(0, (Date.now() - Date.parse(occurredAt)) / 1000)),
    );
}
