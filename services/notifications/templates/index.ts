import type { TemplateName } from "../../../contracts/notifications";
import type { Letter, Locale } from "./letter";
import { announcement } from "./announcement";
import { customerThanks } from "./customer-thanks";
import { orderCancelled } from "./order-cancelled";
import { orderConfirmed } from "./order-confirmed";
import { orderReceived } from "./order-received";
import { paymentRefunded } from "./payment-refunded";
import { shipmentDelivered } from "./shipment-delivered";
import { shipmentDispatched } from "./shipment-dispatched";

/** All that the shop writes to people, by the name that the API gives it. */
export const templates = {
  "order-received": orderReceived,
  "order-confirmed": orderConfirmed,
  "order-cancelled": orderCancelled,
  "payment-refunded": paymentRefunded,
  "shipment-dispatched": shipmentDispatched,
  "shipment-delivered": shipmentDelivered,
  announcement,
  "customer-thanks": customerThanks,
} satisfies Record<TemplateName, unknown>;

export type { TemplateName };

/** What a template needs to know of its event; stored as JSON with the notification. */
export type FactsOf<T extends TemplateName> = Parameters<(typeof templates)[T]["en"]>[0];

export function compose<T extends TemplateName>(
  template: T,
  facts: FactsOf<T>,
  locale: Locale,
): Letter {
  // TypeScript does not see that one T picks both the template and its facts.
  const write = templates[template][locale] as (facts: FactsOf<T>) => Letter;
  return write(facts);
}
