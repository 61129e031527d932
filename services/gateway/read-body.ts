import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest } from "node:http2";
import { Transform } from "node:stream";
import { fail } from "../../contracts/errors";
import type { Exchange } from "./exchange";

type Incoming = Pick<Exchange, "req" | "res">;

export const BODY_LIMIT = 1024 * 1024;
export const STREAM_LIMIT = 64 * 1024 * 1024;
/** How long a body that is read whole may take to arrive. */
const ARRIVAL_MS = 30_000;
const EMPTY = Buffer.alloc(0);

/** Whether a body comes with the request, of whatever length. */
export function hasBody(req: IncomingMessage): boolean {
  if (req.httpVersionMajor === 2) {
    // Node's compatible API hides the stream from the type it imitates.
    return !(req as unknown as Http2ServerRequest).stream.endAfterHeaders;
  }
  return req.headers["transfer-encoding"] !== undefined || declaredLength(req) > 0;
}

/** What Content-Length says; 0 when it says nothing. */
export const declaredLength = (req: IncomingMessage): number =>
  Number(req.headers["content-length"] ?? 0);

/** The whole body, at most `limit` bytes, whatever its Content-Length says. */
export function readBody({ req, res }: Incoming, limit = BODY_LIMIT): Promise<Buffer> {
  if (!hasBody(req)) return Promise.resolve(EMPTY);
  if (req.destroyed) return Promise.reject(goneAway());
  if (declaredLength(req) > limit) return Promise.reject(tooLarge(limit));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const late = setTimeout(() => {
      // Whoever drips one body would drip the next.
      res.shouldKeepAlive = false;
      settle(() => reject(fail("BAD_REQUEST", "the body took too long to arrive")));
    }, ARRIVAL_MS);
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > limit) settle(() => reject(tooLarge(limit)));
      else chunks.push(chunk);
    };
    const onEnd = (): void => settle(() => resolve(joined(chunks)));
    const onClose = (): void => settle(() => reject(goneAway()));
    const settle = (finish: () => void): void => {
      clearTimeout(late);
      req.off("data", onData).off("end", onEnd).off("close", onClose).pause();
      finish();
    };
    req.on("data", onData).on("end", onEnd).on("close", onClose);
    allowBody(req, res);
  });
}

/**
 * The body as a stream that fails once it is longer than `limit`. `overrun` tells whether that
 * happened: what the reader makes of the failure is not to be relied upon.
 */
export function streamBody(
  { req, res }: Incoming,
  limit = STREAM_LIMIT,
): { readonly stream: Transform; readonly overrun: () => boolean } {
  if (declaredLength(req) > limit) throw tooLarge(limit);
  let size = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size <= limit) return done(null, chunk);
      req.unpipe(stream);
      done(tooLarge(limit));
    },
  });
  // Not `pipeline`: on a failure it would destroy the request, and with it the way back.
  req.pipe(stream);
  req.once("close", () => {
    if (!req.complete) stream.destroy(goneAway());
  });
  // Whoever reads the stream hears of its failure as well; without a listener it would end the process.
  stream.on("error", () => undefined);
  allowBody(req, res);
  return { stream, overrun: () => size > limit };
}

/** The media type, lower case, without parameters. */
export const mediaType = (req: IncomingMessage): string =>
  (req.headers["content-type"] ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";

/** Refuses a body of another type than the route takes, or one that is compressed or not UTF-8. */
export function assertMediaType(req: IncomingMessage, accepted: readonly string[]): void {
  const { "content-type": type = "", "content-encoding": encoding = "identity" } = req.headers;
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(type)?.[1] ?? "utf-8";
  const good =
    accepted.includes(mediaType(req)) &&
    /^utf-?8$/i.test(charset) &&
    encoding.toLowerCase() === "identity";
  if (!good) {
    throw fail("UNSUPPORTED_MEDIA_TYPE", `send ${accepted.join(" or ")}, in UTF-8, not compressed`);
  }
}

/** A client that asked first (`Expect: 100-continue`) hears that its body is wanted. */
function allowBody(req: IncomingMessage, res: ServerResponse): void {
  if (req.headers.expect !== undefined) res.writeContinue();
}

const joined = (chunks: readonly Buffer[]): Buffer =>
  chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);

const tooLarge = (limit: number) =>
  fail("PAYLOAD_TOO_LARGE", `the body may have at most ${limit} bytes`);

const goneAway = () => fail("BAD_REQUEST", "the client went away");
