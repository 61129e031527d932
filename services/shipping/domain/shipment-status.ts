import type { Shipment } from "../../../contracts/shipping";

export type ShipmentStatus = Shipment["status"];

/** Which status may follow which. */
export const transitions: Readonly<Record<ShipmentStatus, readonly ShipmentStatus[]>> = {
  preparing: ["dispatched", "cancelled"],
  dispatched: ["delivered"],
  delivered: [],
  cancelled: [],
};

const statuses = Object.keys(transitions) as ShipmentStatus[];

/** The statuses from which a shipment may become `to`. */
export const statusesBefore = (to: ShipmentStatus): ShipmentStatus[] =>
  statuses.filter((from) => transitions[from].includes(to));
