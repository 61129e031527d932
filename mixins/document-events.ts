import type { Service, ServiceSchema } from "moleculer";
import type { Runtime } from "../config/runtime";
import { contracts, type DurableService } from "../contracts";
import { DocumentOutbox, type PendingEvents } from "../lib/messaging/document-outbox";
import { Relay } from "../lib/messaging/relay";
import { defineMixin } from "../lib/mesh/implement";
import { operatorActions, type EventRecords } from "./operator-actions";

/** What this mixin adds to `this`. */
export interface DocumentEventsMembers {
  /** Seals the events that a write puts into its document. */
  readonly outbox: DocumentOutbox;
  /** To be woken after such a write. */
  readonly relay: Relay;
}

type This = Service & DocumentEventsMembers;

export interface DocumentEventsOptions<Store> {
  readonly service: DurableService;
  /** The service's documents, from a mixin that is listed after this one and so starts before it. */
  readonly documentsOf: (service: Service & Store) => PendingEvents;
}

/** An outbox with its relay for a service that keeps documents, and consumes no durable events. */
export function documentEvents<Store>(
  runtime: Runtime,
  { service: source, documentsOf }: DocumentEventsOptions<Store>,
): Partial<ServiceSchema> {
  return defineMixin<This>({
    actions: operatorActions(source, recordsOf),
    async started(this: This) {
      const outbox = new DocumentOutbox({
        source,
        node: this.broker.nodeID,
        contracts,
        // Moleculer merges the other mixins' members into the same `this`.
        documents: documentsOf(this as unknown as Service & Store),
      });
      const relay = new Relay({ outbox, transport: runtime.transport, logger: this.logger });
      Object.assign(this, { outbox, relay });
      relay.start();
    },
    async stopped(this: This) {
      await this.relay?.stop();
    },
  });
}

/** There is no inbox, and so nothing that could be parked or dead in it. */
const recordsOf = ({ outbox }: This): EventRecords => ({
  trace: (correlationId) => outbox.trace(correlationId),
  backlog: async () => ({ ...(await outbox.backlog()), parkedEvents: 0, deadLetters: 0 }),
  deadLetters: async () => [],
  replayDeadLetter: async () => false,
  deleteDeadLetter: async () => false,
});
