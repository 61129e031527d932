import type { Money } from "../../../contracts/common";
import { formatMoney } from "../../../lib/money/money";
import type { Template } from "./letter";

export interface RefundFacts {
  /** Null when the refund comes before we have heard of the order itself. */
  readonly number: string | null;
  readonly amount: Money;
}

export const paymentRefunded: Template<RefundFacts> = {
  en: ({ number, amount }) => {
    const order = number ? `your order ${number}` : "your order";
    return {
      subject: `Refund for ${order}`,
      paragraphs: [
        `We have refunded ${formatMoney(amount, "en")} for ${order}.`,
        "It can take a few days until your bank shows it.",
      ],
    };
  },
  de: ({ number, amount }) => {
    const order = number ? `Ihre Bestellung ${number}` : "Ihre Bestellung";
    return {
      subject: `Erstattung für ${order}`,
      paragraphs: [
        `Wir haben Ihnen ${formatMoney(amount, "de")} für ${order} erstattet.`,
        "Es kann einige Tage dauern, bis Ihre Bank den Betrag anzeigt.",
      ],
    };
  },
};
