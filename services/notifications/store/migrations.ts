import type { Migration } from "../../../lib/store/migrate";

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
];
