import { randomFillSync } from "node:crypto";

/** One span as W3C trace context names it. */
export interface SpanContext {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
  /** Whether whoever began the trace wants it recorded. */
  readonly sampled: boolean;
}

const TRACEPARENT =
  /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const SAMPLED = 1;

/** What a `traceparent` header says; null when it is none. */
export function parseTraceparent(header: unknown): SpanContext | null {
  const parts = typeof header === "string" ? TRACEPARENT.exec(header) : null;
  if (!parts) return null;
  const [, version, traceId = "", spanId = "", flags = "", more] = parts;
  // Version 00 has exactly four parts; a later one may have more, of which we know the same four.
  if (version === "00" && more !== undefined) return null;
  return { traceId, spanId, sampled: (parseInt(flags, 16) & SAMPLED) !== 0 };
}

export const formatTraceparent = ({ traceId, spanId, sampled }: SpanContext): string =>
  `00-${traceId}-${spanId}-${sampled ? "01" : "00"}`;

/** A new span below `parent`, or the first one of a new trace. */
export const spanBelow = (parent: SpanContext | null): SpanContext => ({
  traceId: parent?.traceId ?? randomHex(16),
  spanId: randomHex(8),
  sampled: parent?.sampled ?? true,
});

const pool = Buffer.alloc(4096);
let used = pool.length;

/** Random bytes as hex, taken from a pool: one by one they would cost more than the look-up of a page. */
function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString("hex", used - bytes, used);
}
