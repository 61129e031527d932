import type { Template } from "./letter";

export interface DeliveredFacts {
  readonly number: string;
}

export const shipmentDelivered: Template<DeliveredFacts> = {
  en: ({ number }) => ({
    subject: `Your order ${number} has arrived`,
    paragraphs: [
      `Your order ${number} has been delivered.`,
      "We hope that you enjoy it. If anything is wrong, just answer this mail.",
    ],
  }),
  de: ({ number }) => ({
    subject: `Ihre Bestellung ${number} ist angekommen`,
    paragraphs: [
      `Ihre Bestellung ${number} wurde zugestellt.`,
      "Wir wünschen viel Freude damit. Wenn etwas nicht stimmt, antworten Sie einfach auf diese E-Mail.",
    ],
  }),
};
