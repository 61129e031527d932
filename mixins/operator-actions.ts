import type { Service } from "moleculer";
import type { DurableResult } from "../contracts";
import type { durableActions } from "../contracts/durable";
import type {
  AuditPage,
  AuditRow,
  DeadLetterFilter,
  DeadLetterRow,
  Deed,
} from "../lib/messaging/dead-letters";
import type { Backlog, TraceRow } from "../lib/messaging/trace";
import type { Ctx } from "../lib/mesh/types";

/** What a service can tell of the events that it published and handled, wherever it keeps them. */
export interface EventRecords {
  /** All that it knows of a correlation id, oldest first. */
  trace(correlationId: string): Promise<TraceRow[]>;
  backlog(): Promise<Backlog>;
  /** Newest first. */
  deadLetters(filter: DeadLetterFilter): Promise<DeadLetterRow[]>;
  /** False when there is no such letter. */
  replayDeadLetter(id: string): Promise<boolean>;
  deleteDeadLetter(deed: Deed): Promise<boolean>;
  parkDeadLetter(deed: Deed): Promise<boolean>;
  /** Newest first. */
  deadLetterAudit(page: AuditPage): Promise<AuditRow[]>;
}

type DurableCtx<A extends keyof typeof durableActions> = Ctx<(typeof durableActions)[A]>;

/** The actions of `durableActions`, the same in every service. */
export function operatorActions<This extends Service>(
  service: string,
  recordsOf: (self: This) => EventRecords,
) {
  return {
    async trace(this: This, ctx: DurableCtx<"trace">): Promise<DurableResult<"trace">> {
      const rows = await recordsOf(this).trace(ctx.params.correlationId);
      return rows.map((row) => toTraceEntry(service, row));
    },
    async backlog(this: This): Promise<DurableResult<"backlog">> {
      return recordsOf(this).backlog();
    },
    async deadLetters(
      this: This,
      ctx: DurableCtx<"deadLetters">,
    ): Promise<DurableResult<"deadLetters">> {
      const rows = await recordsOf(this).deadLetters(ctx.params);
      return rows.map((row) => toDeadLetter(service, row));
    },
    async replayDeadLetter(this: This, ctx: DurableCtx<"replayDeadLetter">): Promise<boolean> {
      return recordsOf(this).replayDeadLetter(ctx.params.id);
    },
    async deleteDeadLetter(this: This, ctx: DurableCtx<"deleteDeadLetter">): Promise<boolean> {
      return recordsOf(this).deleteDeadLetter(ctx.params);
    },
    async parkDeadLetter(this: This, ctx: DurableCtx<"parkDeadLetter">): Promise<boolean> {
      return recordsOf(this).parkDeadLetter(ctx.params);
    },
    async deadLetterAudit(
      this: This,
      ctx: DurableCtx<"deadLetterAudit">,
    ): Promise<DurableResult<"deadLetterAudit">> {
      const rows = await recordsOf(this).deadLetterAudit(ctx.params);
      return rows.map((row) => ({ ...row, consumer: service }));
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
  parkedAt: row.parked_at?.toISOString() ?? null,
});
