import { hash, randomFillSync, randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

/** One request and its answer to be. HTTP/2 comes through Node's compatible API. */
export interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly requestId: string;
  /** W3C trace context, with a span of ours below the caller's. */
  readonly traceparent: string;
  /** What the answer carries whatever it will be; grows on the way. */
  readonly headers: Record<string, string>;
}

/** An answer as data; `send` writes it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | null;
}

/** A strong entity tag: the same bytes, the same tag. */
export const etagOf = (body: string | Buffer): string =>
  `"${hash("sha256", body, "base64url").slice(0, 27)}"`;

const SANE_ID = /^[\w.-]{1,128}$/;
const TRACEPARENT =
  /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const SAMPLED = "01";

export function beginExchange(req: IncomingMessage, res: ServerResponse): Exchange {
  const requestId = requestIdOf(req.headers["x-request-id"]);
  const traceparent = continueTrace(req.headers.traceparent);
  return { req, res, requestId, traceparent, headers: { "x-request-id": requestId, traceparent } };
}

/** The caller's id when it is a sane token, else a new one: it goes into logs and headers. */
export const requestIdOf = (header: string | string[] | undefined): string =>
  typeof header === "string" && SANE_ID.test(header) ? header : randomUUID();

/** Continues a W3C traceparent with a new span, or begins a trace when there is none. */
export function continueTrace(header: string | string[] | undefined): string {
  const parent = typeof header === "string" ? TRACEPARENT.exec(header) : null;
  // Version 00 has exactly four parts; a later one may have more, of which we know the same four.
  const [, version, traceId, , flags, more] = parent ?? [];
  const known = traceId !== undefined && !(version === "00" && more !== undefined);
  return known
    ? `00-${traceId}-${randomHex(8)}-${flags}`
    : `00-${randomHex(16)}-${randomHex(8)}-${SAMPLED}`;
}

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
