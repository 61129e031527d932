import type { FindingKind } from "../../contracts/operations";
import type { DatabaseName } from "../../verify/check";

/** Something that does not agree about one order (`$1`), and what a reconciler is to make of it. */
export interface Disorder {
  readonly wrong: string;
  /** The order that it happens to; `none`: an id that nobody knows. */
  readonly order: "confirmed" | "declined" | "processing" | "none";
  readonly sql: readonly (readonly [DatabaseName, string])[];
  readonly finds: readonly FindingKind[];
  /** What an owner has made of it; without it, it is only reported. */
  readonly repaired?: readonly [DatabaseName, string];
}

const REFUND = "gen_random_uuid()";
const hold = (status: string): string =>
  `UPDATE reservation SET status = '${status}', expires_at = now() + interval '1 hour' WHERE order_id = $1`;
const laid = "UPDATE stock SET on_hand = on_hand + 1, reserved = reserved + 1 WHERE sku = 'A-1'";
const anHourAgo = "now() - interval '1 hour'";
const inAnHour = "now() + interval '1 hour'";
const onItsWay = `UPDATE shipment SET status = 'dispatched', dispatched_at = now(), carrier = 'DHL',
  tracking_number = '1' WHERE order_id = $1`;
const charge = (key: string): string => `INSERT INTO charge (id, idempotency_key, order_id, amount,
  currency, method, status) VALUES ('ch_' || $1, '${key}' || $1, $1::uuid, 5, 'EUR', 'pm', 'succeeded')`;

