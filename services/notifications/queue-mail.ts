import { newId } from "../../lib/ids";
import type { EventEnvelope, UnitOfWork } from "../../lib/messaging/event";
import { insertMailsAndPushes } from "./store/notification-store";
import { compose, type FactsOf, type TemplateName } from "./templates";

/** What every event that people are told of says. */
export interface OrderEvent {
  readonly orderId: string;
  readonly userId: string;
}

/**
 * Queues what is told of an event, in the transaction that marks the event as handled: there is one
 * if and only if the event was handled. The subject is English until the mail is written to a
 * person, whose language is not known here; nor is their phone number, so text messages follow later.
 */
export async function queueMail<T extends TemplateName>(
  work: UnitOfWork,
  event: EventEnvelope<OrderEvent>,
  template: T,
  facts: FactsOf<T>,
): Promise<void> {
  const { orderId, userId } = event.payload;
  const { subject } = compose(template, facts, "en");
  const row = { eventId: event.id, userId, orderId, template, facts, subject };
  await work.gather(insertMailsAndPushes, { ...row, mailId: newId(), pushId: newId() });
}
