import type { Money, OrderLine } from "../../../contracts/common";
import { formatMoney } from "../../../lib/money/money";
import type { Locale, Row } from "./letter";

/** What an order consists of, as a mail lists it. */
export interface OrderFacts {
  readonly number: string;
  readonly items: readonly Pick<OrderLine, "name" | "quantity" | "lineTotal">[];
  readonly total: Money;
}

/** Leaves out of an event what no mail shows, so that it is not kept twice. */
export const orderFacts = ({ number, items, total }: OrderFacts): OrderFacts => ({
  number,
  items: items.map(({ name, quantity, lineTotal }) => ({ name, quantity, lineTotal })),
  total,
});

const totals = { en: "Total", de: "Gesamtbetrag" };

export const orderRows = ({ items, total }: OrderFacts, locale: Locale): Row[] => [
  ...items.map(({ name, quantity, lineTotal }) => ({
    label: `${quantity} × ${name}`,
    value: formatMoney(lineTotal, locale),
  })),
  { label: totals[locale], value: formatMoney(total, locale) },
];
