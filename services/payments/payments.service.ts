import type { Service, ServiceSchema } from "moleculer";
import type { Runtime } from "../../config/runtime";
import { contracts } from "../../contracts";
import { fail } from "../../contracts/errors";
import { callerOf } from "../../lib/mesh/caller";
import { implement } from "../../lib/mesh/implement";
import { money } from "../../lib/money/money";
import { durableEvents, type DurableMembers } from "../../mixins/durable-events";
import { cancelPayment } from "./cancel-payment";
import { chargeDispatcher } from "./charge-payments";
import type { Worker } from "./dispatcher";
import { refundable, toPayment } from "./domain/payment";
import { refundDispatcher } from "./make-refunds";
import type { PaymentProvider, ProviderHost } from "./provider/payment-provider";
import { providerOf } from "./provider/provider-of";
import { receiveWebhook } from "./receive-webhook";
import { paymentStandings, paymentsToReconcile } from "./reconcile-payments";
import { requestRefund } from "./request-refund";
import { settlePayment } from "./settle-payment";
import { paymentsMigrations } from "./store/migrations";
import { oldWebhooks } from "./store/webhook-store";
import { paymentModel } from "./store/model";
import { findPayments, insertPayments } from "./store/payment-store";

const STOP_LIMIT_MS = 3_000;

type Members = DurableMembers & { charges?: Worker; refunds?: Worker };
type This = Service & Members;

/** Takes and gives back money, by way of one payment provider. */
export const paymentsService = (
  runtime: Runtime,
  provider: PaymentProvider = providerOf(runtime),
): ServiceSchema =>
  implement(contracts.payments)<Members>({
    mixins: [
      durableEvents(runtime, {
        service: "payments",
        model: paymentModel,
        migrations: paymentsMigrations,
        retention: [oldWebhooks],
      }),
    ],
    actions: {
      async ofOrders({ params: { orderIds } }) {
        return (await findPayments(this.db, orderIds)).map(toPayment);
      },
      async refund(ctx) {
        const { wakeRefunds } = wakesOf(this);
        const { traceparent } = ctx;
        return this.unitOfWork(ctx, (work) =>
          requestRefund(work, ctx.params, { traceparent, wakeRefunds }),
        );
      },
      async refundable({ params: { orderId } }) {
        const [payment] = await findPayments(this.db, [orderId]);
        return payment ? money(refundable(payment), payment.currency) : null;
      },
      async toReconcile({ params: { which, after } }) {
        return paymentsToReconcile(this.db, provider, which, after);
      },
      async standings({ params: { orderIds } }) {
        return paymentStandings(this.db, provider, orderIds);
      },
      async settle(ctx) {
        const wakes = wakesOf(this);
        return settlePayment({ outbox: this.outbox, provider, wakes }, ctx);
      },
      async webhook({ params: { provider: name, rawBody, sandboxSignature, stripeSignature } }) {
        if (name !== provider.name) throw fail("NOT_FOUND", "there is no such payment provider");
        const signatures = { sandbox: sandboxSignature, stripe: stripeSignature };
        const { wakeRefunds } = wakesOf(this);
        const options = { outbox: this.outbox, provider, wakeRefunds };
        await receiveWebhook(options, { rawBody, signatures });
        return { received: true };
      },
      async sandboxCharges({ params: { orderId, cursor, limit = 20 } }) {
        if (!provider.listCharges) throw fail("NOT_FOUND", "the provider is not the sandbox");
        return provider.listCharges({
          limit,
          ...(orderId === undefined ? {} : { orderId }),
          ...(cursor === undefined ? {} : { cursor }),
        });
      },
    },
    events: {
      // Do: the intent is written down, and the provider is asked once it is committed. An order that
      // has ended meanwhile left a tombstone, and stays unpaid.
      async "stock.reserved"(event, work) {
        const { orderId, userId, total: amount, paymentMethod: method, deadline } = event.payload;
        const origin = { causedBy: event.id, traceparent: event.traceparent };
        const payment = { orderId, userId, amount, method, deadline, ...origin };
        await work.gather(insertPayments, payment);
        work.afterCommit(wakesOf(this).wakeCharges);
      },
      // Undo.
      async "order.cancelled"(event, work) {
        const origin = { causedBy: event.id, traceparent: event.traceparent };
        await cancelPayment({ ...event.payload, ...origin }, work, wakesOf(this));
      },
    },
    async started() {
      const { outbox, logger } = this;
      await provider.start(hostOf(this));
      const { wakeRefunds } = wakesOf(this);
      this.charges = chargeDispatcher({ outbox, provider, logger, wakeRefunds });
      this.refunds = refundDispatcher({ outbox, provider, logger });
      this.charges.start();
      this.refunds.start();
    },
    // Calls in hand may end; the others are asked again under the same keys.
    async stopped() {
      await Promise.all([this.charges?.stop(STOP_LIMIT_MS), this.refunds?.stop(STOP_LIMIT_MS)]);
      await provider.stop();
    },
  });

const wakesOf = (service: This) => ({
  wakeCharges: () => service.charges?.wake(),
  wakeRefunds: () => service.refunds?.wake(),
});

/** A webhook takes the way it would take from outside, but for the wire. */
function hostOf({ broker, logger }: This): ProviderHost {
  const caller = callerOf(broker, "payments");
  return {
    logger,
    async deliverWebhook(rawBody, sandboxSignature) {
      await caller.call("payments.webhook", { provider: "sandbox", rawBody, sandboxSignature });
    },
  };
}
