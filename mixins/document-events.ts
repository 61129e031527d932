import type { Service, ServiceSchema } from "moleculer";
import type { Runtime } from "../config/runtime";
import { contracts, type DurableService } from "../contracts";
import {
  DocumentOutbox,
  type PendingEvents,
  type PublishedEvents,
} from "../lib/messaging/document-outbox";
import { Relay } from "../lib/messaging/relay";
import { outboxHours } from "../lib/messaging/retention";
import { StreamWatch } from "../lib/messaging/stream-watch";
import { defineMixin } from "../lib/mesh/implement";
import { eventTelemetry } from "../lib/observability/event-telemetry";
import type { Sampler } from "../lib/observability/sampler";
import { Poller } from "../lib/store/poller";
import { operatorActions, type EventRecords } from "./operator-actions";
import { sampleBacklog } from "./sample-backlog";

/** What this mixin adds to `this`. */
export interface DocumentEventsMembers {
  /** Seals the events that a write puts into its document. */
  readonly outbox: DocumentOutbox;
  /** To be woken after such a write. */
  readonly relay: Relay;
}

interface Part {
  start(): void;
  stop(): Promise<void>;
}

type This = Service &
  DocumentEventsMembers & { parts?: readonly Part[]; backlogSampler?: Sampler | null };

const FORGET_EVERY_MS = 10 * 60_000;

const forgetting = (published: PublishedEvents, hours: number, logger: Service["logger"]): Part =>
  new Poller({
    ...{ name: "retention", everyMs: FORGET_EVERY_MS, logger },
    run: () => published.forget(hours),
  });

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
      const { logger } = this;
      const { transport, config } = runtime;
      // Moleculer merges the other mixins' members into the same `this`.
      const documents = documentsOf(this as unknown as Service & Store);
      const node = this.broker.nodeID;
      const outbox = new DocumentOutbox({ source, node, contracts, documents });
      const observer = eventTelemetry(this.broker, source, contracts);
      let watch: StreamWatch | undefined;
      const beforeReturn = async () => watch?.check();
      const relay = new Relay({ outbox, transport, observer, beforeReturn, logger });
      const parts: Part[] = [relay];
      const { published } = documents;
      if (published) {
        watch = new StreamWatch({ transport, outbox: published, relay, logger });
        parts.push(watch);
        parts.push(forgetting(published, outboxHours(config.eventRetention), logger));
      }
      Object.assign(this, { outbox, relay, parts });
      for (const part of parts) part.start();
      this.backlogSampler = sampleBacklog(this, source, recordsOf(this));
    },
    async stopped(this: This) {
      for (const part of this.parts ?? []) await part.stop();
      await this.backlogSampler?.stop();
    },
  });
}

/** There is no inbox, and so nothing that could be parked or dead in it. */
const recordsOf = ({ outbox }: This): EventRecords => ({
  trace: (correlationId) => outbox.trace(correlationId),
  backlog: async () => ({
    ...(await outbox.backlog()),
    ...{ parkedEvents: 0, oldestParkedMs: 0, deadLetters: 0 },
  }),
  deadLetters: async () => [],
  replayDeadLetter: async () => false,
  deleteDeadLetter: async () => false,
  parkDeadLetter: async () => false,
  deadLetterAudit: async () => [],
});
