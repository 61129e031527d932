import { hash, randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Scope } from "../../lib/observability/scope";
import { scrub } from "../../lib/observability/scrub";
import {
  formatTraceparent,
  parseTraceparent,
  spanBelow,
  type SpanContext,
} from "../../lib/observability/traceparent";

/** One request and its answer to be. HTTP/2 comes through Node's compatible API. */
export interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly requestId: string;
  /** The span of this request, and the one of the caller that it goes on from. */
  readonly span: SpanContext;
  readonly parentSpan: SpanContext | null;
  /** The same as W3C trace context. */
  readonly traceparent: string;
  /** The pattern of the path, as `/api/v1/orders/:id`, once a route is found. */
  route: string | null;
  /** Whether the answer is written bit by bit, for as long as the client stays. */
  streaming: boolean;
  /** What is logged on the way carries this. */
  readonly scope: Scope;
  /** What the answer carries whatever it will be; grows on the way. */
  readonly headers: Record<string, string>;
}

/** An answer as data; `send` writes it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | null;
  /** In place of a body; the headers say its length. */
  readonly pieces?: AsyncIterable<Buffer>;
  /** The pattern that it answers, where the answer is kept for others. */
  readonly route?: string;
}

/** A strong entity tag: the same bytes, the same tag. */
export const etagOf = (body: string | Buffer): string =>
  `"${hash("sha256", body, "base64url").slice(0, 27)}"`;

const SANE_ID = /^[\w.-]{1,128}$/;

export function beginExchange(req: IncomingMessage, res: ServerResponse): Exchange {
  const requestId = requestIdOf(req.headers["x-request-id"]);
  const parentSpan = parseTraceparent(req.headers.traceparent);
  const span = spanBelow(parentSpan);
  const traceparent = formatTraceparent(span);
  const headers = { "x-request-id": requestId, traceparent };
  const scope = { requestId, traceId: span.traceId };
  const answer = { headers, route: null, streaming: false };
  return { req, res, requestId, span, parentSpan, traceparent, scope, ...answer };
}

/** The caller's id when it is a sane token and nobody's secret, else a new one: it goes into logs. */
export const requestIdOf = (header: string | string[] | undefined): string =>
  typeof header === "string" && SANE_ID.test(header) && scrub(header) === header
    ? header
    : randomUUID();
