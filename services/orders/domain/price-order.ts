import type { Offer } from "../../../contracts/catalog";
import type { OrderLine, SkuQuantity } from "../../../contracts/common";
import {
  add,
  minorDigits,
  money,
  multiply,
  percent,
  subtract,
  zero,
  type Money,
} from "../../../lib/money/money";
import type { Grant } from "./coupon";
import { shippingRateOf, taxRateOf } from "./rates";

export interface Basket {
  readonly items: OrderLine[];
  readonly subtotal: Money;
}

export interface PricedOrder extends Basket {
  readonly discount: Money;
  readonly shipping: Money;
  readonly tax: Money;
  /** subtotal − discount + shipping + tax, to the unit. */
  readonly total: Money;
}

export type PricingFault =
  | { readonly fault: "unknown-sku"; readonly sku: string }
  | { readonly fault: "mixed-currencies"; readonly currencies: readonly string[] };

/** Prices the lines at today's offers. Lines of one SKU become one. */
export function priceBasket(
  lines: readonly SkuQuantity[],
  offers: readonly Offer[],
): Basket | PricingFault {
  const bySku = new Map(offers.map((offer) => [offer.sku, offer]));
  const items: OrderLine[] = [];
  for (const { sku, quantity } of mergeLines(lines)) {
    const offer = bySku.get(sku);
    if (!offer) return { fault: "unknown-sku", sku };
    items.push(toLine(offer, quantity));
  }
  const currencies = [...new Set(items.map((item) => item.unitPrice.currency))];
  const [currency] = currencies;
  if (currency === undefined || currencies.length > 1) {
    return { fault: "mixed-currencies", currencies };
  }
  return { items, subtotal: add(zero(currency), ...items.map((item) => item.lineTotal)) };
}

/** The basket's total to `country`, with what a coupon grants. */
export function totalBasket(basket: Basket, country: string, grant?: Grant): PricedOrder {
  const discount = grant?.discount ?? zero(basket.subtotal.currency);
  const goods = subtract(basket.subtotal, discount);
  const shipping = grant?.freeShipping ? zero(goods.currency) : shippingFor(goods, country);
  const tax = percent(add(goods, shipping), taxRateOf(country));
  return { ...basket, discount, shipping, tax, total: add(goods, shipping, tax) };
}

/** One line a SKU, in the order of their first mention. */
export function mergeLines(lines: readonly SkuQuantity[]): SkuQuantity[] {
  const quantities = new Map<string, number>();
  for (const { sku, quantity } of lines) {
    quantities.set(sku, (quantities.get(sku) ?? 0) + quantity);
  }
  return [...quantities].map(([sku, quantity]) => ({ sku, quantity }));
}

const toLine = ({ sku, productId, name, price }: Offer, quantity: number): OrderLine => ({
  sku,
  productId,
  name,
  unitPrice: price,
  quantity,
  lineTotal: multiply(price, quantity),
});

function shippingFor(goods: Money, country: string): Money {
  const rate = shippingRateOf(country);
  const scale = 10 ** (minorDigits(goods.currency) - 2);
  if (goods.amount >= rate.freeFrom * scale) return zero(goods.currency);
  return money(Math.round(rate.flat * scale), goods.currency);
}
