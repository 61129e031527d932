import type { ActionResult, Caller } from "../../lib/mesh/types";
import { ASK, askServices } from "./ask-services";
import { oldestFirst } from "./domain/saga-order";
import { waitingFor, type PaymentView } from "./domain/waiting-for";

/** All that the services did about an order. NOT_FOUND when there is no such order. */
export async function showTimeline(
  caller: Caller,
  id: string,
): Promise<ActionResult<"operations.timeline">> {
  const { status } = await caller.call("orders.find", { id });
  const [{ answers, silent }, payment] = await Promise.all([
    askServices((service) => caller.call(`${service}.trace`, { correlationId: id }, ASK)),
    paymentOf(caller, id),
  ]);
  const entries = oldestFirst(answers.flatMap(({ answer }) => answer));
  return {
    orderId: id,
    status,
    waitingFor: waitingFor({ status, entries, payment, silent }),
    entries,
    degraded: silent,
  };
}

/** Null as well when payments does not answer, which its missing entries say. */
async function paymentOf(caller: Caller, orderId: string): Promise<PaymentView | null> {
  try {
    const [[payment], refundable] = await Promise.all([
      caller.call("payments.ofOrders", { orderIds: [orderId] }, ASK),
      caller.call("payments.refundable", { orderId }, ASK),
    ]);
    return payment ? { ...payment, refundable } : null;
  } catch {
    return null;
  }
}
