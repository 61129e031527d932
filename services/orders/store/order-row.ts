import type { OrderLine, PostalAddress } from "../../../contracts/common";
import type { CancelReason, Order, OrderRecord, OrderStatus } from "../../../contracts/orders";
import { money } from "../../../lib/money/money";

/** A row of `orders`, as far as anybody reads it. */
export interface OrderRow {
  readonly id: string;
  readonly number: string;
  readonly user_id: string;
  readonly status: OrderStatus;
  readonly cancel_reason: CancelReason | null;
  readonly items: OrderLine[];
  readonly currency: string;
  readonly subtotal: number;
  readonly discount: number;
  readonly shipping: number;
  readonly tax: number;
  readonly total: number;
  readonly shipping_address: PostalAddress;
  readonly payment_method: string;
  readonly coupon_code: string | null;
  readonly dispatch: { readonly carrier: string; readonly trackingNumber: string } | null;
  readonly version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
}

export const ORDER_COLUMNS = `id, number, user_id, status, cancel_reason, items, currency, subtotal, discount,
  shipping, tax, total, shipping_address, payment_method, coupon_code, dispatch, version, created_at, updated_at`;

/** What a client sees of the order itself; the fields' order is part of a replayed answer. */
function fieldsOf(row: OrderRow) {
  const amount = (value: number) => money(Number(value), row.currency);
  return {
    id: row.id,
    number: row.number,
    status: row.status,
    ...(row.cancel_reason ? { cancelReason: row.cancel_reason } : {}),
    items: row.items,
    subtotal: amount(row.subtotal),
    ...(row.coupon_code ? { couponCode: row.coupon_code } : {}),
    discount: amount(row.discount),
    shipping: amount(row.shipping),
    tax: amount(row.tax),
    total: amount(row.total),
    shippingAddress: row.shipping_address,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

export const toRecord = (row: OrderRow): OrderRecord => ({
  ...fieldsOf(row),
  userId: row.user_id,
  paymentMethod: row.payment_method,
  ...(row.dispatch ? { dispatch: row.dispatch } : {}),
});

/** The order as it was answered when it was placed, whatever became of it since. */
export const toPlacedOrder = (row: OrderRow): Order => ({
  ...fieldsOf({ ...row, status: "pending", cancel_reason: null, updated_at: row.created_at }),
  payment: null,
  shipment: null,
  degraded: [],
});

export const toOrder = (
  row: OrderRow,
  parts: Pick<Order, "payment" | "shipment" | "degraded">,
): Order => ({ ...fieldsOf(row), ...parts });
