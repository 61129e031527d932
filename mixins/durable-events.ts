import type { Service, ServiceSchema } from "moleculer";
import type { Runtime } from "../config/runtime";
import { contracts, type DurableResult, type DurableService } from "../contracts";
import {
  findDeadLetters,
  replayDeadLetter,
  deleteDeadLetter,
  type DeadLetterRow,
} from "../lib/messaging/dead-letters";
import type { AnyEventHandler, UnitOfWork } from "../lib/messaging/event";
import { Inbox } from "../lib/messaging/inbox";
import { Outbox, type Cause } from "../lib/messaging/outbox";
import { Relay } from "../lib/messaging/relay";
import { messagingMigrations } from "../lib/messaging/schema";
import { backlogOf, traceOf, type TraceRow } from "../lib/messaging/trace";
import { eventFaults } from "../lib/messaging/validate";
import { defineMixin, DURABLE_EVENTS } from "../lib/mesh/implement";
import type { Ctx } from "../lib/mesh/types";
import type { durableActions } from "../contracts/durable";
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
type DurableCtx<A extends keyof typeof durableActions> = Ctx<(typeof durableActions)[A]>;

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
    actions: operatorActions(options.service),
    methods: {
      unitOfWork(this: This, cause: Cause, work: (unit: UnitOfWork) => Promise<unknown>) {
        return this.outbox.unitOfWork(work, { traceparent: cause.traceparent ?? null });
      },
    },
    async started(this: This) {
      const node = this.broker.nodeID;
      const relay = { wake: () => this.relay?.wake() };
      const outbox = new Outbox(this.db, options.service, contracts, node, () => relay.wake());
      const handlers = boundHandlers(this);
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

function boundHandlers(service: Service): Record<string, AnyEventHandler> {
  const handlers = (service.schema as unknown as Record<string, Record<string, AnyEventHandler>>)[
    DURABLE_EVENTS
  ];
  return Object.fromEntries(
    Object.entries(handlers ?? {}).map(([name, handler]) => [name, handler.bind(service)]),
  );
}

/** The actions of `durableActions`, the same in every service. */
function operatorActions(service: string) {
  return {
    async trace(this: This, ctx: DurableCtx<"trace">): Promise<DurableResult<"trace">> {
      const rows = await traceOf(this.db, ctx.params.correlationId);
      return rows.map((row) => toTraceEntry(service, row));
    },
    async backlog(this: This): Promise<DurableResult<"backlog">> {
      return backlogOf(this.db);
    },
    async deadLetters(
      this: This,
      ctx: DurableCtx<"deadLetters">,
    ): Promise<DurableResult<"deadLetters">> {
      const rows = await findDeadLetters(this.db, ctx.params);
      return rows.map((row) => toDeadLetter(service, row));
    },
    async replayDeadLetter(this: This, ctx: DurableCtx<"replayDeadLetter">): Promise<boolean> {
      const found = await replayDeadLetter(this.db, ctx.params.id);
      this.inbox?.wake();
      return found;
    },
    async deleteDeadLetter(this: This, ctx: DurableCtx<"deleteDeadLetter">): Promise<boolean> {
      return deleteDeadLetter(this.db, ctx.params.id);
    },
  };
}

/** The trace id within a W3C traceparent. */
const traceIdOf = (traceparent: string | null): string | null => traceparent?.split("-")[1] ?? null;

const toTraceEntry = (service: string, row: TraceRow) => ({
  kind: row.kind,
  service,
  node: row.node,
  event: row.event,
  eventId: row.event_id,
  seq: row.seq,
  status: row.status,
  attempts: row.attempts,
  at: row.at.toISOString(),
  latencyMs: row.latency_ms === null ? null : Math.round(row.latency_ms * 10) / 10,
  causationId: row.causation_id,
  traceId: traceIdOf(row.traceparent),
  error: row.error,
});

const toDeadLetter = (consumer: string, row: DeadLetterRow) => ({
  id: row.id,
  consumer,
  event: row.event.name,
  eventId: row.event.id,
  aggregateId: row.event.aggregateId,
  correlationId: row.event.correlationId,
  payload: row.event.payload,
  error: row.error,
  attempts: row.attempts,
  traceId: traceIdOf(row.event.traceparent),
  createdAt: row.created_at.toISOString(),
  replayedAt: row.replayed_at?.toISOString() ?? null,
});
