import type { OrderStatus } from "../../../contracts/orders";

/**
 * Which status may follow which. A refund after delivery is a return: the one way out of a status
 * that is final for everything else.
 */
export const transitions: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  pending: ["confirmed", "cancelled"],
  confirmed: ["shipped", "cancelled", "refunded"],
  shipped: ["delivered", "refunded"],
  delivered: ["refunded"],
  cancelled: [],
  refunded: [],
};

const statuses = Object.keys(transitions) as OrderStatus[];

/** The statuses from which an order may become `to`. */
export const statusesBefore = (to: OrderStatus): OrderStatus[] =>
  statuses.filter((from) => transitions[from].includes(to));
