import { expect, test } from "vitest";
import type { Offer } from "../../contracts/catalog";
import {
  faultOfTerms,
  grantOf,
  refuseCoupon,
  type CouponTerms,
  type Grant,
} from "../../services/orders/domain/coupon";
import { orderNumber } from "../../services/orders/domain/order-number";
import { statusesBefore, transitions } from "../../services/orders/domain/order-status";
import { priceBasket, totalBasket } from "../../services/orders/domain/price-order";

const offer = (sku: string, amount: number, currency = "EUR"): Offer => ({
  sku,
  productId: "0190aaaa-0000-7000-8000-000000000001",
  slug: "x",
  name: sku,
  price: { amount, currency },
  image: null,
});

function priced(lines: [string, number][], offers: Offer[], country = "DE", grant?: Grant) {
  const basket = priceBasket(
    lines.map(([sku, quantity]) => ({ sku, quantity })),
    offers,
  );
  if ("fault" in basket) throw new Error(basket.fault);
  const order = totalBasket(basket, country, grant);
  const { subtotal, discount, shipping, tax, total, items } = order;
  // Whatever the rules are, the parts sum to the whole.
  expect(items.reduce((sum, item) => sum + item.lineTotal.amount, 0)).toBe(subtotal.amount);
  expect(subtotal.amount - discount.amount + shipping.amount + tax.amount).toBe(total.amount);
  return order;
}

test("a small order within Europe pays postage and the country's VAT on both", () => {
  const order = priced([["A", 2]], [offer("A", 1050)]);
  expect(order.subtotal.amount).toBe(2100);
  expect(order.shipping.amount).toBe(490);
  expect(order.tax.amount).toBe(Math.round(2590 * 0.19));
});

test("a large order is sent for free", () => {
  expect(priced([["A", 5]], [offer("A", 1000)]).shipping.amount).toBe(0);
});

test("an export is not taxed and pays the postage of the world", () => {
  const order = priced([["A", 1]], [offer("A", 1000)], "US");
  expect(order.tax.amount).toBe(0);
  expect(order.shipping.amount).toBe(1490);
});

test("postage follows the currency's digits", () => {
  expect(priced([["A", 1]], [offer("A", 100, "JPY")], "JP").shipping.amount).toBe(15);
  expect(priced([["A", 1]], [offer("A", 1000, "KWD")], "KW").shipping.amount).toBe(14_900);
});

test("lines of one SKU become one", () => {
  const order = priced(
    [
      ["A", 1],
      ["B", 1],
      ["A", 2],
    ],
    [offer("A", 10), offer("B", 20)],
  );
  expect(order.items.map(({ sku, quantity }) => [sku, quantity])).toEqual([
    ["A", 3],
    ["B", 1],
  ]);
});

test("an unknown SKU and a mix of currencies are faults", () => {
  expect(priceBasket([{ sku: "X", quantity: 1 }], [])).toEqual({
    fault: "unknown-sku",
    sku: "X",
  });
  const lines = [
    { sku: "A", quantity: 1 },
    { sku: "B", quantity: 1 },
  ];
  expect(priceBasket(lines, [offer("A", 1), offer("B", 1, "USD")])).toEqual({
    fault: "mixed-currencies",
    currencies: ["EUR", "USD"],
  });
});

test("every status can be reached from pending, and nothing leaves a cancelled or refunded order", () => {
  const reached = new Set<string>(["pending"]);
  for (const status of reached) {
    for (const next of transitions[status as keyof typeof transitions]) reached.add(next);
  }
  expect([...reached].sort()).toEqual(Object.keys(transitions).sort());
  expect(transitions.cancelled).toEqual([]);
  expect(transitions.refunded).toEqual([]);
  expect(statusesBefore("cancelled")).toEqual(["pending", "confirmed"]);
});

test("an order's number is short, unambiguous and a function of its id", () => {
  const number = orderNumber("0190aaaa-0000-7000-8000-0123456789ab");
  expect(number).toMatch(/^S-[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/);
  expect(orderNumber("0190aaaa-0000-7000-8000-0123456789ab")).toBe(number);
  expect(orderNumber("0190aaaa-0000-7000-8000-0123456789ac")).not.toBe(number);
});

const terms = (over: Partial<CouponTerms>): CouponTerms => ({
  kind: "percentage",
  percentOff: null,
  amountOff: null,
  minimumSubtotal: null,
  startsAt: null,
  endsAt: null,
  maxUses: null,
  maxUsesPerUser: null,
  endedAt: null,
  ...over,
});
const eur = (amount: number) => ({ amount, currency: "EUR" });

test("a discount lowers what postage and tax are taken of", () => {
  const grant = grantOf(terms({ percentOff: 1500 }), eur(5999));
  const order = priced([["A", 1]], [offer("A", 5999)], "DE", grant);
  expect(order.discount.amount).toBe(900);
  expect(order.shipping.amount).toBe(0);
  expect(order.tax.amount).toBe(Math.round(5099 * 0.19));
  const small = grantOf(terms({ kind: "fixed", amountOff: eur(2000) }), eur(5999));
  expect(priced([["A", 1]], [offer("A", 5999)], "DE", small).shipping.amount).toBe(490);
});

test("a fixed amount never takes off more than there is, and free shipping is free", () => {
  expect(grantOf(terms({ kind: "fixed", amountOff: eur(900) }), eur(500)).discount).toEqual(
    eur(500),
  );
  const grant = grantOf(terms({ kind: "free_shipping" }), eur(500));
  expect(priced([["A", 1]], [offer("A", 500)], "US", grant).shipping.amount).toBe(0);
});

test.each<[string, Partial<CouponTerms>, string | null]>([
  ["a plain one", {}, null],
  ["one that was ended", { endedAt: new Date(0) }, "ended"],
  ["one of next year", { startsAt: new Date("2031-01-01") }, "not started yet"],
  ["one of last year", { endsAt: new Date("2029-01-01") }, "expired"],
  ["one that ends this moment", { endsAt: new Date("2030-01-01") }, "expired"],
  ["one with its uses gone", { maxUses: 3 }, "used up"],
  ["one with a use left", { maxUses: 4 }, null],
  ["one that this user has used", { maxUsesPerUser: 1 }, "already used by you"],
  [
    "one in dollars",
    { kind: "fixed", amountOff: { amount: 1, currency: "USD" } },
    "for another currency",
  ],
  ["one for more", { minimumSubtotal: eur(1001) }, "the basket is too small"],
  ["one for just this much", { minimumSubtotal: eur(1000) }, null],
])("of coupons, %s", (_what, over, reason) => {
  const use = { subtotal: eur(1000), now: new Date("2030-01-01"), uses: 3, usesOfUser: 1 };
  expect(refuseCoupon(terms(over), use)).toBe(reason);
});

test("terms that make no sense name their field", () => {
  expect(faultOfTerms(terms({}))?.path).toBe("/percentOff");
  expect(faultOfTerms(terms({ kind: "fixed", percentOff: 1, amountOff: eur(1) }))?.path).toBe(
    "/percentOff",
  );
  const ends = { startsAt: new Date(2), endsAt: new Date(1) };
  expect(faultOfTerms(terms({ kind: "free_shipping", ...ends }))?.path).toBe("/endsAt");
});
