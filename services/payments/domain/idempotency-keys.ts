/** The one key under which an order is ever charged: asking again can never charge again. */
export const chargeKey = (orderId: string): string => `order:${orderId}:charge`;

/** The one key of a refund, for the same reason. */
export const refundKey = (orderId: string, refundId: string): string =>
  `order:${orderId}:refund:${refundId}`;
