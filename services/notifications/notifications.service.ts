import type { ServiceSchema } from "moleculer";
import type { Runtime } from "../../config/runtime";
import { contracts } from "../../contracts";
import { idCursor } from "../../contracts/cursor";
import { callerOf } from "../../lib/mesh/caller";
import { implement } from "../../lib/mesh/implement";
import type { EventEnvelope, UnitOfWork } from "../../lib/messaging/event";
import { Poller } from "../../lib/store/poller";
import { durableEvents, type DurableMembers } from "../../mixins/durable-events";
import { channelsOf } from "./channel/channels";
import { queueMail, type OrderEvent } from "./queue-mail";
import { sendDue } from "./send-due";
import { notificationMigrations } from "./store/migrations";
import { notificationModel } from "./store/model";
import { listNotifications, orderNumberOf } from "./store/notification-store";
import type { FactsOf, TemplateName } from "./templates";
import { orderFacts } from "./templates/order-rows";

const SEND_POLL_MS = 1_000;

type Members = DurableMembers & { sender?: Poller };


/** What people are told of their orders. It only listens; a worker outside of every transaction sends. */
export const notificationsService = (runtime: Runtime): ServiceSchema =>
  implement(contracts.notifications)<Members>({
    mixins: [
      durableEvents(runtime, {
        service: "notifications",
        model: notificationModel,
        migrations: notificationMigrations,
      }),
    ],
    actions: {
      async mine({ params: { cursor, limit = 20 }, user }) {
        const first = { userId: user.id, limit };
        const [before] = idCursor(cursor) ?? [];
        return listNotifications(this.db, before ? { ...first, before } : first);
      },
    },
    events: {
      async "order.created"(event, work) {
        await tell(this, work, event, "order-received", orderFacts(event.payload));
      },
      async "order.confirmed"(event, work) {
        await tell(this, work, event, "order-confirmed", orderFacts(event.payload));
      },
      async "order.cancelled"(event, work) {
        const { number, reason } = event.payload;
        await tell(this, work, event, "order-cancelled", { number, reason });
      },
      async "payment.refunded"(event, work) {
        const { orderId, amount } = event.payload;
        const number = await orderNumberOf(work, orderId);
        await tell(this, work, event, "payment-refunded", { number, amount });
      },
      async "shipment.dispatched"(event, work) {
        const { number, carrier, trackingNumber } = event.payload;
        await tell(this, work, event, "shipment-dispatched", { number, carrier, trackingNumber });
      },
      async "shipment.delivered"(event, work) {
        const { number } = event.payload;
        await tell(this, work, event, "shipment-delivered", { number });
      },
    },
    started() {
      const channels = channelsOf(runtime.config);
      const caller = callerOf(this.broker, "notifications");
      const sender = new Poller({
        name: "notifications",
        everyMs: SEND_POLL_MS,
        logger: this.logger,
        run: async () => {
          const busy = await sendDue({ db: this.db, caller, channels, logger: this.logger });
          if (busy) sender.wake();
        },
      });
      this.sender = sender;
      sender.start();
    },
    async stopped() {
      await this.sender?.stop();
    },
  });

async function tell<T extends TemplateName>(
  { sender }: Members,
  work: UnitOfWork,
  event: EventEnvelope<OrderEvent>,
  template: T,
  facts: FactsOf<T>,
): Promise<void> {
  await queueMail(work, event, template, facts);
  work.afterCommit(() => sender?.wake());
}
