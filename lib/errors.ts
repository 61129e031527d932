import { Errors } from "moleculer";

/** What an error code means to a client: its HTTP status and a constant human title. */
export interface ErrorDefinition {
  readonly status: number;
  readonly title: string;
}

/** One faulty field of a request. `path` is a JSON pointer, empty for the whole. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

export interface ErrorData {
  readonly errors?: readonly FieldError[];
  /** Seconds after which trying again makes sense; becomes `Retry-After`. */
  readonly retryAfter?: number;
}

/**
 * An expected failure. It travels between nodes as a MoleculerError, whose `type` carries our code;
 * on arrival it is no longer an instance of this class, so match it with `hasCode`.
 */
export class ExpectedError extends Errors.MoleculerError {
  constructor(code: string, definition: ErrorDefinition, detail?: string, data?: ErrorData) {
    super(detail ?? definition.title, definition.status, code, data ?? {});
    this.name = "ExpectedError";
  }
}

/** Whether `error`, local or received from another node, carries one of the given codes. */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  return (
    typeof error === "object" &&
    error !== null &&
    "type" in error &&
    typeof error.type === "string" &&
    codes.includes(error.type)
  );
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** For those who run the shop: the message, and what is behind it, which no caller gets to see. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Of a name with several addresses, none of which answers: a list, and no message.
  const several = error instanceof AggregateError ? error.errors.map(reasonOf).join(", ") : "";
  const own = error.message || several || error.name;
  return error.cause === undefined ? own : `${own}: ${reasonOf(error.cause)}`;
}

/** What a caller sees of a store that is away: nothing internal, and that trying later makes sense. */
export const unavailable = (cause: unknown): ExpectedError =>
  Object.assign(
    new ExpectedError(
      "SERVICE_UNAVAILABLE",
      { status: 503, title: "A part of the shop is unavailable" },
      undefined,
      { retryAfter: 1 },
    ),
    { cause },
  );
