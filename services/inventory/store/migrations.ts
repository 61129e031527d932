import type { Migration } from "../../../lib/store/migrate";
import { keyedRequestAge, keyedRequestTable } from "../../../mixins/keyed-request";

export const inventoryMigrations: readonly Migration[] = [
  {
    name: "0001_inventory",
    sql: `
      CREATE TABLE stock (
        sku text PRIMARY KEY,
        on_hand int NOT NULL CHECK (on_hand >= 0),
        reserved int NOT NULL DEFAULT 0 CHECK (reserved >= 0),
        version bigint NOT NULL DEFAULT 0,
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT stock_covers_reserved CHECK (reserved <= on_hand)
      ) WITH (fillfactor = 50);

      -- One row an order, also for orders that were rejected or that ended before they were held:
      -- whatever comes late finds it and does nothing.
      CREATE TABLE reservation (
        order_id uuid PRIMARY KEY,
        status text NOT NULL CHECK (status IN ('held', 'rejected', 'committed', 'released')),
        lines json NOT NULL,
        version bigint NOT NULL DEFAULT 1,
        expires_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX reservation_expiry ON reservation (expires_at) WHERE status = 'held';

      -- Every change of on_hand: on_hand is the sum of its movements.
      CREATE TABLE stock_movement (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        sku text NOT NULL,
        delta int NOT NULL,
        reason text NOT NULL,
        order_id uuid,
        at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX stock_movement_sku ON stock_movement (sku, id);
    `,
  },
  {
    name: "0002_counted_batch",
    // The batch that counted a SKU last: an import that a crash made count it twice would bring back
    // what was sold in between.
    sql: "ALTER TABLE stock ADD COLUMN counted_batch uuid;",
  },
  { name: "0003_keyed_request", sql: keyedRequestTable },
  { name: "0004_keyed_request_age", sql: keyedRequestAge },
];
