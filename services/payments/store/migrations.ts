import type { Migration } from "../../../lib/store/migrate";

export const paymentsMigrations: readonly Migration[] = [
  {
    name: "0001_payments",
    sql: `
      -- One row an order. An order that ends before it asks for money leaves a row without an amount:
      -- a request that comes after it finds it and does nothing.
      CREATE TABLE payment (
        order_id uuid PRIMARY KEY,
        user_id uuid NOT NULL,
        status text NOT NULL CHECK (status IN ('requested', 'processing', 'captured', 'declined',
          'voided', 'partially_refunded', 'refunded')),
        amount bigint,
        currency text CHECK (currency ~ '^[A-Z]{3}$'),
        method text,
        deadline timestamptz,
        charge_id text UNIQUE,
        captured bigint NOT NULL DEFAULT 0,
        refunded bigint NOT NULL DEFAULT 0 CHECK (refunded >= 0),
        refunding bigint NOT NULL DEFAULT 0 CHECK (refunding >= 0),
        cancel_reason text,
        failure_code text,
        attempts int NOT NULL DEFAULT 0,
        next_attempt_at timestamptz,
        last_error text,
        version bigint NOT NULL DEFAULT 0,
        -- The event on whose behalf the next thing is done, and its trace.
        caused_by uuid,
        traceparent text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT payment_covers_refunds CHECK (refunded + refunding <= captured),
        CONSTRAINT payment_covers_capture CHECK (captured = 0 OR captured = amount),
        CONSTRAINT payment_captured_by_status CHECK (
          (captured > 0) <= (status IN ('captured', 'partially_refunded', 'refunded'))),
        CONSTRAINT payment_refunded_by_status CHECK (CASE status
          WHEN 'refunded' THEN refunded = captured
          WHEN 'partially_refunded' THEN refunded > 0 AND refunded < captured
          ELSE refunded = 0 END),
        CONSTRAINT payment_open_is_due CHECK (
          (status IN ('requested', 'processing')) = (next_attempt_at IS NOT NULL)),
        CONSTRAINT payment_or_tombstone CHECK (
          (amount >= 0 AND currency IS NOT NULL AND method IS NOT NULL AND deadline IS NOT NULL)
          OR (amount IS NULL AND status = 'voided'))
      ) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);
      -- Only what waits for the provider: as small with a million payments as with ten.
      CREATE INDEX payment_due ON payment (next_attempt_at) WHERE status IN ('requested', 'processing');

      CREATE TABLE refund (
        id uuid PRIMARY KEY,
        order_id uuid NOT NULL REFERENCES payment (order_id),
        amount bigint NOT NULL CHECK (amount > 0),
        reason text NOT NULL,
        status text NOT NULL DEFAULT 'requested' CHECK (status IN ('requested', 'succeeded')),
        provider_refund_id text UNIQUE,
        attempts int NOT NULL DEFAULT 0,
        next_attempt_at timestamptz NOT NULL DEFAULT now(),
        last_error text,
        caused_by uuid,
        traceparent text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      ) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);
      CREATE INDEX refund_of_order ON refund (order_id);
      CREATE INDEX refund_due ON refund (next_attempt_at) WHERE status = 'requested';

      CREATE TABLE webhook_event (
        provider text NOT NULL,
        event_id text NOT NULL,
        type text NOT NULL,
        order_id uuid,
        received_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (provider, event_id)
      );
    `,
  },
  {
    name: "0002_ledger",
    sql: `
      -- Double entry: each transaction moves money between accounts and sums to zero.
      CREATE TABLE ledger_tx (
        tx_id uuid PRIMARY KEY,
        order_id uuid NOT NULL REFERENCES payment (order_id),
        -- What was booked, as 'charge:<order>' or 'refund:<refund>': nothing is booked twice.
        reference text NOT NULL UNIQUE,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX ledger_tx_of_order ON ledger_tx (order_id);

      CREATE TABLE ledger_entry (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        tx_id uuid NOT NULL REFERENCES ledger_tx (tx_id),
        account text NOT NULL CHECK (account IN ('provider', 'sales')),
        amount bigint NOT NULL,
        currency text NOT NULL
      );
      CREATE INDEX ledger_entry_of_tx ON ledger_entry (tx_id);

      CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'restrict_violation';
      END $$;
      CREATE TRIGGER ledger_tx_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_tx
        EXECUTE FUNCTION ledger_is_append_only();
      CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry
        EXECUTE FUNCTION ledger_is_append_only();

      CREATE FUNCTION ledger_balances() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF NOT EXISTS (SELECT FROM ledger_entry WHERE tx_id = NEW.tx_id) OR EXISTS (
          SELECT FROM ledger_entry WHERE tx_id = NEW.tx_id GROUP BY currency HAVING sum(amount) <> 0)
        THEN
          RAISE EXCEPTION 'ledger transaction % does not balance', NEW.tx_id
            USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
      END $$;
      -- At the commit, when all entries of a transaction stand.
      CREATE CONSTRAINT TRIGGER ledger_tx_balances AFTER INSERT ON ledger_tx
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_balances();
      CREATE CONSTRAINT TRIGGER ledger_entry_balances AFTER INSERT ON ledger_entry
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_balances();
    `,
  },
  {
    name: "0003_webhook_age",
    // In the order of time they are written, so a block range index costs next to nothing.
    sql: "CREATE INDEX webhook_event_age ON webhook_event USING brin (received_at)",
  },
];
