import type { ServiceSchema } from "moleculer";
import type { Runtime } from "../../config/runtime";
import { contracts } from "../../contracts";
import { idCursor } from "../../contracts/cursor";
import { fail } from "../../contracts/errors";
import { callerOf } from "../../lib/mesh/caller";
import { implement } from "../../lib/mesh/implement";
import type { EventEnvelope, UnitOfWork } from "../../lib/messaging/event";
import { durableEvents, type DurableMembers } from "../../mixins/durable-events";
import { oldKeyedRequests } from "../../mixins/keyed-request";
import { startBulk } from "./bulk/start-bulk";
import { askToUnsubscribe, unsubscribe } from "./bulk/unsubscribe";
import { defaultPreferences } from "./domain/preferences";
import { openPostOffice, type PostOffice } from "./post-office";
import { previewMail } from "./preview-mail";
import { publicNetwork, type PushNetwork } from "./push/network";
import { subscribe } from "./push/subscribe";
import { queueMail, type OrderEvent } from "./queue-mail";
import { findBulk } from "./store/bulk-store";
import { notificationMigrations } from "./store/migrations";
import { notificationModel } from "./store/model";
import { listNotifications, oldNotifications, orderNumberOf } from "./store/notification-store";
import { changePreferences, findPreferences } from "./store/preference-store";
import { removeSubscription } from "./store/push-subscription-store";
import type { FactsOf, TemplateName } from "./templates";
import { orderFacts } from "./templates/order-rows";

type Members = DurableMembers & { office?: PostOffice };

export interface NotificationsOptions {
  /** Where push messages may go (the public internet). */
  readonly network?: PushNetwork;
}

/** What people are told of their orders. It only listens; a worker outside of every transaction sends. */
export const notificationsService = (
  runtime: Runtime,
  { network = publicNetwork() }: NotificationsOptions = {},
): ServiceSchema =>
  implement(contracts.notifications)<Members>({
    mixins: [
      durableEvents(runtime, {
        service: "notifications",
        model: notificationModel,
        migrations: notificationMigrations,
        retention: [oldKeyedRequests, oldNotifications],
      }),
    ],
    actions: {
      async mine({ params: { cursor, limit = 20 }, user }) {
        const [before] = idCursor(cursor) ?? [];
        return listNotifications(this.db, { userId: user.id, limit, before });
      },
      async preview({ params }) {
        return previewMail(params);
      },
      async preferences({ user }) {
        const chosen = await findPreferences(this.db, [user.id]);
        return chosen.get(user.id) ?? defaultPreferences;
      },
      async updatePreferences({ user, params }) {
        return changePreferences(this.db, user.id, params);
      },
      async vapidPublicKey() {
        return { publicKey: officeOf(this).vapid.publicKey };
      },
      async subscribePush({ user, params }) {
        await subscribe({ db: this.db, network }, user.id, params);
        return null;
      },
      async unsubscribePush({ user, params: { endpoint } }) {
        await removeSubscription(this.db, { userId: user.id, endpoint });
        return null;
      },
      async startBulk({ user, params }) {
        const started = await startBulk(this.db, user, params);
        this.office?.collector.wake();
        this.office?.sender.wake();
        return started;
      },
      async bulk({ params }) {
        const bulk = await findBulk(this.db, params.id);
        if (!bulk) throw fail("NOT_FOUND");
        return bulk;
      },
      async unsubscribePage({ params: { token } }) {
        return askToUnsubscribe({ unsubscribing: officeOf(this).unsubscribing, token });
      },
      async unsubscribe({ params: { token } }) {
        return unsubscribe(this.db, { unsubscribing: officeOf(this).unsubscribing, token });
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
    async started() {
      const { db, logger } = this;
      const caller = callerOf(this.broker, "notifications");
      const office = await openPostOffice({ config: runtime.config, db, caller, logger, network });
      this.office = office;
      // Services of one process start side by side: users would be asked too early.
      if (this.broker.started) office.start();
      else this.broker.localBus.once("$broker.started", () => office.start());
    },
    async stopped() {
      await this.office?.stop();
    },
  });

/** An action may come while its service still starts. */
function officeOf({ office }: Members): PostOffice {
  if (!office) throw fail("SERVICE_UNAVAILABLE");
  return office;
}

async function tell<T extends TemplateName>(
  service: Members,
  work: UnitOfWork,
  event: EventEnvelope<OrderEvent>,
  template: T,
  facts: FactsOf<T>,
): Promise<void> {
  await queueMail(work, event, template, facts);
  work.afterCommit(() => service.office?.sender.wake());
}
