import type { Migration } from "../../../lib/store/migrate";
import { keyedRequestAge, keyedRequestTable } from "../../../mixins/keyed-request";

export const notificationMigrations: readonly Migration[] = [
  {
    name: "0001_notifications",
    sql: `
      CREATE TABLE notification (
        id uuid PRIMARY KEY,
        event_id uuid NOT NULL,
        user_id uuid NOT NULL,
        order_id uuid,
        channel text NOT NULL CHECK (channel IN ('email', 'sms', 'push')),
        template text NOT NULL,
        facts json NOT NULL,
        subject text NOT NULL,
        status text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'sent', 'failed')),
        attempts int NOT NULL DEFAULT 0,
        next_attempt_at timestamptz NOT NULL DEFAULT now(),
        last_error text,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        sent_at timestamptz,
        CONSTRAINT notification_once UNIQUE (event_id, user_id, channel),
        CONSTRAINT notification_sent CHECK ((status = 'sent') = (sent_at IS NOT NULL))
      ) WITH (fillfactor = 80);
      CREATE INDEX notification_of_user ON notification (user_id, id DESC);
      CREATE INDEX notification_due ON notification (next_attempt_at) WHERE status = 'queued';
      CREATE INDEX notification_of_order ON notification (order_id) WHERE template = 'order-received';
    `,
  },
  {
    name: "0002_preferences",
    sql: `
      -- Who never chose has no row; what holds then is said in domain/preferences.ts.
      CREATE TABLE preference (
        user_id uuid PRIMARY KEY,
        email_order_updates boolean NOT NULL,
        email_marketing boolean NOT NULL,
        sms_order_updates boolean NOT NULL,
        push_order_updates boolean NOT NULL
      );
      ALTER TABLE notification DROP CONSTRAINT notification_status_check,
        ADD CONSTRAINT notification_status_check
          CHECK (status IN ('queued', 'sent', 'failed', 'skipped'));
    `,
  },
  {
    name: "0003_push",
    sql: `
      CREATE TABLE push_subscription (
        endpoint text PRIMARY KEY,
        user_id uuid NOT NULL,
        p256dh text NOT NULL,
        auth text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp()
      );
      CREATE INDEX push_subscription_of_user ON push_subscription (user_id, created_at);

      -- Keys that this service makes for itself, shared by its nodes.
      CREATE TABLE secret (
        name text PRIMARY KEY,
        value text NOT NULL
      );
    `,
  },
  {
    name: "0004_bulk",
    sql: `
      -- One mail to many. Its notifications have its id as event, so the key of that table makes it
      -- one for each user and channel.
      CREATE TABLE bulk (
        id uuid PRIMARY KEY,
        template text NOT NULL,
        facts json NOT NULL,
        subject text NOT NULL,
        -- Whether all receivers have their row; until then, up to which user.
        collected boolean NOT NULL,
        collected_after uuid,
        rate_per_minute int NOT NULL CHECK (rate_per_minute > 0),
        -- When the next mail may go out. The bucket of the rate limit.
        next_slot_at timestamptz NOT NULL DEFAULT now(),
        created_by uuid NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX bulk_to_collect ON bulk (id) WHERE NOT collected;

      ALTER TABLE notification ADD COLUMN bulk_id uuid REFERENCES bulk;
      CREATE INDEX notification_of_bulk ON notification (bulk_id, status) WHERE bulk_id IS NOT NULL;
      CREATE INDEX notification_bulk_due ON notification (bulk_id, next_attempt_at)
        WHERE status = 'queued' AND bulk_id IS NOT NULL;
      DROP INDEX notification_due;
      CREATE INDEX notification_due ON notification (next_attempt_at)
        WHERE status = 'queued' AND bulk_id IS NULL;
    `,
  },
  { name: "0005_keyed_request", sql: keyedRequestTable },
  { name: "0006_keyed_request_age", sql: keyedRequestAge },
  {
    name: "0007_forgotten",
    sql: `
      -- Of its notifications, how many ended so and are deleted by now.
      ALTER TABLE bulk ADD COLUMN sent_before int NOT NULL DEFAULT 0,
        ADD COLUMN failed_before int NOT NULL DEFAULT 0,
        ADD COLUMN skipped_before int NOT NULL DEFAULT 0;
    `,
  },
];
