import type { FactsOf, TemplateName } from ".";

const NUMBER = "S-7K2M4-QXD1V";
const euros = (amount: number) => ({ amount, currency: "EUR" });

const order = {
  number: NUMBER,
  items: [
    { name: "Brass lamp", quantity: 2, lineTotal: euros(25_900) },
    { name: "Oak & ash side table", quantity: 1, lineTotal: euros(18_950) },
  ],
  total: euros(45_340),
};

/** Who reads a preview. */
export const sampleName = "Alice Example";

/** Facts as an event would bring them, to show what a template makes of them. */
export const samples: { readonly [T in TemplateName]: FactsOf<T> } = {
  "order-received": order,
  "order-confirmed": order,
  "order-cancelled": { number: NUMBER, reason: "OUT_OF_STOCK" },
  "payment-refunded": { number: NUMBER, amount: euros(45_340) },
  "shipment-dispatched": { number: NUMBER, carrier: "DHL", trackingNumber: "JD0001" },
  "shipment-delivered": { number: NUMBER },
  announcement: {
    subject: "New lamps are here",
    text: "Our new lamps have arrived.\n\nCome and see them.",
  },
  "customer-thanks": {},
};
