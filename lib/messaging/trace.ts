import type { Database } from "../store/database";

export interface TraceRow {
  kind: "published" | "handled";
  node: string | null;
  event: string;
  event_id: string;
  seq: number;
  status: string;
  attempts: number;
  at: Date;
  latency_ms: number | null;
  causation_id: string | null;
  traceparent: string | null;
  error: string | null;
}

/** What the outbox and the inbox of one database know of a correlation id, oldest first. */
export const traceOf = (db: Database, correlationId: string): Promise<TraceRow[]> =>
  db.query<TraceRow>(
    `SELECT 'published' AS kind, node, name AS event, id AS event_id, seq,
       CASE WHEN published_at IS NULL THEN 'pending' ELSE 'published' END AS status, attempts,
       occurred_at AS at, extract(epoch FROM published_at - occurred_at)::float8 * 1000 AS latency_ms,
       causation_id, traceparent, last_error AS error
     FROM outbox WHERE correlation_id = $1
     UNION ALL
     SELECT 'handled', node, name, event_id, seq, status, attempts, handled_at,
       CASE WHEN status = 'done' THEN extract(epoch FROM handled_at - occurred_at)::float8 * 1000 END,
       causation_id, traceparent, last_error
     FROM inbox WHERE correlation_id = $1
     ORDER BY at LIMIT 1000`,
    [correlationId],
  );

export interface Backlog {
  pendingEvents: number;
  oldestPendingMs: number;
  parkedEvents: number;
  oldestParkedMs: number;
  deadLetters: number;
  /** How often all was published again, as the broker had lost it. */
  recoveries: number;
}

/** How much waits in one database. */
export async function backlogOf(db: Database): Promise<Backlog> {
  const [row] = await db.query<Backlog>(
    `SELECT o.n::int AS "pendingEvents", o.age::bigint AS "oldestPendingMs",
       p.n::int AS "parkedEvents", p.age::bigint AS "oldestParkedMs",
       coalesce((SELECT recoveries FROM stream_mark), 0) AS recoveries,
       (SELECT count(*) FROM dead_letter
         WHERE replayed_at IS NULL AND parked_at IS NULL)::int AS "deadLetters"
     FROM (SELECT count(*) AS n,
             coalesce(extract(epoch FROM clock_timestamp() - min(occurred_at)) * 1000, 0) AS age
           FROM outbox WHERE published_at IS NULL) o,
          (SELECT count(*) AS n,
             coalesce(extract(epoch FROM clock_timestamp() - min(handled_at)) * 1000, 0) AS age
           FROM inbox WHERE status = 'parked') p`,
  );
  if (!row) throw new Error("an aggregate without a row");
  return row;
}
