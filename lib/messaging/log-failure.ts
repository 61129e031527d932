import type { Logger } from "moleculer";
import { inScope } from "../observability/scope";
import type { EventEnvelope } from "./event";
import { eventScope } from "./event-scope";

/** Why an event was not handled, and after how many attempts. */
export interface Failure {
  readonly event: EventEnvelope;
  readonly attempts: number;
  readonly error: string;
  /** Whether trying ends here. */
  readonly dead: boolean;
}

export function logFailure(
  logger: Pick<Logger, "warn" | "error">,
  { event, attempts, error, dead }: Failure,
): void {
  const what = `${event.name} ${event.id}`;
  inScope(eventScope(event), () => {
    if (dead) logger.error(`${what} is a dead letter after ${attempts} attempts: ${error}`);
    else logger.warn(`${what} failed, attempt ${attempts}: ${error}`);
  });
}
