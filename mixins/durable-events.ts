import type { Service, ServiceSchema } from "moleculer";
import type { Runtime } from "../config/runtime";
import { contracts, type DurableService } from "../contracts";
import { findDeadLetters, replayDeadLetter, deleteDeadLetter } from "../lib/messaging/dead-letters";
import type { UnitOfWork } from "../lib/messaging/event";
import { Inbox } from "../lib/messaging/inbox";
import { Outbox, type Cause } from "../lib/messaging/outbox";
import { Relay } from "../lib/messaging/relay";
import { messagingMigrations } from "../lib/messaging/schema";
import { backlogOf, traceOf } from "../lib/messaging/trace";
import { eventFaults } from "../lib/messaging/validate";
import { defineMixin, durableHandlersOf } from "../lib/mesh/implement";
import { operatorActions, type EventRecords } from "./operator-actions";
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
    unsubscribe?: () => Promise<void>;
  };

/**
 * An outbox with its relay and an inbox with its consumer around the service's own database. The
 * service itself says only `events: { "stock.reserved": handler }` and `publish` in a unit of work.
 */
export function durableEvents(
  runtime: Runtime,
  options: Omit<PostgresOptions, "service"> & { readonly service: DurableService },
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
      const relay = { wake: () => this.relay?.wake() };
      const outbox = new Outbox(this.db, options.service, contracts, node, () => relay.wake());
      const handlers = durableHandlersOf(this);
      const inbox = new Inbox({
        db: this.db,
        outbox,
        node,
        handlers,
        faultOf: eventFaults(contracts),
        logger: this.logger,
      });
      this.relay = new Relay({ outbox, transport: runtime.transport, logger: this.logger });
      Object.assign(this, { outbox, inbox });
      this.unsubscribe = await runtime.transport.subscribe({
        name: options.service,
        events: Object.keys(handlers),
        receive: (batch) => inbox.receive(batch),
      });
      inbox.start();
      this.relay.start();
    },
    // Ours runs before the database closes: nothing new is taken, what is in hand ends.
    async stopped(this: This) {
      await this.unsubscribe?.();
      await this.inbox?.stop();
      await this.relay?.stop();
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
  deleteDeadLetter: (id) => deleteDeadLetter(db, id),
});
