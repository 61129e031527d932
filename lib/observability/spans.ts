import type { ServiceBroker } from "moleculer";
import { formatTraceparent, type SpanContext } from "./traceparent";

/** As OpenTelemetry counts them: who asks and who answers, who tells and who hears. */
export type SpanKind = "server" | "client" | "producer" | "consumer";

export type Attributes = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface SpanOptions {
  readonly name: string;
  readonly kind: SpanKind;
  readonly service: string;
  readonly own: SpanContext;
  readonly parent: SpanContext | null;
  readonly attributes?: Attributes;
  /** Spans that this one follows without being their child. */
  readonly links?: readonly SpanContext[];
}

export interface SpanEnd {
  readonly name?: string;
  readonly attributes?: Attributes;
  readonly error?: unknown;
}

export interface OpenSpan {
  readonly traceparent: string;
  end(end?: SpanEnd): void;
}

/** What an exporter finds in a span's `meta`, which Moleculer leaves to us. */
export interface SpanMeta {
  readonly links?: readonly SpanContext[];
}

const SERVER_FAULT = 500;

/**
 * Begins a span of Moleculer's tracer, under an id of W3C's form. Null where nothing is traced, or
 * the caller does not want this trace recorded: then the caller's context just travels on.
 */
export function openSpan(broker: ServiceBroker, options: SpanOptions): OpenSpan | null {
  const { name, kind, service, own, parent, attributes = {}, links = [] } = options;
  if (!own.sampled || !broker.isTracingEnabled()) return null;
  const span = broker.tracer.startSpan(name, {
    id: own.spanId,
    traceID: own.traceId,
    parentID: parent?.spanId ?? null,
    sampled: true,
    type: kind,
    service,
    tags: { ...attributes },
  });
  if (links.length > 0) Object.assign(span.meta, { links } satisfies SpanMeta);
  return {
    traceparent: formatTraceparent(own),
    end: ({ name: better, attributes: more, error } = {}) => {
      if (better) span.name = better;
      if (more) span.addTags(more);
      if (error !== undefined) {
        const failure = failureOf(error);
        span.addTags({ "error.type": failure.type });
        // A refusal that a client has earned is no failure of ours.
        if (failure.code >= SERVER_FAULT) span.setError(failure);
      }
      span.finish();
    },
  };
}

/** What was thrown, without its words: they may quote what somebody sent. */
function failureOf(error: unknown): Error & { code: number; type: string } {
  const { name, type, code } = (error ?? {}) as { name?: string; type?: unknown; code?: unknown };
  const kind = typeof type === "string" && type !== "" ? type : (name ?? "unknown");
  return {
    name: name ?? "Error",
    message: kind,
    type: kind,
    code: typeof code === "number" ? code : SERVER_FAULT,
  };
}
