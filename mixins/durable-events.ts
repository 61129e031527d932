import type { Service, ServiceSchema } from "moleculer";
import type { Runtime } from "../config/runtime";
import { contracts, type DurableService } from "../contracts";
import {
  deadLetterAudit,
  deleteDeadLetter,
  findDeadLetters,
  parkDeadLetter,
  replayDeadLetter,
} from "../lib/messaging/dead-letters";
import type { UnitOfWork } from "../lib/messaging/event";
import { Inbox } from "../lib/messaging/inbox";
import { Outbox, type Cause } from "../lib/messaging/outbox";
import { OutboxRecovery } from "../lib/messaging/outbox-recovery";
import { Relay } from "../lib/messaging/relay";
import { Retention, type RetentionRule } from "../lib/messaging/retention";
import { messagingMigrations } from "../lib/messaging/schema";
import { StreamWatch } from "../lib/messaging/stream-watch";
import { backlogOf, traceOf } from "../lib/messaging/trace";
import { eventFaults } from "../lib/messaging/validate";
import { eventTelemetry } from "../lib/observability/event-telemetry";
import { defineMixin, durableHandlersOf } from "../lib/mesh/implement";
import type { Sampler } from "../lib/observability/sampler";
import { operatorActions, type EventRecords } from "./operator-actions";
import { sampleBacklog } from "./sample-backlog";
import { postgres, type PostgresMembers, type PostgresOptions } from "./postgres";

/** What this mixin adds to `this`, beside the members of the postgres mixin. */
export interface DurableMembers extends PostgresMembers {
  readonly outbox: Outbox;
  /**
   * Runs `work` in one transaction of the service's database, together with the events it publishes.
   * Pass `ctx` so that the trace goes on in them.
   */
  unitOfWork<T>(
    cause: Pick<Cause, "traceparent">,
    work: (unit: UnitOfWork) => Promise<T>,
  ): Promise<T>;
}

type This = Service &
  DurableMembers & {
    outbox?: Outbox;
    inbox?: Inbox;
    relay?: Relay;
    streamWatch?: StreamWatch;
    retention?: Retention;
    backlogSampler?: Sampler | null;
    unsubscribe?: () => Promise<void>;
  };

export interface DurableEventsOptions extends Omit<PostgresOptions, "service"> {
  readonly service: DurableService;
  /** What the service forgets, beside its old events. */
  readonly retention?: readonly RetentionRule[];
}

/**
 * An outbox with its relay and an inbox with its consumer around the service's own database. The
 * service itself says only `events: { "stock.reserved": handler }` and `publish` in a unit of work.
 */
export function durableEvents(
  runtime: Runtime,
  options: DurableEventsOptions,
): Partial<ServiceSchema> {
  const migrations = [...messagingMigrations, ...options.migrations];
  return defineMixin<This>({
    mixins: [postgres(runtime, { ...options, migrations })],
    actions: operatorActions(options.service, recordsOf),
    methods: {
      unitOfWork(this: This, cause: Cause, work: (unit: UnitOfWork) => Promise<unknown>) {
        return this.outbox.unitOfWork(work, { traceparent: cause.traceparent ?? null });
      },
    },
    async started(this: This) {
      const node = this.broker.nodeID;
      const outbox = new Outbox(this.db, options.service, contracts, node, () =>
        this.relay?.wake(),
      );
      const handlers = durableHandlersOf(this);
      const observer = eventTelemetry(this.broker, options.service, contracts);
      const inbox = new Inbox({
        db: this.db,
        outbox,
        node,
        handlers,
        faultOf: eventFaults(contracts),
        observer,
        logger: this.logger,
      });
      const { transport } = runtime;
      const beforeReturn = (): Promise<unknown> => streamWatch.check();
      const relay = new Relay({ outbox, transport, observer, beforeReturn, logger: this.logger });
      const streamWatch = new StreamWatch({
        transport,
        outbox: new OutboxRecovery(this.db),
        relay,
        logger: this.logger,
      });
      const retention = new Retention({
        db: this.db,
        keep: runtime.config.eventRetention,
        rules: options.retention ?? [],
        logger: this.logger,
      });
      Object.assign(this, { outbox, inbox, relay, streamWatch, retention });
      this.unsubscribe = await transport.subscribe({
        name: options.service,
        events: Object.keys(handlers),
        receive: (batch) => inbox.receive(batch),
      });
      for (const part of [inbox, relay, streamWatch, retention]) part.start();
      this.backlogSampler = sampleBacklog(this, options.service, recordsOf(this));
    },
    // Ours runs before the database closes: nothing new is taken, what is in hand ends.
    async stopped(this: This) {
      await this.unsubscribe?.();
      for (const part of [this.inbox, this.streamWatch, this.relay, this.retention]) {
        await part?.stop();
      }
      await this.backlogSampler?.stop();
    },
  });
}

const recordsOf = ({ db, inbox }: This): EventRecords => ({
  trace: (correlationId) => traceOf(db, correlationId),
  backlog: () => backlogOf(db),
  deadLetters: (filter) => findDeadLetters(db, filter),
  replayDeadLetter: async (id) => {
    const found = await replayDeadLetter(db, id);
    inbox?.wake();
    return found;
  },
  deleteDeadLetter: (deed) => deleteDeadLetter(db, deed),
  parkDeadLetter: (deed) => parkDeadLetter(db, deed),
  deadLetterAudit: (page) => deadLetterAudit(db, page),
});
