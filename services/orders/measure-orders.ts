import type { ServiceBroker } from "moleculer";
import { shopMetrics } from "../../contracts/metrics";
import { cancelReasons } from "../../contracts/orders";
import { meterOf } from "../../lib/observability/meter";
import type { OrderRow } from "./store/order-row";

/** The version of an order that has moved once, from pending. */
const SECOND_VERSION = 2;

/** Counts orders as they reach a status; told after each commit, on the node that made it. */
export function orderMeter(broker: ServiceBroker): (order: OrderRow) => void {
  const meter = meterOf(broker, shopMetrics);
  for (const outcome of ["confirmed", ...cancelReasons]) {
    meter.begin("shop_saga_duration_seconds", { outcome });
  }
  return (order) => {
    const { status, cancel_reason: reason, currency } = order;
    meter.add("shop_orders_total", { status });
    if (status === "confirmed") {
      meter.add("shop_revenue_minor_units_total", { currency }, Number(order.total));
    }
    if (order.version !== SECOND_VERSION) return;
    const seconds = (order.updated_at.getTime() - order.created_at.getTime()) / 1000;
    meter.observe("shop_saga_duration_seconds", seconds, { outcome: reason ?? status });
  };
}
