import type { PostalAddress } from "../../../contracts/common";
import type { Shipment } from "../../../contracts/shipping";
import type { Queryable } from "../../../lib/store/database";
import { statusesBefore, type ShipmentStatus } from "../domain/shipment-status";

/** What every event of an order says of it. */
export interface OrderReference {
  readonly orderId: string;
  readonly userId: string;
  readonly number: string;
}

export interface Parcel {
  readonly carrier: string;
  readonly trackingNumber: string;
}

export interface ShipmentRow {
  readonly order_id: string;
  readonly user_id: string;
  readonly number: string;
  readonly status: ShipmentStatus;
  readonly carrier: string | null;
  readonly tracking_number: string | null;
  readonly version: number;
  readonly prepared_at: Date | null;
  readonly dispatched_at: Date | null;
  readonly delivered_at: Date | null;
  readonly cancelled_at: Date | null;
}

const COLUMNS = `order_id, user_id, number, status, carrier, tracking_number, version,
  prepared_at, dispatched_at, delivered_at, cancelled_at`;

/** Begins a shipment; false when the order has one, or ended before. */
export async function insertShipment(
  tx: Queryable,
  order: OrderReference,
  address: PostalAddress | null,
): Promise<boolean> {
  const rows = await tx.query(
    `INSERT INTO shipment (order_id, user_id, number, address, status, version, prepared_at)
     VALUES ($1, $2, $3, $4, 'preparing', 1, clock_timestamp())
     ON CONFLICT (order_id) DO NOTHING RETURNING order_id`,
    [order.orderId, order.userId, order.number, address && JSON.stringify(address)],
  );
  return rows.length > 0;
}

/** Where a shipment goes that was begun without an address; one that ended goes nowhere. */
export async function setAddress(
  tx: Queryable,
  orderId: string,
  address: PostalAddress,
): Promise<void> {
  await tx.query("UPDATE shipment SET address = $2 WHERE order_id = $1 AND status <> 'cancelled'", [
    orderId,
    JSON.stringify(address),
  ]);
}

/** Null when the shipment is in no status from which it may be dispatched. */
export async function markDispatched(
  tx: Queryable,
  orderId: string,
  { carrier, trackingNumber }: Parcel,
): Promise<ShipmentRow | null> {
  const [row] = await tx.query<ShipmentRow>(
    `UPDATE shipment SET status = 'dispatched', carrier = $2, tracking_number = $3,
       version = version + 1, dispatched_at = clock_timestamp()
     WHERE order_id = $1 AND status = ANY($4) RETURNING ${COLUMNS}`,
    [orderId, carrier, trackingNumber, statusesBefore("dispatched")],
  );
  return row ?? null;
}

/** Null when the shipment is in no status from which it may be delivered. */
export async function markDelivered(tx: Queryable, orderId: string): Promise<ShipmentRow | null> {
  const [row] = await tx.query<ShipmentRow>(
    `UPDATE shipment SET status = 'delivered', version = version + 1, delivered_at = clock_timestamp()
     WHERE order_id = $1 AND status = ANY($2) RETURNING ${COLUMNS}`,
    [orderId, statusesBefore("delivered")],
  );
  return row ?? null;
}

/** Ends what may still be ended, and remembers the end of orders that had no shipment yet. */
export async function markCancelled(
  tx: Queryable,
  orders: readonly OrderReference[],
): Promise<void> {
  await tx.query(
    `INSERT INTO shipment AS s (order_id, user_id, number, status, version, cancelled_at)
     SELECT "orderId", "userId", number, 'cancelled', 1, clock_timestamp()
     FROM json_to_recordset($1::json) AS o ("orderId" uuid, "userId" uuid, number text)
     ON CONFLICT (order_id) DO UPDATE SET status = 'cancelled', version = s.version + 1,
       cancelled_at = clock_timestamp()
     WHERE s.status = ANY($2)`,
    [JSON.stringify(orders), statusesBefore("cancelled")],
  );
}

/** The rows of some orders, ended ones that were never prepared too. */
export const findShipments = (db: Queryable, orderIds: readonly string[]): Promise<ShipmentRow[]> =>
  db.query(`SELECT ${COLUMNS} FROM shipment WHERE order_id = ANY($1::uuid[])`, [orderIds]);

/** A shipment as others see it; null for an order that ended before there was one. */
export function toShipment(row: ShipmentRow): Shipment | null {
  if (!row.prepared_at) return null;
  const steps: [ShipmentStatus, Date | null][] = [
    ["preparing", row.prepared_at],
    ["dispatched", row.dispatched_at],
    ["delivered", row.delivered_at],
    ["cancelled", row.cancelled_at],
  ];
  return {
    orderId: row.order_id,
    status: row.status,
    carrier: row.carrier,
    trackingNumber: row.tracking_number,
    history: steps.flatMap(([status, at]) => (at ? { status, at: at.toISOString() } : [])),
  };
}
