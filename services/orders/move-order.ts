import type { CancelReason } from "../../contracts/orders";
import type { UnitOfWork } from "../../lib/messaging/event";
import { money } from "../../lib/money/money";
import { returnCoupon } from "./store/coupon-store";
import { advance, lockOverdue, markDispatched } from "./store/order-store";
import type { OrderRow } from "./store/order-row";

/** Told after each committed change of status, for those who watch an order live. */
export type StatusListener = (order: OrderRow) => void;

const referenceOf = (row: OrderRow) => ({
  orderId: row.id,
  number: row.number,
  userId: row.user_id,
});

/**
 * The moves of an order. Each is decided under its row lock against the table of transitions;
 * null means that it cannot be made (any more), which for an event that comes late is normal.
 */
export class OrderMoves {
  constructor(readonly changed: StatusListener) {}

  async confirm(work: UnitOfWork, id: string): Promise<OrderRow | null> {
    const row = await advance(work, id, { to: "confirmed" });
    if (!row) return null;
    const amount = (value: number) => money(Number(value), row.currency);
    work.publish({
      name: "order.confirmed",
      aggregateId: id,
      seq: row.version,
      payload: {
        ...referenceOf(row),
        items: row.items,
        subtotal: amount(row.subtotal),
        discount: amount(row.discount),
        shipping: amount(row.shipping),
        tax: amount(row.tax),
        total: amount(row.total),
        shippingAddress: row.shipping_address,
      },
    });
    return this.#announce(work, row);
  }

  async cancel(work: UnitOfWork, id: string, reason: CancelReason): Promise<OrderRow | null> {
    const row = await advance(work, id, { to: "cancelled", reason });
    if (!row) return null;
    if (row.coupon_code) await returnCoupon(work, id);
    work.publish({
      name: "order.cancelled",
      aggregateId: id,
      seq: row.version,
      payload: { ...referenceOf(row), reason },
    });
    return this.#announce(work, row);
  }

  /** The same for who may ask again, not having heard the answer: an order that it ended is the answer. */
  async cancelOnce(
    work: UnitOfWork,
    order: OrderRow,
    reason: CancelReason,
  ): Promise<OrderRow | null> {
    const done = order.status === "cancelled" && order.cancel_reason === reason;
    return done ? order : this.cancel(work, order.id, reason);
  }

  /** The end of an order that nobody settled in time; one that was paid at the last moment stands. */
  async timeOut(work: UnitOfWork, id: string): Promise<OrderRow | null> {
    return (await lockOverdue(work, id)) ? this.cancel(work, id, "TIMEOUT") : null;
  }

  async requestDispatch(
    work: UnitOfWork,
    id: string,
    parcel: { carrier: string; trackingNumber: string },
  ): Promise<OrderRow | null> {
    const row = await markDispatched(work, id, parcel);
    if (!row) return null;
    work.publish({
      name: "order.dispatch_requested",
      aggregateId: id,
      seq: row.version,
      payload: { ...referenceOf(row), ...parcel },
    });
    return row;
  }

  async ship(work: UnitOfWork, id: string): Promise<OrderRow | null> {
    return this.#announce(work, await advance(work, id, { to: "shipped" }));
  }

  async deliver(work: UnitOfWork, id: string): Promise<OrderRow | null> {
    return this.#announce(work, await advance(work, id, { to: "delivered" }));
  }

  async refund(work: UnitOfWork, id: string): Promise<OrderRow | null> {
    const row = await advance(work, id, { to: "refunded" });
    if (!row) return null;
    work.publish({
      name: "order.refunded",
      aggregateId: id,
      seq: row.version,
      payload: { ...referenceOf(row), dispatched: row.dispatch !== null },
    });
    return this.#announce(work, row);
  }

  #announce<R extends OrderRow | null>(work: UnitOfWork, row: R): R {
    if (row) work.afterCommit(() => this.changed(row));
    return row;
  }
}
