import type { OrderRecord } from "../../contracts/orders";
import { hasCode } from "../../lib/errors";
import type { Caller } from "../../lib/mesh/types";
import type { UnitOfWork } from "../../lib/messaging/event";
import type { Outbox } from "../../lib/messaging/outbox";
import { cancelPayment, type Wakes } from "./cancel-payment";
import { isOpen } from "./domain/payment";
import type { PaymentProvider } from "./provider/payment-provider";
import { lookUp } from "./receive-webhook";
import { settleOne } from "./settle-charges";
import { askIfOpen } from "./store/reconcile-store";
import { findPayments, type PaymentRow } from "./store/payment-store";

export interface SettlePayment {
  readonly outbox: Outbox;
  readonly provider: PaymentProvider;
  readonly wakes: Wakes;
}

interface Asked extends Caller {
  readonly params: { readonly orderId: string };
  readonly traceparent: string | null;
}

/**
 * Brings a payment to what its provider knows of it, and gives back what is kept of a cancelled order.
 * Throws SERVICE_UNAVAILABLE when the provider or the orders service does not answer.
 */
export async function settlePayment({ outbox, provider, wakes }: SettlePayment, asked: Asked) {
  const { orderId } = asked.params;
  const find = async () => (await findPayments(outbox.db, [orderId]))[0];
  const payment = await find();
  if (!payment) return { orderId, status: null };
  const order = await orderOf(asked, orderId);
  const charge = await lookUp(provider, payment);
  await outbox.unitOfWork(
    async (work) => {
      if (charge) await settleOne(work, known(payment, charge), wakes.wakeRefunds);
      else if (isOpen(payment)) await askSoon(work, orderId, wakes);
      if (order?.status !== "cancelled") return;
      const { userId, cancelReason: reason = "TIMEOUT" } = order;
      const origin = { causedBy: null, traceparent: asked.traceparent };
      await cancelPayment({ orderId, userId, reason, ...origin }, work, wakes);
    },
    { traceparent: asked.traceparent },
  );
  return { orderId, status: (await find())?.status ?? null };
}

/** Asks for it again, whoever asked before; an order whose time is over is not charged any more. */
async function askSoon(work: UnitOfWork, orderId: string, { wakeCharges }: Wakes): Promise<void> {
  await askIfOpen(work, orderId);
  work.afterCommit(wakeCharges);
}

const known = (
  { orderId, attempts }: PaymentRow,
  charge: NonNullable<Awaited<ReturnType<typeof lookUp>>>,
) => ({ orderId, attempts, outcome: { kind: "answered", charge } }) as const;

async function orderOf(caller: Caller, id: string): Promise<OrderRecord | null> {
  try {
    return await caller.call("orders.find", { id });
  } catch (error) {
    if (hasCode(error, "NOT_FOUND")) return null;
    throw error;
  }
}
