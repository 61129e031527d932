import { patch, type Mutant } from "./mutant";

const reservations = (find: string, replace: string) =>
  patch("services/inventory/store/reservation-store.js", find, replace);

/** Stock and the steps of an order. */
export const stepMutants: readonly Mutant[] = [
  {
    name: "a hold is not released when its order ends",
    patches: [
      patch(
        "services/inventory/inventory.service.js",
        '"order.cancelled": ({ payload }, work) => (0, reserve_stock_1.giveBackStock)(work, payload.orderId)',
        '"order.cancelled": async () => undefined',
      ),
    ],
    trial: { stories: ["be declined"] },
  },
  {
    name: "stock is held without looking, and the CHECK is gone",
    patches: [
      reservations("WHERE coalesce(l.available, 0) < w.quantity", "WHERE false"),
      patch(
        "services/inventory/store/migrations.js",
        "CONSTRAINT stock_covers_reserved CHECK (reserved <= on_hand)",
        "CONSTRAINT stock_covers_reserved CHECK (true)",
      ),
      patch(
        "services/inventory/store/migrations.js",
        "on_hand int NOT NULL CHECK (on_hand >= 0)",
        "on_hand int NOT NULL",
      ),
    ],
    trial: { stories: ["want too much"] },
  },
  {
    name: "what is sold leaves no movement",
    patches: [
      reservations(
        "SELECT sku, -quantity, 'sold', $1 FROM wanted",
        "SELECT sku, 0, 'sold', $1 FROM wanted",
      ),
    ],
    trial: { stories: ["buy"] },
  },
  {
    name: "what is sold stays reserved",
    patches: [
      reservations(
        "SET on_hand = s.on_hand - w.quantity, reserved = s.reserved - w.quantity",
        "SET on_hand = s.on_hand - w.quantity, reserved = s.reserved",
      ),
    ],
    trial: { stories: ["buy"] },
  },
  {
    name: "what was sold and came back is not put on the shelf",
    patches: [
      reservations(
        "on_hand = s.on_hand + CASE WHEN w.sold THEN w.quantity ELSE 0 END",
        "on_hand = s.on_hand",
      ),
    ],
    trial: { stories: ["change one's mind"] },
  },
  {
    name: "an order's history is not written",
    patches: [
      patch(
        "services/orders/store/order-store.js",
        "SELECT id, version, status, cancel_reason FROM moved",
        "SELECT id, version, status, cancel_reason FROM moved WHERE false",
      ),
    ],
    trial: { stories: ["buy"] },
  },
  {
    name: "an order on its way can be cancelled",
    patches: [
      patch(
        "services/orders/domain/order-status.js",
        'shipped: ["delivered", "refunded"]',
        'shipped: ["delivered", "refunded", "cancelled"]',
      ),
      patch(
        "services/orders/store/order-store.js",
        "($2 <> 'cancelled' OR dispatch IS NULL)",
        "($2 <> 'cancelled' OR true)",
      ),
    ],
    trial: { stories: ["regret too late"] },
  },
  {
    name: "a declined order is confirmed",
    patches: [
      patch(
        "services/orders/orders.service.js",
        "await this.moves.cancel(work, payload.orderId, reason);",
        "await this.moves.confirm(work, payload.orderId, reason);",
      ),
    ],
    trial: { stories: ["be declined"] },
  },
  {
    name: "the key of a request is not unique, and nobody looks for it",
    patches: [
      patch(
        "services/orders/store/migrations.js",
        "CONSTRAINT orders_request UNIQUE (user_id, idempotency_key),",
        "",
      ),
      patch(
        "services/orders/store/checkout-store.js",
        "LEFT JOIN orders ON user_id = who AND idempotency_key = key",
        "LEFT JOIN orders ON user_id = who AND idempotency_key = key AND false",
      ),
    ],
    trial: { stories: ["buy"], faults: "orders.place.after_commit=kill9@1" },
  },
  {
    name: "a confirmed order is not sent",
    patches: [
      patch(
        "services/shipping/shipping.service.js",
        '"order.confirmed": ({ payload }, work) => (0, move_shipment_1.prepareShipment)(work, payload)',
        '"order.confirmed": async () => undefined',
      ),
    ],
    trial: { stories: ["buy"] },
  },
  {
    name: "the parcel of a cancelled order is not stopped",
    patches: [
      patch(
        "services/shipping/shipping.service.js",
        '"order.cancelled": ({ payload }, work) => (0, move_shipment_1.cancelShipment)(work, payload)',
        '"order.cancelled": async () => undefined',
      ),
    ],
    trial: { stories: ["change one's mind"] },
  },
];
