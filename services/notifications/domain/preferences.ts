import type {
  Notification,
  NotificationPreferences,
  TemplateName,
} from "../../../contracts/notifications";

/**
 * What holds for those who never chose. Mail with offers goes to customers who have not said no, and
 * each one carries the way out (ePrivacy directive, article 13 (2)).
 */
export const defaultPreferences: NotificationPreferences = {
  email: { orderUpdates: true, marketing: true },
  sms: { orderUpdates: true },
  push: { orderUpdates: true },
};

/**
 * `essential`: what the shop owes its customer in writing, a mail that cannot be turned off.
 * `update`: good to know. `offer`: what the shop would like to say, by mail and with a way out.
 */
type Topic = "essential" | "update" | "offer";

const topics: Readonly<Record<TemplateName, Topic>> = {
  "order-received": "essential",
  "order-confirmed": "essential",
  "order-cancelled": "essential",
  "payment-refunded": "essential",
  "shipment-dispatched": "update",
  "shipment-delivered": "update",
  announcement: "offer",
  "customer-thanks": "offer",
};

/** Whether a mail has to say how to get no more of its kind. */
export const isOffer = (template: TemplateName): boolean => topics[template] === "offer";

/** Whether the receiver wants a message by this way. */
export function isWanted(
  preferences: NotificationPreferences,
  template: TemplateName,
  channel: Notification["channel"],
): boolean {
  const topic = topics[template];
  switch (topic) {
    case "essential":
      return channel === "email" || preferences[channel].orderUpdates;
    case "update":
      return preferences[channel].orderUpdates;
    case "offer":
      return channel === "email" && preferences.email.marketing;
    default:
      return topic satisfies never;
  }
}
