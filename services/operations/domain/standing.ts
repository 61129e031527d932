import type { HoldStanding } from "../../../contracts/inventory";
import type { FindingKind } from "../../../contracts/operations";
import type { OrderStanding } from "../../../contracts/orders";
import type { PaymentStanding } from "../../../contracts/payments";
import type { Shipment } from "../../../contracts/shipping";

/** All that the owners say of one order; null where one knows nothing of it. */
export interface Standing {
  readonly orderId: string;
  readonly order: OrderStanding | null;
  readonly hold: HoldStanding | null;
  readonly payment: PaymentStanding["payment"];
  /** The provider's charges; null when it did not say. */
  readonly charges: PaymentStanding["charges"];
  readonly shipment: Shipment | null;
}

/** Who can bring a thing in order by itself; null: only a person can tell what is right. */
export type Repairer = "orders" | "inventory" | "payments" | "shipping" | null;

export interface Suspicion {
  readonly kind: FindingKind;
  readonly orderId: string;
  readonly detail: string;
  readonly repairer: Repairer;
}

const SOLD = ["confirmed", "shipped", "delivered"];
export const isSold = ({ order }: Standing): boolean =>
  order !== null && SOLD.includes(order.status);
export const hasLeft = ({ order }: Standing): boolean => order?.dispatched ?? false;
export const isCancelled = ({ order }: Standing): boolean => order?.status === "cancelled";
/** All that was done for it has to be undone: it ended before its parcel left. */
export const isUndone = (standing: Standing): boolean =>
  isCancelled(standing) || (standing.order?.status === "refunded" && !hasLeft(standing));

/** What we have, and do not give back at this moment. */
export const kept = ({ payment }: Standing): number =>
  payment ? payment.captured - payment.refunded - payment.refunding : 0;
export const taken = ({ charges }: Standing) =>
  (charges ?? []).filter(({ status }) => status === "succeeded");
export const net = (standing: Standing) =>
  taken(standing).filter(({ amount, refunded }) => amount.amount > refunded.amount);
