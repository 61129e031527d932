import { newId } from "../../lib/ids";
import type { EventEnvelope, UnitOfWork } from "../../lib/messaging/event";
import { insertNotification } from "./store/notification-store";
import { compose, type FactsOf, type TemplateName } from "./templates";

/** What every event that people are told of says. */
export interface OrderEvent {
  readonly orderId: string;
  readonly userId: string;
}

/**
 * Queues the mail about an event, in the transaction that marks the event as handled: there is one
 * if and only if the event was handled. The subject is English until the mail is written to a
 * person, whose language is not known here.
 */
export async function queueMail<T extends TemplateName>(
  work: UnitOfWork,
  event: EventEnvelope<OrderEvent>,
  template: T,
  facts: FactsOf<T>,
): Promise<void> {
  const { orderId, userId } = event.payload;
  const { subject } = compose(template, facts, "en");
  await insertNotification(work, {
    id: newId(),
    eventId: event.id,
    userId,
    orderId,
    channel: "email",
    template,
    facts,
    subject,
  });
}
