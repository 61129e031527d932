import { fail } from "../../contracts/errors";
import { messageOf } from "../../lib/errors";
import type { Outbox } from "../../lib/messaging/outbox";
import { assertSameMoney, type ProviderCharge } from "./domain/provider-charge";
import { callWithin } from "./provider/call-within";
import { chargeRequest } from "./provider/charge-request";
import type { PaymentProvider, WebhookRequest } from "./provider/payment-provider";
import { settleOne } from "./settle-charges";
import { findPayments, type PaymentRow } from "./store/payment-store";
import { isKnownWebhook, noteWebhook } from "./store/webhook-store";

/** Leaves room for the write within the action's deadline. */
const CALL_LIMIT_MS = 3_000;

export interface WebhookOptions {
  readonly outbox: Outbox;
  readonly provider: PaymentProvider;
  readonly wakeRefunds: () => void;
}

/**
 * A webhook only says where to look: the state is read again from the provider's ledger, so a body
 * can neither make nor unmake money. What was received before, or is about nothing we know, is
 * accepted and has no effect. Throws what `verifyWebhook` throws, and SERVICE_UNAVAILABLE when the
 * provider does not answer, so that it delivers again.
 */
export async function receiveWebhook(
  { outbox, provider, wakeRefunds }: WebhookOptions,
  request: WebhookRequest,
): Promise<void> {
  const { id, type, orderId } = await provider.verifyWebhook(request);
  const event = { provider: provider.name, id, type, orderId };
  if (await isKnownWebhook(outbox.db, event)) return;
  const [payment] = orderId ? await findPayments(outbox.db, [orderId]) : [];
  const charge = payment ? await lookUp(provider, payment) : null;
  await outbox.unitOfWork(async (work) => {
    if (!(await noteWebhook(work, event)) || !payment || !charge) return;
    const { orderId, attempts } = payment;
    await settleOne(
      work,
      { orderId, attempts, outcome: { kind: "answered", charge } },
      wakeRefunds,
    );
  });
}

/** What the provider has under the payment's key; SERVICE_UNAVAILABLE when it does not say. */
export async function lookUp(
  provider: PaymentProvider,
  payment: PaymentRow,
): Promise<ProviderCharge | null> {
  try {
    const charge = await callWithin(CALL_LIMIT_MS, (signal) =>
      provider.findCharge(chargeRequest(payment), signal),
    );
    if (charge) assertSameMoney(charge, payment);
    return charge;
  } catch (error) {
    throw Object.assign(fail("SERVICE_UNAVAILABLE", undefined, { retryAfter: 5 }), {
      cause: messageOf(error),
    });
  }
}
