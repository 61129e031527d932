import type { Logger } from "moleculer";
import { messageOf } from "../../lib/errors";
import { failpoint } from "../../lib/faults/points";
import type { Outbox } from "../../lib/messaging/outbox";
import { Dispatcher, type Worker } from "./dispatcher";
import { backoffMs } from "./domain/backoff";
import { refundKey } from "./domain/idempotency-keys";
import { afterRefund } from "./domain/refund";
import { callWithin } from "./provider/call-within";
import type { PaymentProvider } from "./provider/payment-provider";
import { book, refundBooking } from "./store/ledger-store";
import { addRefunded, lockPayment } from "./store/payment-store";
import { claimDueRefunds, deferRefund, markRefunded, type DueRefund } from "./store/refund-store";

const POLL_MS = 500;
const CALL_LIMIT_MS = 5_000;
const LEASE_MS = 8_000;
const IN_HAND = 32;
/** From this attempt on a person should look: the provider refuses, or has been away for minutes. */
const TROUBLING_ATTEMPTS = 10;

export interface RefundOptions {
  readonly outbox: Outbox;
  readonly provider: PaymentProvider;
  readonly logger: Pick<Logger, "warn" | "error">;
}

/** Asks the provider for every refund that is due, under its one key, until it is made. */
export function refundDispatcher(options: RefundOptions): Worker {
  const { outbox, logger } = options;
  return new Dispatcher({
    name: "refunds",
    everyMs: POLL_MS,
    capacity: () => IN_HAND,
    claim: (limit) => claimDueRefunds(outbox.db, limit, LEASE_MS),
    run: (refund) => makeRefund(options, refund),
    logger,
  });
}

async function makeRefund(options: RefundOptions, refund: DueRefund): Promise<void> {
  const { outbox, provider, logger } = options;
  const { id, orderId, chargeId, amount, currency, attempts } = refund;
  let providerRefundId: string;
  try {
    await failpoint("payments.refund.before_call");
    providerRefundId = await callWithin(CALL_LIMIT_MS, (signal) =>
      provider.refund(
        { chargeId, idempotencyKey: refundKey(orderId, id), amount: { amount, currency } },
        signal,
      ),
    );
    await failpoint("payments.refund.after_call");
  } catch (error) {
    const text = `refund ${id} of order ${orderId}, attempt ${attempts}: ${messageOf(error)}`;
    if (attempts < TROUBLING_ATTEMPTS) logger.warn(text);
    else logger.error(`${text}; it is tried for ever, but somebody should look`);
    await deferRefund(outbox.db, id, backoffMs(attempts, Math.random()), messageOf(error));
    return;
  }
  await settleRefund(outbox, refund, providerRefundId);
}

/** The money is back with the customer: books it and says so, once. */
async function settleRefund(
  outbox: Outbox,
  { id, orderId, amount, currency, reason, causedBy, traceparent }: DueRefund,
  providerRefundId: string,
): Promise<void> {
  await outbox.unitOfWork(async (work) => {
    const payment = await lockPayment(work, orderId);
    if (!payment || !(await markRefunded(work, id, providerRefundId))) return;
    const { status, total, full } = afterRefund(payment, amount);
    const seq = await addRefunded(work, orderId, amount, status);
    await book(work, [refundBooking(orderId, id, amount, currency)]);
    work.publish({
      name: "payment.refunded",
      payload: {
        orderId,
        userId: payment.userId,
        amount: { amount, currency },
        refundId: id,
        refundedTotal: { amount: total, currency },
        full,
        reason,
      },
      aggregateId: orderId,
      seq,
      causationId: causedBy,
      traceparent,
    });
  });
}
