import type { Logger } from "moleculer";
import { messageOf } from "../../lib/errors";
import { failpoint } from "../../lib/faults/points";
import type { Outbox } from "../../lib/messaging/outbox";
import { Batcher } from "../../lib/batcher";
import { Dispatcher, type Worker } from "./dispatcher";
import { assertSameMoney, type ChargeOutcome } from "./domain/provider-charge";
import { callWithin } from "./provider/call-within";
import { chargeRequest } from "./provider/charge-request";
import type { PaymentProvider } from "./provider/payment-provider";
import { settleCharges, type Known } from "./settle-charges";
import { claimDuePayments, type DuePayment } from "./store/payment-store";

const POLL_MS = 250;
const CALL_LIMIT_MS = 5_000;
/** Outlasts a call and the write of its result. One that ends too early only asks twice. */
const LEASE_MS = 8_000;
/** Calls mostly wait, so that many slow ones still leave room for the quick. */
const IN_HAND = 256;
/** After so many calls in a row without an answer, one at a time is sent until one is answered. */
const BREAKER_THRESHOLD = 10;
const BATCH = 64;

export interface ChargeOptions {
  readonly outbox: Outbox;
  readonly provider: PaymentProvider;
  readonly logger: Pick<Logger, "warn">;
  /** Called after a commit that asks for a refund. */
  readonly wakeRefunds: () => void;
}

/**
 * Asks the provider for every payment that is due, outside of any transaction and always under the
 * payment's one key; then writes down what is known. Whatever was not answered is asked again.
 */
export function chargeDispatcher(options: ChargeOptions): Worker {
  const { outbox, provider, logger } = options;
  const results = new Batcher<Known>((batch) => settleCharges(options, batch), BATCH);
  let unanswered = 0;

  async function run(payment: DuePayment): Promise<void> {
    const outcome = await askForCharge(provider, payment);
    if (outcome.kind === "answered") unanswered = 0;
    if (outcome.kind === "unknown") {
      unanswered++;
      const { orderId, attempts } = payment;
      logger.warn(`charge of order ${orderId}, attempt ${attempts}: ${outcome.error}`);
    }
    await results.add({ orderId: payment.orderId, attempts: payment.attempts, outcome });
  }

  return new Dispatcher({
    name: "charges",
    everyMs: POLL_MS,
    capacity: () => (unanswered < BREAKER_THRESHOLD ? IN_HAND : 1),
    claim: (limit) => claimDuePayments(outbox.db, limit, LEASE_MS),
    run,
    logger,
  });
}

/**
 * One question to the provider, and what its answer, or the lack of one, tells. An order whose time
 * is over is not charged: never asked for, it just ends; otherwise its key is voided, which tells
 * for certain whether it was charged before.
 */
async function askForCharge(
  provider: PaymentProvider,
  payment: DuePayment,
): Promise<ChargeOutcome> {
  const { attempts, cancelled, expired } = payment;
  if (expired && attempts === 1) return { kind: "expired" };
  const request = chargeRequest(payment);
  try {
    const undo = cancelled || expired;
    const what = undo ? "payments.void" : "payments.charge";
    await failpoint(what, "before_call");
    const charge = await callWithin(CALL_LIMIT_MS, (signal) =>
      undo ? provider.voidCharge(request, signal) : provider.charge(request, signal),
    );
    await failpoint(what, "after_call");
    assertSameMoney(charge, payment);
    return { kind: "answered", charge };
  } catch (error) {
    return { kind: "unknown", error: messageOf(error) };
  }
}
