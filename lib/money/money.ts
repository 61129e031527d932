/** Money is integer minor units with a currency (ADR 0006). `amount` may be negative in a ledger only. */
export interface Money {
  readonly amount: number;
  readonly currency: string;
}

export const money = (amount: number, currency: string): Money => {
  if (!Number.isSafeInteger(amount)) throw new RangeError(`not an integer amount: ${amount}`);
  return { amount, currency };
};

export const zero = (currency: string): Money => money(0, currency);

/** The sum; throws when currencies differ, since no sum of them exists. */
export function add(a: Money, ...others: readonly Money[]): Money {
  let total = a.amount;
  for (const other of others) {
    if (other.currency !== a.currency) {
      throw new RangeError(`cannot add ${other.currency} to ${a.currency}`);
    }
    total += other.amount;
  }
  return money(total, a.currency);
}

export const subtract = (a: Money, b: Money): Money => add(a, { ...b, amount: -b.amount });

export const multiply = (a: Money, quantity: number): Money =>
  money(a.amount * quantity, a.currency);

/** `rate` in basis points (1900 = 19 %), rounded half up on minor units. */
export const percent = (a: Money, basisPoints: number): Money =>
  money(Math.round((a.amount * basisPoints) / 10_000), a.currency);

interface Notation {
  readonly formatter: Intl.NumberFormat;
  readonly digits: number;
}

/** Making a formatter costs a thousand times its use; there are as many as locales times currencies. */
const notations = new Map<string, Notation>();

function notationOf(locale: string, currency: string): Notation {
  const key = `${locale} ${currency}`;
  let notation = notations.get(key);
  if (!notation) {
    const formatter = new Intl.NumberFormat(locale, { style: "currency", currency });
    const digits = formatter.resolvedOptions().maximumFractionDigits ?? 2;
    notation = { formatter, digits };
    notations.set(key, notation);
  }
  return notation;
}

/** Minor-unit digits of a currency by ISO 4217: 2 for EUR, 0 for JPY, 3 for KWD. */
export const minorDigits = (currency: string): number => notationOf("en", currency).digits;

/** `€129.99`, for mails and people; never parsed again. */
export function formatMoney({ amount, currency }: Money, locale = "en"): string {
  const { formatter, digits } = notationOf(locale, currency);
  return formatter.format(amount / 10 ** digits);
}
