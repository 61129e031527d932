import { pipeline, Readable } from "node:stream";
import type { Answer, Exchange } from "./exchange";
import { BODY_LIMIT, declaredLength, hasBody } from "./read-body";

/** How much, and how long, of a refused body is taken in so that its sender gets to read the answer. */
const LINGER_BYTES = 8 * 1024 * 1024;
const LINGER_MS = 2_000;

/** What a browser should make of our answers: nothing but what they say they are. */
const SECURITY: Readonly<Record<string, string>> = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
};

export interface SendOptions {
  /** The door closes: clients shall not use their connection again. */
  readonly closing: boolean;
  readonly secure: boolean;
}

/** Writes the answer, or 304 for what the client has. Does nothing when there is nobody to read it. */
export function send(exchange: Exchange, answer: Answer, options: SendOptions): void {
  const { req, res } = exchange;
  if (res.headersSent || res.destroyed) return;
  const { status, body, pieces, headers } = matches(req.headers["if-none-match"], answer)
    ? { ...answer, status: 304, body: null }
    : answer;
  const lingers = hasUnreadBody(exchange);
  const whole = { ...wholeHeaders(exchange, lingers, options), ...headers };
  if (status === 304) delete whole["content-type"];
  if (status !== 304 && status !== 204) whole["content-length"] ??= Buffer.byteLength(body ?? "");
  res.writeHead(status, whole);
  if (pieces && req.method !== "HEAD") return pour(exchange, pieces);
  const sent = req.method === "HEAD" ? null : body;
  if (lingers && req.httpVersionMajor === 1) linger(exchange, sent);
  else res.end(sent ?? undefined);
}

/**
 * As fast as the client takes it. Once it has begun, a piece that cannot be had can only cut the
 * connection, so that nobody takes a part for the whole.
 */
function pour({ res }: Exchange, pieces: AsyncIterable<Buffer>): void {
  // Who cannot be asked for a piece says so in the log; a client that leaves is no fault.
  pipeline(Readable.from(pieces), res, () => undefined);
}

/** The head of an answer that is written bit by bit. */
export function sendStreamHead(
  exchange: Exchange,
  headers: Readonly<Record<string, string>>,
  options: SendOptions,
): void {
  exchange.streaming = true;
  exchange.res.writeHead(200, { ...wholeHeaders(exchange, false, options), ...headers });
  exchange.res.flushHeaders();
}

function wholeHeaders(
  { req, headers }: Exchange,
  lingers: boolean,
  { closing, secure }: SendOptions,
): Record<string, string | number> {
  return {
    ...SECURITY,
    ...(secure ? { "strict-transport-security": "max-age=15552000" } : {}),
    ...headers,
    ...((closing || lingers) && req.httpVersionMajor === 1 ? { connection: "close" } : {}),
  };
}

/** RFC 9110 §13.1.2: any of a list of tags, compared weakly. */
function matches(header: string | undefined, { status, headers }: Answer): boolean {
  const { etag } = headers;
  if (header === undefined || etag === undefined || status !== 200) return false;
  if (header.trim() === "*") return true;
  return header.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag);
}

/** A body that nobody read and that is too long, or too unknown in length, to be swallowed in silence. */
function hasUnreadBody({ req }: Exchange): boolean {
  if (req.complete || !hasBody(req)) return false;
  const { expect, "transfer-encoding": chunked } = req.headers;
  return expect !== undefined || chunked !== undefined || declaredLength(req) > BODY_LIMIT;
}

/**
 * Answers at once but closes late: a connection that is closed while its client still sends is reset,
 * and the answer is lost with it.
 */
function linger({ req, res }: Exchange, body: string | Buffer | null): void {
  let taken = 0;
  const timer = setTimeout(() => close(), LINGER_MS);
  const close = (): void => {
    clearTimeout(timer);
    // Nothing more is read; the socket goes as soon as the answer is out.
    req.off("data", count).pause();
    res.end(() => req.destroy());
  };
  const count = (chunk: Buffer): void => {
    taken += chunk.length;
    if (taken > LINGER_BYTES) close();
  };
  req.unpipe();
  req.on("data", count).once("end", close).once("close", close);
  res.flushHeaders();
  if (body !== null) res.write(body);
}
