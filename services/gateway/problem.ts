import { errors, type ErrorCode } from "../../contracts/errors";
import type { ErrorData, FieldError } from "../../lib/errors";
import type { Answer } from "./exchange";

/** What a client is told of a failure. */
export interface Problem {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  /** Seconds. */
  readonly retryAfter?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Members beside the standard ones. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** Failures of the mesh that say: nobody there could answer in time. */
const UNAVAILABLE = new Set([
  "REQUEST_TIMEOUT",
  "REQUEST_REJECTED",
  "REQUEST_SKIPPED",
  "SERVICE_NOT_FOUND",
  "SERVICE_NOT_AVAILABLE",
  "QUEUE_FULL",
  "UNTRUSTED_CALL", // by a node whose clock or key is wrong
  "BAD_GATEWAY",
]);
const RETRY_AFTER_SECONDS = 1;

export const isErrorCode = (value: unknown): value is ErrorCode =>
  typeof value === "string" && Object.hasOwn(errors, value);

/**
 * The problem behind anything that was thrown, here or on another node, where it lost its class and
 * kept its `type`. What is neither in the table nor Moleculer's own says nothing but INTERNAL_ERROR.
 */
export function problemOf(error: unknown): Problem {
  const { type, message, data } = errorParts(error);
  if (UNAVAILABLE.has(type)) return unavailable();
  if (!isErrorCode(type)) return { code: "INTERNAL_ERROR", detail: errors.INTERNAL_ERROR.title };
  const { status, title } = errors[type];
  return {
    code: type,
    // Behind a 5xx, words are for the log.
    detail: status >= 500 ? title : message,
    ...(data.errors ? { errors: data.errors } : {}),
    ...retryOf(type, data),
  };
}

export const unavailable = (): Problem => ({
  code: "SERVICE_UNAVAILABLE",
  detail: errors.SERVICE_UNAVAILABLE.title,
  retryAfter: RETRY_AFTER_SECONDS,
});

/** RFC 9457, with our `code` and `requestId`. */
export function problemAnswer(problem: Problem, requestId: string): Answer {
  const { code, detail, retryAfter } = problem;
  const { status, title } = errors[code];
  const body = {
    type: problemType(code),
    title,
    status,
    code,
    detail,
    requestId,
    ...(problem.errors ? { errors: problem.errors } : {}),
    ...problem.extra,
  };
  return {
    status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      ...(retryAfter === undefined ? {} : { "retry-after": String(Math.ceil(retryAfter)) }),
      ...(status === 401 ? { "www-authenticate": 'Bearer realm="souk"' } : {}),
      ...problem.headers,
    },
    body: JSON.stringify(body),
  };
}

/** A stable name for the kind of problem; it need not resolve. */
export const problemType = (code: string): string =>
  `https://souk.example/problems/${code.toLowerCase().replaceAll("_", "-")}`;

function retryOf(code: ErrorCode, data: ErrorData): { retryAfter?: number } {
  const fallback = errors[code].status === 503 ? RETRY_AFTER_SECONDS : undefined;
  const retryAfter = typeof data.retryAfter === "number" ? data.retryAfter : fallback;
  return retryAfter === undefined ? {} : { retryAfter };
}

function errorParts(error: unknown): { type: string; message: string; data: ErrorData } {
  if (typeof error !== "object" || error === null) return { type: "", message: "", data: {} };
  const { type, message, data } = error as { type?: unknown; message?: unknown; data?: unknown };
  return {
    type: typeof type === "string" ? type : "",
    message: typeof message === "string" ? message : "",
    // An ExpectedError carries ErrorData; what else sits there is of errors that show none of it.
    data: typeof data === "object" && data !== null ? data : {},
  };
}
