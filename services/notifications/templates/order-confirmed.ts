import type { Template } from "./letter";
import { orderRows, type OrderFacts } from "./order-rows";

export const orderConfirmed: Template<OrderFacts> = {
  en: (order) => ({
    subject: `Your order ${order.number} is confirmed`,
    paragraphs: [
      `Your order ${order.number} is paid and confirmed.`,
      "We are packing it now and will write again when it is on its way.",
    ],
    rows: orderRows(order, "en"),
  }),
  de: (order) => ({
    subject: `Ihre Bestellung ${order.number} ist bestätigt`,
    paragraphs: [
      `Ihre Bestellung ${order.number} ist bezahlt und bestätigt.`,
      "Wir packen sie jetzt und schreiben Ihnen wieder, wenn sie unterwegs ist.",
    ],
    rows: orderRows(order, "de"),
  }),
};
