import { mergeByKey, type Keyed } from "../merge";
import type { DatabaseName } from "../check";
import type { Snapshot } from "../snapshot";

export interface OrderFact extends Keyed {
  readonly userId: string;
  readonly status: string;
  readonly cancelReason: string | null;
  readonly total: number;
  readonly currency: string;
  readonly dispatched: boolean;
  readonly version: number;
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
  readonly history: readonly { readonly version: number; readonly status: string }[];
}

export interface ReservationFact extends Keyed {
  readonly status: "held" | "rejected" | "committed" | "released";
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
  /** Movements of stock on behalf of the order. */
  readonly moves: readonly { readonly sku: string; readonly delta: number }[];
}

export interface PaymentFact extends Keyed {
  readonly userId: string;
  readonly status: string;
  readonly amount: number | null;
  readonly currency: string | null;
  readonly chargeId: string | null;
  readonly captured: number;
  readonly refunded: number;
  readonly refunds: readonly {
    readonly id: string;
    readonly amount: number;
    readonly status: string;
    readonly providerRefundId: string | null;
  }[];
}

/** A charge in the provider's own ledger. */
export interface ChargeFact extends Keyed {
  readonly id: string;
  readonly idempotencyKey: string;
  readonly amount: number;
  readonly currency: string;
  readonly status: string;
  readonly refunded: number;
  readonly refunds: readonly { readonly id: string; readonly amount: number }[];
}

export interface ShipmentFact extends Keyed {
  readonly userId: string;
  readonly status: "preparing" | "dispatched" | "delivered" | "cancelled";
  readonly prepared: boolean;
}

export interface NotificationFact extends Keyed {
  readonly id: string;
  readonly userId: string;
  readonly template: string;
  readonly channel: string;
}

/** All that the services and the provider know of one order. Rows, as a lost unique key gives many. */
export interface OrderFacts {
  readonly orderId: string;
  readonly order: OrderFact | undefined;
  readonly reservations: readonly ReservationFact[];
  readonly payments: readonly PaymentFact[];
  readonly charges: readonly ChargeFact[];
  readonly shipments: readonly ShipmentFact[];
  readonly notifications: readonly NotificationFact[];
}

const ORDERS = `SELECT o.id::text AS key, user_id AS "userId", o.status, cancel_reason AS "cancelReason",
    total, currency, dispatch IS NOT NULL AS dispatched, o.version, items AS lines,
    coalesce(h.history, '[]') AS history
  FROM orders o LEFT JOIN (
    SELECT order_id, json_agg(json_build_object('version', version, 'status', status)
      ORDER BY version) AS history FROM order_history GROUP BY order_id) h ON h.order_id = o.id
  ORDER BY o.id`;

const RESERVATIONS = `SELECT r.order_id::text AS key, status, lines, coalesce(m.moves, '[]') AS moves
  FROM reservation r LEFT JOIN (
    SELECT order_id, json_agg(json_build_object('sku', sku, 'delta', delta)) AS moves
    FROM stock_movement WHERE order_id IS NOT NULL GROUP BY order_id) m USING (order_id)
  ORDER BY r.order_id`;

const PAYMENTS = `SELECT p.order_id::text AS key, user_id AS "userId", status, amount, currency,
    charge_id AS "chargeId", captured, refunded, coalesce(r.refunds, '[]') AS refunds
  FROM payment p LEFT JOIN (
    SELECT order_id, json_agg(json_build_object('id', id, 'amount', amount, 'status', status,
      'providerRefundId', provider_refund_id)) AS refunds FROM refund GROUP BY order_id) r USING (order_id)
  ORDER BY p.order_id`;

const CHARGES = `SELECT c.order_id::text AS key, c.id, idempotency_key AS "idempotencyKey", amount,
    currency, status, refunded, coalesce(r.refunds, '[]') AS refunds
  FROM charge c LEFT JOIN (
    SELECT charge_id, json_agg(json_build_object('id', id, 'amount', amount)) AS refunds
    FROM refund GROUP BY charge_id) r ON r.charge_id = c.id
  ORDER BY c.order_id`;

const SHIPMENTS = `SELECT order_id::text AS key, user_id AS "userId", status,
    prepared_at IS NOT NULL AS prepared FROM shipment ORDER BY order_id`;

const NOTIFICATIONS = `SELECT order_id::text AS key, id, user_id AS "userId", template, channel
  FROM notification WHERE order_id IS NOT NULL ORDER BY order_id`;

/** Every order that any of them knows of, one by one. */
export async function* orderFacts(
  snapshots: Readonly<Record<DatabaseName, Snapshot>>,
): AsyncGenerator<OrderFacts> {
  const merged = mergeByKey({
    orders: snapshots.orders.stream<OrderFact>(ORDERS),
    reservations: snapshots.inventory.stream<ReservationFact>(RESERVATIONS),
    payments: snapshots.payments.stream<PaymentFact>(PAYMENTS),
    charges: snapshots.sandbox.stream<ChargeFact>(CHARGES),
    shipments: snapshots.shipping.stream<ShipmentFact>(SHIPMENTS),
    notifications: snapshots.notifications.stream<NotificationFact>(NOTIFICATIONS),
  });
  for await (const { key, rows } of merged) {
    const { orders, ...others } = rows;
    yield { orderId: key, order: orders[0], ...others };
  }
}
