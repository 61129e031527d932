import type { Template } from "./letter";
import { orderRows, type OrderFacts } from "./order-rows";

export const orderReceived: Template<OrderFacts> = {
  en: (order) => ({
    subject: `We received your order ${order.number}`,
    paragraphs: [
      `Your order ${order.number} has reached us.`,
      "We are putting your things aside and charging the payment. You will hear from us as soon as the order is confirmed.",
    ],
    rows: orderRows(order, "en"),
  }),
  de: (order) => ({
    subject: `Ihre Bestellung ${order.number} ist eingegangen`,
    paragraphs: [
      `Ihre Bestellung ${order.number} ist bei uns angekommen.`,
      "Wir legen Ihre Ware zurück und buchen die Zahlung ab. Sobald die Bestellung bestätigt ist, hören Sie von uns.",
    ],
    rows: orderRows(order, "de"),
  }),
};
