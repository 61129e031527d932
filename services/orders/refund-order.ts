import { fail } from "../../contracts/errors";
import type { Order, orders } from "../../contracts/orders";
import type { Caller, Ctx } from "../../lib/mesh/types";
import type { Outbox } from "../../lib/messaging/outbox";
import { claimKey, keepAnswer, keyedRequest } from "../../mixins/keyed-request";
import { presentOrder } from "./present-order";
import type { OrderRow } from "./store/order-row";

type RefundCtx = Ctx<(typeof orders)["actions"]["refund"]>;

/**
 * Has money given back, once for each key: all tries of a request ask payments for the same refund,
 * also when this one ends before it knows the outcome. A try that goes on is not asked again whether
 * the order may be refunded, since the refund itself may have ended it.
 */
export async function refundOrder(
  outbox: Outbox,
  ctx: RefundCtx,
  order: OrderRow,
): Promise<{ answer: Order; replayed: boolean }> {
  const { amount, reason } = ctx.params;
  const request = keyedRequest("refund", ctx);
  const claim = await outbox.unitOfWork(async (work) => {
    const claim = await claimKey<Order>(work, request);
    if (claim.isNew) assertRefundable(order);
    return claim;
  });
  if (claim.answer) return { answer: claim.answer, replayed: true };
  const refund = { orderId: order.id, refundId: claim.id, reason };
  await ctx.call("payments.refund", amount ? { ...refund, amount } : refund);
  const answer = await keepAnswer(outbox.db, request, await presentOrder(ctx, order));
  return { answer, replayed: false };
}

function assertRefundable({ status }: OrderRow): void {
  if (["confirmed", "shipped", "delivered"].includes(status)) return;
  throw fail("INVALID_TRANSITION", `a ${status} order cannot be refunded`);
}

/** Goods do not leave when all their money is on its way back, however long the provider takes for it. */
export async function assertNotRefunding(
  caller: Caller,
  { id, status, total }: OrderRow,
): Promise<void> {
  if (status !== "confirmed" || total === 0) return;
  const left = await caller.call("payments.refundable", { orderId: id });
  if (left?.amount === 0) throw fail("INVALID_TRANSITION", "all its money is being given back");
}
