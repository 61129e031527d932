/**
 * What a failed attempt at a call tells about its fate.
 * `undelivered`: the handler never ran, so that anybody may be asked instead ·
 * `refused`: neither did it, for that node has too much to do, or cannot believe who calls: its clock
 * is wrong, or it has another key ·
 * `unknown`: it may have run · `answered`: it ran, and this is its answer.
 */
export type CallFate = "undelivered" | "refused" | "unknown" | "answered";

export interface Attempt {
  readonly action: string;
  /** Undefined when nobody was found to ask. */
  readonly node: string | undefined;
}

const NEVER_RAN: ReadonlyMap<string, CallFate> = new Map([
  ["SERVICE_NOT_FOUND", "undelivered"],
  ["SERVICE_NOT_AVAILABLE", "undelivered"],
  ["QUEUE_FULL", "refused"],
  ["UNTRUSTED_CALL", "refused"],
]);
const BROKEN = new Set(["INTERNAL_ERROR", "UNTRUSTED_CALL"]);
const NEVER_ANSWERED = new Set(["REQUEST_TIMEOUT", "REQUEST_REJECTED"]);

interface Parts {
  readonly type?: unknown;
  readonly code?: unknown;
  /** Of an error that came from another node. */
  readonly nodeID?: unknown;
  readonly data?: { readonly action?: unknown; readonly nodeID?: unknown } | null;
}

const partsOf = (error: unknown): Parts =>
  typeof error === "object" && error !== null ? error : {};

/**
 * Judges by Moleculer's error types rather than by its flag `retryable`, which is also set where the
 * work may have been done (RELIABILITY T8). The same types come out of the calls that the handler
 * made in its turn: those are its answer.
 */
export function fateOf(error: unknown, { action, node }: Attempt): CallFate {
  const { type, nodeID, data } = partsOf(error);
  if (typeof type !== "string") return "answered";
  // Thrown by this node's transporter: it has no connection, and sent nothing.
  if (type === "BAD_GATEWAY" && nodeID === undefined) return "undelivered";
  if (data?.action !== action) return "answered";
  // A node that ran out of time says so too, and names who asked.
  if (NEVER_ANSWERED.has(type)) return "unknown";
  const byThatNode = data.nodeID === undefined || data.nodeID === node;
  return (byThatNode && NEVER_RAN.get(type)) || "answered";
}

/** Whether an answer is one that nobody planned for: a bug, or a broken node. */
export function isUnexpected(error: unknown): boolean {
  const { type, code } = partsOf(error);
  return typeof type !== "string" || typeof code !== "number" || BROKEN.has(type);
}