export const disorders: readonly Disorder[] = [
  {
    wrong: "an order is pending beyond its deadline",
    order: "declined",
    sql: [
      [
        "orders",
        `UPDATE orders SET status = 'pending', cancel_reason = NULL, deadline = ${anHourAgo} WHERE id = $1`,
      ],
    ],
    finds: ["order_overdue"],
    repaired: ["orders", "SELECT FROM orders WHERE id = $1 AND cancel_reason = 'TIMEOUT'"],
  },
  {
    wrong: "an order ended, and nobody was told",
    order: "confirmed",
    sql: [
      [
        "orders",
        "UPDATE orders SET status = 'cancelled', cancel_reason = 'ADMIN_REQUEST' WHERE id = $1",
      ],
    ],
    finds: ["hold_of_ended_order", "money_kept", "shipment_of_ended_order"],
    repaired: ["sandbox", "SELECT FROM charge WHERE order_id = $1 AND refunded = amount"],
  },
  {
    wrong: "the provider's answer got lost",
    order: "processing",
    sql: [
      ["sandbox", "UPDATE charge SET status = 'succeeded' WHERE order_id = $1"],
      [
        "payments",
        `UPDATE payment SET next_attempt_at = ${inAnHour}, deadline = ${anHourAgo} WHERE order_id = $1`,
      ],
    ],
    finds: ["charge_unknown_to_us", "payment_unresolved"],
    repaired: ["orders", "SELECT FROM orders WHERE id = $1 AND status = 'confirmed'"],
  },
  {
    wrong: "the provider took money that it had refused",
    order: "declined",
    sql: [["sandbox", "UPDATE charge SET status = 'succeeded' WHERE order_id = $1"]],
    finds: ["charge_unknown_to_us"],
    repaired: ["sandbox", "SELECT FROM charge WHERE order_id = $1 AND refunded = amount"],
  },
  {
    wrong: "a confirmation did not reach shipping",
    order: "confirmed",
    sql: [
      ["shipping", "DELETE FROM shipment WHERE order_id = $1"],
      ["shipping", "DELETE FROM outbox WHERE aggregate_id = $1::text"],
    ],
    finds: ["order_without_shipment"],
    repaired: ["shipping", "SELECT FROM shipment WHERE order_id = $1 AND status = 'preparing'"],
  },
  {
    wrong: "a confirmation did not reach inventory",
    order: "confirmed",
    sql: [
      ["inventory", hold("held")],
      ["inventory", laid],
    ],
    finds: ["order_without_hold"],
    repaired: ["inventory", "SELECT FROM reservation WHERE order_id = $1 AND status = 'committed'"],
  },
  {
    wrong: "a confirmed order has no stock",
    order: "confirmed",
    sql: [["inventory", "DELETE FROM reservation WHERE order_id = $1"]],
    finds: ["order_without_hold"],
  },
  {
    wrong: "stock is held for no order",
    order: "none",
    sql: [
      [
        "inventory",
        `INSERT INTO reservation (order_id, status, lines, expires_at)
         VALUES ($1, 'held', '[{"sku":"A-1","quantity":1}]', ${inAnHour})`,
      ],
      ["inventory", laid],
    ],
    finds: ["hold_without_order"],
    repaired: ["inventory", "SELECT FROM reservation WHERE order_id = $1 AND status = 'released'"],
  },
  {
    wrong: "the hold of an order that is alive ran out",
    order: "processing",
    sql: [["inventory", `UPDATE reservation SET expires_at = ${anHourAgo} WHERE order_id = $1`]],
    finds: ["hold_expired"],
    repaired: [
      "inventory",
      "SELECT FROM reservation WHERE order_id = $1 AND status = 'held' AND expires_at > now()",
    ],
  },
  {
    wrong: "the provider has a charge that nobody asked for",
    order: "none",
    sql: [["sandbox", charge("stray")]],
    finds: ["charge_without_payment"],
  },
  {
    wrong: "the provider knows nothing of a charge",
    order: "confirmed",
    sql: [["sandbox", "UPDATE charge SET status = 'failed' WHERE order_id = $1"]],
    finds: ["capture_without_charge"],
  },
  {
    wrong: "the provider took another amount",
    order: "confirmed",
    sql: [["sandbox", "UPDATE charge SET amount = amount + 1 WHERE order_id = $1"]],
    finds: ["amounts_differ"],
  },
  {
    wrong: "the provider gave back what we did not ask for",
    order: "confirmed",
    sql: [["sandbox", "UPDATE charge SET refunded = 1 WHERE order_id = $1"]],
    finds: ["amounts_differ"],
  },
  {
    wrong: "an order was charged twice",
    order: "confirmed",
    sql: [["sandbox", charge("again")]],
    finds: ["charged_twice"],
  },
  {
    wrong: "money was taken for no order",
    order: "none",
    sql: [
      [
        "payments",
        `INSERT INTO payment (order_id, user_id, status, amount, currency, method, deadline, captured)
         VALUES ($1, $1, 'captured', 5, 'EUR', 'pm', now(), 5)`,
      ],
    ],
    finds: ["capture_without_charge", "paid_without_order"],
  },
  {
    wrong: "a confirmed order costs more than was paid",
    order: "confirmed",
    sql: [["orders", "UPDATE orders SET shipping = shipping + 1, total = total + 1 WHERE id = $1"]],
    finds: ["order_unpaid"],
  },
  {
    wrong: "an order left the house for less than it costs",
    order: "confirmed",
    sql: [
      [
        "orders",
        `UPDATE orders SET shipping = shipping + 1, total = total + 1, status = 'shipped',
           dispatch = '{"carrier":"DHL","trackingNumber":"1"}' WHERE id = $1`,
      ],
      ["shipping", onItsWay],
    ],
    finds: ["shipped_unpaid"],
  },
  {
    wrong: "that an order was sent off did not reach shipping",
    order: "confirmed",
    sql: [
      [
        "orders",
        `UPDATE orders SET dispatch = '{"carrier":"DHL","trackingNumber":"1"}' WHERE id = $1`,
      ],
    ],
    finds: ["shipment_out_of_step"],
    repaired: ["orders", "SELECT FROM orders WHERE id = $1 AND status = 'shipped'"],
  },
  {
    wrong: "that a parcel is on its way did not reach its order",
    order: "confirmed",
    sql: [["shipping", onItsWay]],
    finds: ["shipment_out_of_step"],
  },
  {
    wrong: "that all was given back did not reach the order",
    order: "confirmed",
    sql: [
      [
        "payments",
        "UPDATE payment SET status = 'refunded', refunded = captured WHERE order_id = $1",
      ],
      ["sandbox", "UPDATE charge SET refunded = amount WHERE order_id = $1"],
    ],
    finds: ["order_unpaid"],
  },
  {
    wrong: "an order was refunded before it left, and nobody was told",
    order: "confirmed",
    sql: [
      ["orders", "UPDATE orders SET status = 'refunded' WHERE id = $1"],
      [
        "payments",
        "UPDATE payment SET status = 'refunded', refunded = captured WHERE order_id = $1",
      ],
      ["sandbox", "UPDATE charge SET refunded = amount WHERE order_id = $1"],
    ],
    finds: ["hold_of_ended_order", "shipment_of_ended_order"],
  },
  {
    wrong: "a confirmation did not reach inventory before the order was sent off and refunded",
    order: "confirmed",
    sql: [
      ["inventory", hold("held")],
      ["inventory", laid],
      [
        "orders",
        `UPDATE orders SET status = 'refunded', dispatch = '{"carrier":"DHL","trackingNumber":"1"}'
         WHERE id = $1`,
      ],
      [
        "payments",
        "UPDATE payment SET status = 'refunded', refunded = captured WHERE order_id = $1",
      ],
      ["sandbox", "UPDATE charge SET refunded = amount WHERE order_id = $1"],
    ],
    finds: ["hold_of_ended_order"],
    repaired: ["inventory", "SELECT FROM reservation WHERE order_id = $1 AND status = 'committed'"],
  },
  {
    wrong: "a payment did not reach its order",
    order: "confirmed",
    sql: [["orders", `UPDATE orders SET status = 'pending', deadline = ${inAnHour} WHERE id = $1`]],
    finds: ["paid_not_confirmed"],
  },
  {
    wrong: "a refund is not made",
    order: "confirmed",
    sql: [
      ["payments", "UPDATE payment SET refunding = 1 WHERE order_id = $1"],
      [
        "payments",
        `INSERT INTO refund (id, order_id, amount, reason, created_at, next_attempt_at)
         VALUES (${REFUND}, $1, 1, '', ${anHourAgo}, ${inAnHour})`,
      ],
    ],
    finds: ["refund_unresolved"],
  },
];
