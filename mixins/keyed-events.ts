import type { Service, ServiceSchema } from "moleculer";
import type { Runtime } from "../config/runtime";
import { contracts, type DurableService } from "../contracts";
import type { EventEnvelope, UnitOfWork } from "../lib/messaging/event";
import type { InboxRecords } from "../lib/messaging/inbox-records";
import { KeyedInbox } from "../lib/messaging/keyed-inbox";
import { eventFaults } from "../lib/messaging/validate";
import { eventTelemetry } from "../lib/observability/event-telemetry";
import { defineMixin, durableHandlersOf } from "../lib/mesh/implement";
import type { Sampler } from "../lib/observability/sampler";
import { operatorActions, type EventRecords } from "./operator-actions";
import { sampleBacklog } from "./sample-backlog";

type This = Service & {
  inbox: KeyedInbox;
  unsubscribe?: () => Promise<void>;
  backlogSampler?: Sampler | null;
};

export interface KeyedEventsOptions<Store> {
  readonly service: DurableService;
  /** The service's store, from a mixin that is listed after this one and so starts before it. */
  readonly recordsOf: (service: Service & Store) => InboxRecords;
}

/**
 * Durable events for a service whose store has no transactions, and which publishes none: a handler
 * of `events` may be called again for what it has done already, and has to notice.
 */
export function keyedEvents<Store>(
  runtime: Runtime,
  { service: name, recordsOf }: KeyedEventsOptions<Store>,
): Partial<ServiceSchema> {
  return defineMixin<This>({
    actions: operatorActions(name, eventRecordsOf),
    async started(this: This) {
      const handlers = handlersOf(this);
      const inbox = new KeyedInbox({
        // Moleculer merges the other mixins' members into the same `this`.
        records: recordsOf(this as unknown as Service & Store),
        node: this.broker.nodeID,
        handlers,
        faultOf: eventFaults(contracts),
        observer: eventTelemetry(this.broker, name, contracts),
        logger: this.logger,
      });
      this.inbox = inbox;
      this.unsubscribe = await runtime.transport.subscribe({
        name,
        events: Object.keys(handlers),
        receive: (batch) => inbox.receive(batch),
      });
      inbox.start();
      this.backlogSampler = sampleBacklog(this, name, eventRecordsOf(this));
    },
    // Before the store closes: nothing new is taken, what is in hand ends.
    async stopped(this: This) {
      await this.unsubscribe?.();
      await this.inbox?.stop();
      await this.backlogSampler?.stop();
    },
  });
}

const handlersOf = (service: Service) =>
  Object.fromEntries(
    Object.entries(durableHandlersOf(service)).map(([name, handler]) => [
      name,
      (event: EventEnvelope) => handler(event, noTransaction),
    ]),
  );

const refuse = (): never => {
  throw new Error("this service's store has no transactions and no outbox");
};

/** What handlers get where others get their transaction. */
const noTransaction: UnitOfWork = {
  query: refuse,
  gather: refuse,
  publish: refuse,
  afterCommit: refuse,
};

const eventRecordsOf = ({ inbox }: This): EventRecords => ({
  trace: (correlationId) => inbox.trace(correlationId),
  backlog: async () => ({ pendingEvents: 0, oldestPendingMs: 0, ...(await inbox.backlog()) }),
  deadLetters: (filter) => inbox.deadLetters(filter),
  replayDeadLetter: (id) => inbox.replayDeadLetter(id),
  deleteDeadLetter: (deed) => inbox.deleteDeadLetter(deed),
  parkDeadLetter: (deed) => inbox.parkDeadLetter(deed),
  deadLetterAudit: (page) => inbox.deadLetterAudit(page),
});
