import type { Order } from "../../contracts/orders";
import type { Caller } from "../../lib/mesh/types";
import { toOrder, type OrderRow } from "./store/order-row";

const PART_TIMEOUT_MS = 1_500;

/** An order with its payment and shipment; a part whose service does not answer is named in `degraded`. */
export async function presentOrder(caller: Caller, row: OrderRow): Promise<Order> {
  const ask = { orderIds: [row.id] };
  const options = { timeout: PART_TIMEOUT_MS };
  const [payments, shipments] = await Promise.allSettled([
    caller.call("payments.ofOrders", ask, options),
    caller.call("shipping.ofOrders", ask, options),
  ]);
  const degraded: string[] = [];
  const first = <T>(part: PromiseSettledResult<T[]>, name: string): T | null => {
    if (part.status === "fulfilled") return part.value[0] ?? null;
    degraded.push(name);
    return null;
  };
  const payment = first(payments, "payment");
  const shipment = first(shipments, "shipment");
  return toOrder(row, {
    payment: payment && withoutOrderId(payment),
    shipment: shipment && withoutOrderId(shipment),
    degraded,
  });
}

function withoutOrderId<T extends { orderId: string }>(part: T): Omit<T, "orderId"> {
  const { orderId: _, ...rest } = part;
  return rest;
}
