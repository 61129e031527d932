import type { Answer, Exchange } from "./exchange";

const EXPOSED = [
  "ETag",
  "Location",
  "X-Cart-Id",
  "X-Request-Id",
  "Idempotency-Replayed",
  "RateLimit-Limit",
  "RateLimit-Remaining",
  "RateLimit-Reset",
  "Retry-After",
  "traceparent",
].join(", ");

const ACCEPTED = [
  "Authorization",
  "Content-Type",
  "Idempotency-Key",
  "If-None-Match",
  "Last-Event-ID",
  "X-Cart-Id",
  "X-Request-Id",
  "traceparent",
].join(", ");

const PREFLIGHT_SECONDS = "600";

/** Lets pages of the configured origins read our answers; compared whole, never by a part (T34). */
export class Cors {
  readonly #origins: ReadonlySet<string>;

  constructor(origins: readonly string[]) {
    this.#origins = new Set(origins);
  }

  /** Adds what an answer to this origin carries: nothing for one that is not ours. */
  decorate({ req, headers }: Exchange): void {
    if (this.#origins.size === 0) return;
    headers.vary = "Origin";
    const { origin } = req.headers;
    if (origin === undefined || !this.#origins.has(origin)) return;
    headers["access-control-allow-origin"] = origin;
    headers["access-control-expose-headers"] = EXPOSED;
  }

  /** The answer to OPTIONS on a path with these methods, a preflight or not. */
  options({ headers }: Exchange, methods: readonly string[]): Answer {
    const allow = allowHeader(methods);
    const preflight = headers["access-control-allow-origin"] !== undefined;
    return {
      status: 204,
      headers: {
        allow,
        ...(preflight
          ? {
              "access-control-allow-methods": allow,
              "access-control-allow-headers": ACCEPTED,
              "access-control-max-age": PREFLIGHT_SECONDS,
            }
          : {}),
      },
      body: null,
    };
  }
}

/** `Allow` for the methods that a path has routes for. */
export const allowHeader = (methods: readonly string[]): string =>
  [...new Set([...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"])]
    .sort()
    .join(", ");
