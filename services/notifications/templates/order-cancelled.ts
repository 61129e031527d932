import type { CancelReason } from "../../../contracts/orders";
import type { Locale, Template } from "./letter";

export interface CancelledFacts {
  readonly number: string;
  readonly reason: CancelReason;
}

export const orderCancelled: Template<CancelledFacts> = {
  en: ({ number, reason }) => ({
    subject: `Your order ${number} was cancelled`,
    paragraphs: [`Your order ${number} was cancelled. ${why.en[reason]}`, money.en[reason]],
  }),
  de: ({ number, reason }) => ({
    subject: `Ihre Bestellung ${number} wurde storniert`,
    paragraphs: [`Ihre Bestellung ${number} wurde storniert. ${why.de[reason]}`, money.de[reason]],
  }),
};

type Wording = Readonly<Record<Locale, Readonly<Record<CancelReason, string>>>>;

const why: Wording = {
  en: {
    OUT_OF_STOCK: "We are sorry: there is not enough left of what you ordered.",
    PAYMENT_DECLINED: "Your payment was declined.",
    TIMEOUT: "We are sorry: we could not complete it in time.",
    CUSTOMER_REQUEST: "You asked us to.",
    ADMIN_REQUEST: "We are sorry: we had to cancel it.",
  },
  de: {
    OUT_OF_STOCK: "Es tut uns leid: Von der bestellten Ware ist nicht mehr genug da.",
    PAYMENT_DECLINED: "Ihre Zahlung wurde abgelehnt.",
    TIMEOUT: "Es tut uns leid: Wir konnten sie nicht rechtzeitig abschließen.",
    CUSTOMER_REQUEST: "Sie haben uns darum gebeten.",
    ADMIN_REQUEST: "Es tut uns leid: Wir mussten sie stornieren.",
  },
};

/** Nothing is charged before the stock is held, nor when the charge itself was declined. */
const notCharged = {
  en: "You have not been charged.",
  de: "Es wurde nichts abgebucht.",
};
const comesBack = {
  en: "If you have been charged, the money is on its way back.",
  de: "Falls etwas abgebucht wurde, ist das Geld auf dem Weg zurück.",
};
const moneyIn = (locale: Locale): Wording[Locale] => ({
  OUT_OF_STOCK: notCharged[locale],
  PAYMENT_DECLINED: notCharged[locale],
  TIMEOUT: comesBack[locale],
  CUSTOMER_REQUEST: comesBack[locale],
  ADMIN_REQUEST: comesBack[locale],
});
const money: Wording = { en: moneyIn("en"), de: moneyIn("de") };
