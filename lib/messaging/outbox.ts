import { failpoint, failpoints } from "../faults/points";
import type { ContractTable } from "../mesh/contract";
import { newId } from "../ids";
import { correlate } from "../observability/scope";
import type { Database, Queryable } from "../store/database";
import type { EventEnvelope, NewEvent, UnitOfWork } from "./event";
import { Gathered } from "./gathered";

/** Where a relay finds what is to be published. */
export interface OutboxStore {
  /**
   * The oldest unpublished events of each aggregate that is not in `busy`, in their order, if the time
   * of the first has come; those that another replica has just written may be left to it. Never a
   * cursor over ids: those become visible out of order.
   */
  due(limit: number, busy: readonly string[]): Promise<EventEnvelope[]>;
  markPublished(events: readonly EventEnvelope[]): Promise<void>;
  markFailed(event: EventEnvelope, reason: string): Promise<void>;
}

/** The units of work of one transaction that somebody else began. */
export interface Recorder {
  unit(cause: Cause): UnitOfWork;
  /** Before the commit: writes what all units gathered and published. */
  flush(): Promise<void>;
  /** After the commit: wakes whoever was to be woken. */
  committed(): Promise<void>;
}

/** What is inherited from the event or request under which something is published. */
export interface Cause {
  readonly correlationId?: string;
  readonly causationId?: string;
  readonly traceparent?: string | null;
}

/** Events of one aggregate that are taken at once: a SKU that all buy has thousands. */
const RUN = 32;
/** Rows that a round looks at: after an outage there may be hundreds of thousands, and a round for each 256. */
const LOOK = 4_000;
/** What another replica wrote is left to its own relay for so long; twice published is work done twice. */
const FOREIGN = "interval '2 seconds'";

const COLUMNS = `id uuid, name text, version int, aggregate_id text, seq bigint, payload json,
  correlation_id text, causation_id uuid, traceparent text, node text`;
const NAMES = COLUMNS.replace(/ (uuid|text|int|bigint|json)\b/g, "");

/**
 * The INSERT of outbox rows from one JSON parameter, for use alone or as the first CTE of a hot
 * statement: `WITH published AS (${insertEvents(1)}) INSERT INTO orders …`.
 */
export const insertEvents = (parameter: number): string =>
  `INSERT INTO outbox (${NAMES}) SELECT ${NAMES} FROM json_to_recordset($${parameter}::json) AS e(${COLUMNS})`;

interface OutboxRow {
  id: string;
  name: string;
  version: number;
  aggregate_id: string;
  seq: number;
  payload: unknown;
  correlation_id: string;
  causation_id: string | null;
  traceparent: string | null;
  occurred_at: Date;
}

/** The outbox table of one service, and the unit of work that writes to it. */
export class Outbox implements OutboxStore {
  constructor(
    readonly db: Database,
    readonly source: string,
    readonly contracts: ContractTable,
    readonly node: string,
    /** Called after a commit that published something. */
    readonly wake: () => void,
  ) {}

  /** Runs `work` in one transaction together with the events that it publishes. */
  async unitOfWork<T>(work: (unit: UnitOfWork) => Promise<T>, cause: Cause = {}): Promise<T> {
    const { value, recorder } = await this.db.transaction(async (tx) => {
      const recorder = this.record(tx);
      const value = await work(recorder.unit(cause));
      await recorder.flush();
      await failpoint(this.source, "unit", "before_commit");
      return { value, recorder };
    });
    await failpoint(this.source, "unit", "after_commit");
    await recorder.committed();
    return value;
  }

  record(tx: Queryable): Recorder {
    const rows: { readonly name: string }[] = [];
    const wakes = new Set<() => void>();
    const gathered = new Gathered(tx);
    return {
      unit: (cause) => ({
        query: async (sql, values) => {
          await gathered.flush();
          return tx.query(sql, values);
        },
        gather: (write, row) => gathered.add(write, row),
        publish: (event) => void rows.push(this.#toRow(event, cause)),
        afterCommit: (wake) => void wakes.add(wake),
      }),
      flush: async () => {
        await gathered.flush();
        if (rows.length > 0) await tx.query(insertEvents(1), [JSON.stringify(rows)]);
        await failpoints(this.source, "publish", rows, "before_commit");
      },
      committed: async () => {
        await failpoints(this.source, "publish", rows, "after_commit");
        if (rows.length > 0) this.wake();
        for (const wake of wakes) wake();
      },
    };
  }

  /** As JSON the parameter of `insertEvents`, for statements that write state and events at once. */
  toRows(events: readonly NewEvent[], cause: Cause = {}): object[] {
    return events.map((event) => this.#toRow(event, cause));
  }

  #toRow(event: NewEvent, cause: Cause) {
    const correlationId = event.correlationId ?? cause.correlationId ?? event.aggregateId;
    correlate(correlationId);
    return {
      id: newId(),
      name: event.name,
      version: this.contracts[this.source]?.events[event.name]?.version ?? 1,
      aggregate_id: event.aggregateId,
      seq: event.seq,
      payload: event.payload,
      correlation_id: correlationId,
      causation_id: event.causationId ?? cause.causationId ?? null,
      traceparent: event.traceparent ?? cause.traceparent ?? null,
      node: this.node,
    };
  }

  async due(limit: number, busy: readonly string[]): Promise<EventEnvelope[]> {
    const rows = await this.db.query<OutboxRow>(
      `SELECT ${NAMES}, occurred_at FROM (
         SELECT *, row_number() OVER run AS place, first_value(available_at) OVER run AS due,
           first_value(occurred_at) OVER run AS since,
           bool_or(node = $4) OVER (PARTITION BY aggregate_id) AS ours
         FROM (
           SELECT * FROM outbox WHERE published_at IS NULL AND aggregate_id <> ALL($2)
           ORDER BY aggregate_id, seq LIMIT ${LOOK}) part
         WINDOW run AS (PARTITION BY aggregate_id ORDER BY seq)
       ) pending
       WHERE place <= $3 AND due <= now() AND (ours OR since < now() - ${FOREIGN})
       ORDER BY since, aggregate_id, seq LIMIT $1`,
      [limit, busy, RUN, this.node],
    );
    return rows.map((row) => this.#toEnvelope(row));
  }

  async markPublished(events: readonly EventEnvelope[]): Promise<void> {
    // Losing this mark in a crash publishes again, which inboxes absorb: no reason to wait for the disk.
    await this.db.query(
      `WITH relaxed AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
       UPDATE outbox SET published_at = clock_timestamp(), attempts = attempts + 1, node = $2, last_error = NULL
       FROM relaxed WHERE id = ANY($1)`,
      [events.map((event) => event.id), this.node],
    );
  }

  async markFailed(event: EventEnvelope, reason: string): Promise<void> {
    await this.db.query(
      `UPDATE outbox SET attempts = attempts + 1, last_error = $2,
         available_at = now() + least(30, 0.2 * 2 ^ least(attempts, 8)) * interval '1 second'
       WHERE id = $1`,
      [event.id, reason.slice(0, 1000)],
    );
  }

  #toEnvelope(row: OutboxRow): EventEnvelope {
    return {
      id: row.id,
      name: row.name,
      version: row.version,
      source: this.source,
      aggregateId: row.aggregate_id,
      seq: row.seq,
      payload: row.payload,
      correlationId: row.correlation_id,
      causationId: row.causation_id,
      traceparent: row.traceparent,
      occurredAt: row.occurred_at.toISOString(),
    };
  }
}
