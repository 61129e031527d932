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

/** `rate` in basis points (1900 = 19 %) of an amount that is not negative, rounded half up on minor units. */
export const percent = (a: Money, basisPoints: number): Money =>
  // Exact: the product with the rate may be beyond 2^53.
  money(Number((BigInt(a.amount) * BigInt(basisPoints) + 5_000n) / 10_000n), a.currency);

/**
 * Currencies that ISO 4217 divides into something else than hundredths. Not asked of `Intl`: it knows the
 * coins that are in use, and so gives the forint, the dinar and twenty others no digits at all.
 */
const MINOR_DIGITS = new Map([
  ...digitsOf(0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
  ...digitsOf(3, "BHD IQD JOD KWD LYD OMR TND"),
  ...digitsOf(4, "CLF UYW"),
]);

function digitsOf(digits: number, currencies: string): [currency: string, digits: number][] {
  return currencies.split(" ").map((currency) => [currency, digits]);
}

/** Minor-unit digits of a currency by ISO 4217: 2 for EUR and HUF, 0 for JPY, 3 for KWD. */
export const minorDigits = (currency: string): number => MINOR_DIGITS.get(currency) ?? 2;

/** Making a formatter costs a thousand times its use; there are a few for each currency. */
const formatters = new Map<string, Intl.NumberFormat>();

/** A symbol is shown as the code where the locale has none for the currency. */
type Display = "symbol" | "code";

function formatterOf(locale: string, currency: string, display: Display): Intl.NumberFormat {
  const key = `${locale} ${currency} ${display}`;
  let formatter = formatters.get(key);
  if (!formatter) {
    const digits = minorDigits(currency);
    formatter = new Intl.NumberFormat(locale, {
      ...{ style: "currency", currency, currencyDisplay: display },
      ...{ minimumFractionDigits: digits, maximumFractionDigits: digits },
    });
    formatters.set(key, formatter);
  }
  return formatter;
}

/** `€129.99`, for mails and people; never parsed again. */
export const formatMoney = (
  { amount, currency }: Money,
  locale = "en",
  display: Display = "symbol",
): string => formatterOf(locale, currency, display).format(amount / 10 ** minorDigits(currency));
