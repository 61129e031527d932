import type { EventEnvelope } from "./event";

/** How the handling of an event ended: `retried` when a batch was taken apart, to try each alone. */
export type Outcome = "done" | "parked" | "dead" | "retried";

/** One attempt to handle one event. */
export interface Attempt {
  /** The event as its handler gets it: with the trace context that what it publishes goes on from. */
  readonly event: EventEnvelope;
  /** Runs the handler, in the scope of its event. */
  readonly run: <T>(handler: () => T) => T;
  /** Once its transaction has ended, one way or the other. */
  readonly end: (outcome: Outcome, error?: unknown) => void;
}

/** Told of what an inbox and a relay do; lib/observability makes spans and metrics of it. */
export interface EventObserver {
  /** `attempt` counts from 1. */
  begin(event: EventEnvelope, attempt: number): Attempt;
  /** Publishes by `publish`, which gets the event with the trace context of its publication. */
  publish<T>(event: EventEnvelope, publish: (event: EventEnvelope) => Promise<T>): Promise<T>;
}

/** For those that nobody observes. */
export const unobserved: EventObserver = {
  begin: (event) => ({ event, run: (handler) => handler(), end: () => undefined }),
  publish: (event, publish) => publish(event),
};
