import type { Span } from "moleculer";
import type { SpanKind, SpanMeta } from "./spans";

/** OTLP's numbers for kinds and states (opentelemetry-proto, trace.proto). */
const KINDS: Readonly<Record<SpanKind, number>> = {
  server: 2,
  client: 3,
  producer: 4,
  consumer: 5,
};
const INTERNAL = 1;
const STATUS_ERROR = 2;

/** Spans as an ExportTraceServiceRequest, by the service that they are of. */
export function otlpTraces(spans: readonly Span[], namespace: string, node: string): object {
  const byService = Map.groupBy(spans, (span) => span.service?.name ?? "unknown");
  return {
    resourceSpans: [...byService].map(([service, own]) => ({
      resource: {
        attributes: attributes({
          "service.name": service,
          "service.namespace": namespace,
          "service.instance.id": node,
        }),
      },
      scopeSpans: [{ scope: { name: namespace }, spans: own.map(otlpSpan) }],
    })),
  };
}

function otlpSpan(span: Span): object {
  const { links = [] } = span.meta as SpanMeta;
  return {
    traceId: span.traceID,
    spanId: span.id,
    ...(span.parentID ? { parentSpanId: span.parentID } : {}),
    name: span.name,
    kind: KINDS[span.type as SpanKind] ?? INTERNAL,
    startTimeUnixNano: nanos(span.startTime),
    endTimeUnixNano: nanos(span.finishTime),
    attributes: attributes(span.tags),
    ...(links.length === 0
      ? {}
      : { links: links.map(({ traceId, spanId }) => ({ traceId, spanId })) }),
    status: span.error ? { code: STATUS_ERROR } : {},
  };
}

/** From ms with a fraction; beyond what a number holds, hence as text. */
const nanos = (ms: number | null): string => String(BigInt(Math.round((ms ?? 0) * 1_000)) * 1_000n);

const attributes = (tags: Readonly<Record<string, unknown>>): object[] =>
  Object.entries(tags).flatMap(([key, tag]): object[] => {
    const value = attributeValue(tag);
    return value === null ? [] : [{ key, value }];
  });

function attributeValue(tag: unknown): object | null {
  if (typeof tag === "string") return { stringValue: tag };
  if (typeof tag === "boolean") return { boolValue: tag };
  if (typeof tag !== "number") return null;
  return Number.isInteger(tag) ? { intValue: String(tag) } : { doubleValue: tag };
}
