import type { Template } from "./letter";

export interface ParcelFacts {
  readonly number: string;
  readonly carrier: string;
  readonly trackingNumber: string;
}

export const shipmentDispatched: Template<ParcelFacts> = {
  en: ({ number, carrier, trackingNumber }) => ({
    subject: `Your order ${number} is on its way`,
    paragraphs: [
      `We have handed your order ${number} to ${carrier}.`,
      `Its tracking number is ${trackingNumber}.`,
    ],
    sms: `Souk: your order ${number} is on its way with ${carrier}, tracking number ${trackingNumber}.`,
  }),
  de: ({ number, carrier, trackingNumber }) => ({
    subject: `Ihre Bestellung ${number} ist unterwegs`,
    paragraphs: [
      `Wir haben Ihre Bestellung ${number} an ${carrier} übergeben.`,
      `Die Sendungsnummer ist ${trackingNumber}.`,
    ],
    sms: `Souk: Ihre Bestellung ${number} ist unterwegs mit ${carrier}, Sendungsnummer ${trackingNumber}.`,
  }),
};
