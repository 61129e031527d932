import type { ServiceBroker } from "moleculer";
import type { ContractTable } from "../mesh/contract";
import type { EventEnvelope } from "../messaging/event";
import { eventScope } from "../messaging/event-scope";
import type { Attempt, EventObserver, Outcome } from "../messaging/observer";
import { RecentlyUsed } from "../recently-used";
import { meshMetrics } from "./mesh-metrics";
import { meterOf } from "./meter";
import { inScope } from "./scope";
import { openSpan } from "./spans";
import { parseTraceparent, spanBelow, type SpanContext } from "./traceparent";

/** Attempts that later ones link to; after a restart, or on another node, the publication stands in. */
const REMEMBERED = 1_000;

/**
 * Spans, metrics and log scopes of a service's durable events. Publication and every handling are in
 * the trace of the request that began the chain; an attempt after the first also links to what it
 * follows: the attempt before.
 */
export function eventTelemetry(
  broker: ServiceBroker,
  service: string,
  contracts: ContractTable,
): EventObserver {
  const known = new Set(Object.values(contracts).flatMap(({ events }) => Object.keys(events)));
  // What somebody else put into the stream may have any name.
  const labelOf = (name: string): string => (known.has(name) ? name : "unknown");
  const meter = meterOf(broker, meshMetrics);
  const lastAttempts = new RecentlyUsed<string, SpanContext>(REMEMBERED);

  function begin(event: EventEnvelope, attempt: number): Attempt {
    const began = performance.now();
    const parent = parseTraceparent(event.traceparent);
    const own = parent && spanBelow(parent);
    const earlier = lastAttempts.get(event.id);
    const links = earlier ? [earlier] : attempt > 1 && parent ? [parent] : [];
    const span =
      own &&
      openSpan(broker, {
        name: `process ${labelOf(event.name)}`,
        kind: "consumer",
        service,
        own,
        parent,
        links,
        attributes: attributesOf(event),
      });
    if (own && span) lastAttempts.set(event.id, own);
    return {
      event: span ? { ...event, traceparent: span.traceparent } : event,
      run: (handler) => inScope(eventScope(event), handler),
      end: (outcome, error) => {
        // An event that is done is not tried again, unless somebody replays it.
        if (outcome === "done") lastAttempts.delete(event.id);
        const seconds = (performance.now() - began) / 1000;
        count(event, outcome, seconds);
        span?.end({
          attributes: { "messaging.outcome": outcome, "messaging.attempt": attempt },
          ...(error === undefined ? {} : { error }),
        });
      },
    };
  }

  function count({ name, occurredAt }: EventEnvelope, outcome: Outcome, seconds: number): void {
    const event = labelOf(name);
    meter.add("mesh_event_handled_total", { service, event, outcome });
    meter.observe("mesh_event_handling_seconds", seconds, { service, event });
    if (outcome !== "done") return;
    const latency = Math.max(0, Date.now() - Date.parse(occurredAt)) / 1000;
    meter.observe("mesh_event_latency_seconds", latency, { service, event });
  }

  async function publish<T>(
    event: EventEnvelope,
    send: (event: EventEnvelope) => Promise<T>,
  ): Promise<T> {
    const parent = parseTraceparent(event.traceparent);
    const own = parent && spanBelow(parent);
    const span =
      own &&
      openSpan(broker, {
        name: `publish ${labelOf(event.name)}`,
        kind: "producer",
        service,
        own,
        parent,
        attributes: attributesOf(event),
      });
    const labels = (outcome: string) => ({ service, event: labelOf(event.name), outcome });
    try {
      const sent = await send(span ? { ...event, traceparent: span.traceparent } : event);
      meter.add("mesh_event_published_total", labels("done"));
      span?.end();
      return sent;
    } catch (error) {
      meter.add("mesh_event_published_total", labels("failed"));
      span?.end({ error });
      throw error;
    }
  }

  return { begin, publish };
}

const attributesOf = (event: EventEnvelope) => ({
  "messaging.message.id": event.id,
  "messaging.message.conversation_id": event.correlationId,
});
