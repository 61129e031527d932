import type { Scope } from "../observability/scope";
import { parseTraceparent } from "../observability/traceparent";
import type { EventEnvelope } from "./event";

/** What lines about an event are logged with. */
export function eventScope({ id, correlationId, traceparent }: EventEnvelope): Scope {
  const traceId = parseTraceparent(traceparent)?.traceId;
  return { eventId: id, correlationId, ...(traceId ? { traceId } : {}) };
}
