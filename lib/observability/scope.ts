import { AsyncLocalStorage } from "node:async_hooks";

/** What is being handled: every line that is logged meanwhile carries these. */
export interface Scope {
  readonly requestId?: string;
  readonly eventId?: string;
  readonly traceId?: string;
  /** What it is about, the order's id in a saga; a request may learn it on its way. */
  correlationId?: string;
}

const storage = new AsyncLocalStorage<Scope>();

/** Runs `work`, and all that it starts, within `scope`. */
export const inScope = <T>(scope: Scope, work: () => T): T => storage.run(scope, work);

/** Runs what belongs to nobody: a poller that a request happens to wake must not go on as its part. */
export const outsideScope = <T>(work: () => T): T => storage.exit(work);

export const currentScope = (): Scope | undefined => storage.getStore();

/** Notes what the work in hand turned out to be about, unless that is known. */
export function correlate(id: string): void {
  const scope = storage.getStore();
  if (scope) scope.correlationId ??= id;
}
