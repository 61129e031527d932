import type { Migration } from "../../../lib/store/migrate";
import { keyedRequestAge, keyedRequestTable } from "../../../mixins/keyed-request";

export const orderMigrations: readonly Migration[] = [
  {
    name: "0001_orders",
    sql: `
      CREATE TABLE orders (
        id uuid PRIMARY KEY,
        number text NOT NULL CONSTRAINT orders_number UNIQUE,
        user_id uuid NOT NULL,
        status text NOT NULL
          CHECK (status IN ('pending', 'confirmed', 'shipped', 'delivered', 'cancelled', 'refunded')),
        cancel_reason text,
        items json NOT NULL,
        currency char(3) NOT NULL,
        subtotal bigint NOT NULL CHECK (subtotal >= 0),
        discount bigint NOT NULL CHECK (discount BETWEEN 0 AND subtotal),
        shipping bigint NOT NULL CHECK (shipping >= 0),
        tax bigint NOT NULL CHECK (tax >= 0),
        total bigint NOT NULL,
        shipping_address json NOT NULL,
        payment_method text NOT NULL,
        -- Set when an order is handed to its carrier; from then on it cannot be cancelled.
        dispatch json,
        version bigint NOT NULL DEFAULT 1,
        deadline timestamptz NOT NULL,
        idempotency_key text NOT NULL,
        fingerprint text NOT NULL,
        cart_id uuid,
        cart_version bigint,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT orders_request UNIQUE (user_id, idempotency_key),
        CONSTRAINT orders_cart UNIQUE (cart_id, cart_version),
        CONSTRAINT orders_total CHECK (total = subtotal - discount + shipping + tax),
        CONSTRAINT orders_reason CHECK ((status = 'cancelled') = (cancel_reason IS NOT NULL))
      ) WITH (fillfactor = 80);
      CREATE INDEX orders_of_user ON orders (user_id, id DESC);
      CREATE INDEX orders_by_status ON orders (status, id DESC);
      CREATE INDEX orders_due ON orders (deadline) WHERE status = 'pending';

      CREATE TABLE order_history (
        order_id uuid NOT NULL REFERENCES orders (id),
        version bigint NOT NULL,
        status text NOT NULL,
        reason text,
        at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (order_id, version)
      );
    `,
  },
  {
    name: "0002_coupons",
    sql: `
      CREATE TABLE coupon (
        code text PRIMARY KEY CHECK (code = upper(code)),
        kind text NOT NULL CHECK (kind IN ('percentage', 'fixed', 'free_shipping')),
        percent_off int CHECK (percent_off BETWEEN 1 AND 10000),
        amount_off json,
        minimum_subtotal json,
        starts_at timestamptz,
        ends_at timestamptz,
        max_uses int,
        max_uses_per_user int,
        uses int NOT NULL DEFAULT 0 CHECK (uses >= 0),
        -- timestamptz(3): the list's cursor carries milliseconds
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        ended_at timestamptz,
        CONSTRAINT coupon_not_overused CHECK (uses <= max_uses)
      );
      CREATE INDEX coupon_newest ON coupon (created_at DESC, code DESC);
      CREATE TABLE coupon_use (
        order_id uuid PRIMARY KEY,
        code text NOT NULL REFERENCES coupon (code),
        user_id uuid NOT NULL
      );
      CREATE INDEX coupon_use_of_user ON coupon_use (code, user_id);
      ALTER TABLE orders ADD COLUMN coupon_code text;
    `,
  },
  {
    name: "0003_history_age",
    // In the order of time it is written, so a block range index costs next to nothing.
    sql: "CREATE INDEX order_history_age ON order_history USING brin (at)",
  },
  { name: "0004_keyed_request", sql: keyedRequestTable },
  { name: "0005_keyed_request_age", sql: keyedRequestAge },
];
