import type { Migration } from "../../../lib/store/migrate";

export const shippingMigrations: readonly Migration[] = [
  {
    name: "0001_shipping",
    sql: `
      -- One row an order, also for orders that ended before anything was prepared (prepared_at is
      -- null): a confirmation that comes late finds it and does nothing. Each status is entered once
      -- at most, so the times are the history.
      CREATE TABLE shipment (
        order_id uuid PRIMARY KEY,
        user_id uuid NOT NULL,
        number text NOT NULL,
        address json,
        status text NOT NULL CHECK (status IN ('preparing', 'dispatched', 'delivered', 'cancelled')),
        carrier text,
        tracking_number text,
        version bigint NOT NULL,
        prepared_at timestamptz,
        dispatched_at timestamptz,
        delivered_at timestamptz,
        cancelled_at timestamptz,
        CONSTRAINT shipment_prepared CHECK (prepared_at IS NOT NULL OR status = 'cancelled'),
        CONSTRAINT shipment_dispatched CHECK (
          (status IN ('dispatched', 'delivered')) = (dispatched_at IS NOT NULL)
          AND (dispatched_at IS NOT NULL) = (carrier IS NOT NULL)
          AND (dispatched_at IS NOT NULL) = (tracking_number IS NOT NULL)),
        CONSTRAINT shipment_delivered CHECK ((status = 'delivered') = (delivered_at IS NOT NULL)),
        CONSTRAINT shipment_cancelled CHECK ((status = 'cancelled') = (cancelled_at IS NOT NULL))
      );
    `,
  },
];
