import type { Migration } from "../store/migrate";

/**
 * Tables of every service that publishes or consumes durable events, in its own database.
 * `json`, not `jsonb`: payloads are carried, never searched. `inbox_attempt` is unlogged: it counts
 * attempts before they are made at no fsync, and a crash of PostgreSQL that empties it only starts
 * the count anew.
 */
export const messagingMigrations: readonly Migration[] = [
  {
    name: "0000_messaging",
    sql: `
      CREATE TABLE outbox (
        id uuid PRIMARY KEY,
        name text NOT NULL,
        version int NOT NULL,
        aggregate_id text NOT NULL,
        seq bigint NOT NULL CHECK (seq > 0),
        payload json NOT NULL,
        correlation_id text NOT NULL,
        causation_id uuid,
        traceparent text,
        occurred_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        attempts int NOT NULL DEFAULT 0,
        available_at timestamptz NOT NULL DEFAULT now(),
        last_error text,
        node text,
        published_at timestamptz,
        UNIQUE (aggregate_id, seq)
      ) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);
      CREATE INDEX outbox_pending ON outbox (aggregate_id, seq) WHERE published_at IS NULL;
      CREATE INDEX outbox_correlation ON outbox (correlation_id);

      CREATE TABLE inbox (
        event_id uuid PRIMARY KEY,
        position bigint GENERATED ALWAYS AS IDENTITY,
        name text NOT NULL,
        aggregate_id text NOT NULL,
        seq bigint NOT NULL,
        correlation_id text NOT NULL,
        causation_id uuid,
        traceparent text,
        occurred_at timestamptz NOT NULL,
        status text NOT NULL CHECK (status IN ('done', 'parked', 'dead')),
        attempts int NOT NULL,
        node text NOT NULL,
        handled_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        event json,
        next_attempt_at timestamptz,
        last_error text
      );
      CREATE INDEX inbox_parked ON inbox (aggregate_id, position) WHERE status = 'parked';
      CREATE INDEX inbox_correlation ON inbox (correlation_id);

      CREATE UNLOGGED TABLE inbox_attempt (event_id uuid PRIMARY KEY, attempts int NOT NULL);

      CREATE TABLE dead_letter (
        id uuid PRIMARY KEY,
        event_id uuid NOT NULL UNIQUE REFERENCES inbox (event_id) ON DELETE CASCADE,
        event json NOT NULL,
        error text NOT NULL,
        attempts int NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        replayed_at timestamptz
      );
    `,
  },
  {
    name: "0000_stream_mark",
    sql: `
      CREATE TABLE stream_mark (
        one boolean PRIMARY KEY DEFAULT true CHECK (one),
        created text NOT NULL,
        last_seq bigint NOT NULL,
        newest_seq bigint,
        newest_id uuid,
        recoveries int NOT NULL DEFAULT 0,
        recover_before timestamptz
      );
    `,
  },
  {
    name: "0001_dead_letter_audit",
    sql: `
      ALTER TABLE dead_letter ADD COLUMN parked_at timestamptz;
      -- Who put a letter aside or away, when and why; kept for ever.
      CREATE TABLE dead_letter_audit (
        id uuid PRIMARY KEY,
        letter_id uuid NOT NULL,
        event_id uuid NOT NULL,
        event text NOT NULL,
        deed text NOT NULL CHECK (deed IN ('parked', 'deleted')),
        by text NOT NULL,
        note text NOT NULL,
        at timestamptz NOT NULL DEFAULT clock_timestamp()
      );
      CREATE INDEX dead_letter_audit_event ON dead_letter_audit (event_id);
    `,
  },
];
