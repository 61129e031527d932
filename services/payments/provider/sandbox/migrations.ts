import type { Migration } from "../../../../lib/store/migrate";

/** The sandbox's own database, as far from the payments service's as another company's would be. */
export const sandboxMigrations: readonly Migration[] = [
  {
    name: "0001_sandbox",
    sql: `
      CREATE TABLE charge (
        position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        id text NOT NULL UNIQUE,
        idempotency_key text NOT NULL CONSTRAINT one_charge_per_key UNIQUE,
        order_id uuid NOT NULL,
        amount bigint NOT NULL CHECK (amount >= 0),
        currency text NOT NULL,
        method text NOT NULL,
        status text NOT NULL CHECK (status IN ('processing', 'succeeded', 'failed')),
        failure_code text,
        refunded bigint NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT charge_covers_refunds CHECK (refunded >= 0 AND refunded <= amount
          AND (refunded = 0 OR status = 'succeeded'))
      );
      CREATE INDEX charge_of_order ON charge (order_id, position);

      CREATE TABLE refund (
        idempotency_key text PRIMARY KEY,
        id text NOT NULL UNIQUE,
        charge_id text NOT NULL REFERENCES charge (id),
        amount bigint NOT NULL CHECK (amount > 0),
        created_at timestamptz NOT NULL DEFAULT now()
      );

      -- How often a key was answered with a 500.
      CREATE TABLE server_error (idempotency_key text PRIMARY KEY, count int NOT NULL);

      CREATE TABLE webhook_delivery (
        id text PRIMARY KEY,
        charge_id text NOT NULL REFERENCES charge (id),
        attempts int NOT NULL DEFAULT 0,
        next_attempt_at timestamptz NOT NULL,
        delivered_at timestamptz,
        last_error text
      );
      CREATE INDEX webhook_delivery_due ON webhook_delivery (next_attempt_at) WHERE delivered_at IS NULL;
    `,
  },
  {
    name: "0002_webhook_secret",
    sql: `
      CREATE TABLE webhook_secret (
        only_one bool PRIMARY KEY DEFAULT true CHECK (only_one),
        value text NOT NULL
      );
    `,
  },
];
