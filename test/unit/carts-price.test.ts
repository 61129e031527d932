import { describe, expect, test } from "vitest";
import type { Offer } from "../../contracts/catalog";
import { priceCart } from "../../services/carts/domain/price-cart";

const offer = (sku: string, amount: number, currency = "EUR"): Offer => ({
  sku,
  productId: "0190aaaa-0000-7000-8000-000000000001",
  slug: sku.toLowerCase(),
  name: `Thing ${sku}`,
  price: { amount, currency },
  image: null,
});
const lines = (quantities: Record<string, number>) =>
  Object.entries(quantities).map(([sku, quantity]) => ({ sku, quantity }));

describe("a priced cart", () => {
  test("costs the sum of its lines", () => {
    const priced = priceCart(lines({ A: 3, B: 2 }), [offer("B", 250), offer("A", 1099)], null);
    expect(priced.items.map((item) => item.lineTotal.amount)).toEqual([3297, 500]);
    expect(priced.subtotal).toEqual({ amount: 3797, currency: "EUR" });
    expect(priced.itemCount).toBe(5);
    const sum = priced.items.reduce((total, item) => total + item.lineTotal.amount, 0);
    expect(priced.subtotal.amount).toBe(sum);
  });

  test("costs nothing, in euros, when it is empty", () => {
    expect(priceCart([], [], {})).toEqual({
      items: [],
      itemCount: 0,
      subtotal: { amount: 0, currency: "EUR" },
      unsold: [],
    });
  });

  test("says of each line whether so many can be bought, or that nobody knows", () => {
    const offers = [offer("A", 1), offer("B", 1), offer("C", 1)];
    const stock = { A: { available: 2 }, B: { available: 1 } };
    const of = (availability: typeof stock | null) =>
      priceCart(lines({ A: 2, B: 2, C: 1 }), offers, availability).items.map((i) => i.available);
    expect(of(stock)).toEqual([true, false, false]);
    expect(of(null)).toEqual([null, null, null]);
  });

  test("leaves out what is not sold any more, and another currency than the first", () => {
    const offers = [offer("B", 100, "USD"), offer("C", 200, "EUR"), offer("D", 300, "USD")];
    const priced = priceCart(lines({ A: 1, B: 1, C: 1, D: 2 }), offers, null);
    expect(priced.items.map((item) => item.sku)).toEqual(["B", "D"]);
    expect(priced.subtotal).toEqual({ amount: 700, currency: "USD" });
    expect(priced.unsold).toEqual(["A", "C"]);
  });
});
