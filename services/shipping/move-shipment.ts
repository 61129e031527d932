import type { PostalAddress } from "../../contracts/common";
import { fail } from "../../contracts/errors";
import type { OrderRecord } from "../../contracts/orders";
import type { Shipment } from "../../contracts/shipping";
import type { UnitOfWork } from "../../lib/messaging/event";
import {
  findShipments,
  insertShipment,
  markCancelled,
  markDelivered,
  markDispatched,
  setAddress,
  toShipment,
  type OrderReference,
  type Parcel,
  type ShipmentRow,
} from "./store/shipment-store";

/** Do: a confirmed order gets its shipment, unless the order ended first. */
export async function prepareShipment(
  work: UnitOfWork,
  order: OrderReference & { readonly shippingAddress: PostalAddress },
): Promise<void> {
  const { orderId, shippingAddress } = order;
  const begun = await beginShipment(work, order, shippingAddress);
  if (!begun) await setAddress(work, orderId, shippingAddress);
}

/** Only a confirmed order is dispatched, so a request that overtakes the confirmation proves it. */
export async function dispatchShipment(
  work: UnitOfWork,
  order: OrderReference & Parcel,
): Promise<void> {
  await beginShipment(work, order, null);
  const row = await markDispatched(work, order.orderId, order);
  if (row) {
    publishSent(work, "shipment.dispatched", row);
    return;
  }
  const [known] = await findShipments(work, [order.orderId]);
  if (known?.status !== "cancelled") return; // told twice
  // An order is either cancelled or dispatched, decided under its row lock: a person has to look.
  throw new Error(`order ${order.orderId} is to be dispatched, but its shipment is cancelled`);
}

/** Done. Reporting it again gets the same answer. */
export async function deliverShipment(work: UnitOfWork, orderId: string): Promise<Shipment> {
  const delivered = await markDelivered(work, orderId);
  if (delivered) publishSent(work, "shipment.delivered", delivered);
  const row = delivered ?? (await findShipments(work, [orderId]))[0];
  const shipment = row ? toShipment(row) : null;
  if (!shipment) throw fail("NOT_FOUND", "the order has no shipment");
  if (shipment.status !== "delivered") {
    throw fail("INVALID_TRANSITION", `a shipment that is ${shipment.status} cannot be delivered`);
  }
  return shipment;
}

/** Undo: the order ended before its parcel left the house. One that left is not called back. */
export const cancelShipment = (
  work: UnitOfWork,
  { orderId, userId, number }: OrderReference,
): Promise<void> => work.gather(markCancelled, { orderId, userId, number });

/** Brings the shipment of an order to where the order stands; what has left the house is left alone. */
export async function settleShipment(work: UnitOfWork, order: OrderRecord): Promise<void> {
  const { id: orderId, userId, number, status, shippingAddress, dispatch } = order;
  const reference = { orderId, userId, number };
  if (status === "confirmed") await prepareShipment(work, { ...reference, shippingAddress });
  if (status === "confirmed" && dispatch)
    await dispatchShipment(work, { ...reference, ...dispatch });
  if (status === "cancelled") await cancelShipment(work, reference);
}

/** False when the order has a shipment, or ended before. */
async function beginShipment(
  work: UnitOfWork,
  order: OrderReference,
  address: PostalAddress | null,
): Promise<boolean> {
  const { orderId, userId, number } = order;
  if (!(await insertShipment(work, order, address))) return false;
  work.publish({
    name: "shipment.created",
    payload: { orderId, userId, number },
    aggregateId: orderId,
    seq: 1,
  });
  return true;
}

function publishSent(
  work: UnitOfWork,
  name: "shipment.dispatched" | "shipment.delivered",
  row: ShipmentRow,
): void {
  if (row.carrier === null || row.tracking_number === null) {
    throw new Error("a parcel is under way without a carrier"); // the table's CHECK forbids it
  }
  work.publish({
    name,
    payload: {
      orderId: row.order_id,
      userId: row.user_id,
      number: row.number,
      carrier: row.carrier,
      trackingNumber: row.tracking_number,
    },
    aggregateId: row.order_id,
    seq: row.version,
  });
}
