import type { Cart as CartView } from "../../../contracts/carts";
import type { Offer } from "../../../contracts/catalog";
import type { SkuQuantity } from "../../../contracts/common";
import { add, multiply, zero, type Money } from "../../../lib/money/money";

/** What can be bought of each SKU now; null when nobody knows. */
export type Availability = Readonly<Record<string, { readonly available: number }>> | null;

type Item = CartView["items"][number];

export interface PricedCart {
  readonly items: Item[];
  readonly itemCount: number;
  readonly subtotal: Money;
  /** SKUs that the cart holds in vain: not sold any more, or in another currency than the first. */
  readonly unsold: string[];
}

const EMPTY_CURRENCY = "EUR";

/** The lines at the prices and the stock of now. */
export function priceCart(
  lines: readonly SkuQuantity[],
  offers: readonly Offer[],
  availability: Availability,
): PricedCart {
  const bySku = new Map(offers.map((offer) => [offer.sku, offer]));
  const currency = currencyOf(lines, offers) ?? EMPTY_CURRENCY;
  const items: Item[] = [];
  const unsold: string[] = [];
  for (const line of lines) {
    const offer = bySku.get(line.sku);
    if (offer?.price.currency === currency) items.push(toItem(line, offer, availability));
    else unsold.push(line.sku);
  }
  return {
    items,
    itemCount: items.reduce((sum, item) => sum + item.quantity, 0),
    subtotal: add(zero(currency), ...items.map((item) => item.lineTotal)),
    unsold,
  };
}

/** The currency of the first line that is sold; all others have to be in it. */
export function currencyOf(
  lines: readonly SkuQuantity[],
  offers: readonly Offer[],
): string | undefined {
  for (const { sku } of lines) {
    const offer = offers.find((candidate) => candidate.sku === sku);
    if (offer) return offer.price.currency;
  }
  return undefined;
}

const toItem = ({ sku, quantity }: SkuQuantity, offer: Offer, stock: Availability): Item => ({
  sku,
  productId: offer.productId,
  name: offer.name,
  unitPrice: offer.price,
  quantity,
  lineTotal: multiply(offer.price, quantity),
  image: offer.image,
  available: stock && (stock[sku]?.available ?? 0) >= quantity,
});
