import { expect, test } from "vitest";
import type { Offer } from "../../contracts/catalog";
import { orderNumber } from "../../services/orders/domain/order-number";
import { statusesBefore, transitions } from "../../services/orders/domain/order-status";
import { priceOrder } from "../../services/orders/domain/price-order";

const offer = (sku: string, amount: number, currency = "EUR"): Offer => ({
  sku,
  productId: "0190aaaa-0000-7000-8000-000000000001",
  slug: "x",
  name: sku,
  price: { amount, currency },
  image: null,
});

function priced(lines: [string, number][], offers: Offer[], country = "DE") {
  const order = priceOrder(
    lines.map(([sku, quantity]) => ({ sku, quantity })),
    offers,
    country,
  );
  if ("fault" in order) throw new Error(order.fault);
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
  expect(priceOrder([{ sku: "X", quantity: 1 }], [], "DE")).toEqual({
    fault: "unknown-sku",
    sku: "X",
  });
  const lines = [
    { sku: "A", quantity: 1 },
    { sku: "B", quantity: 1 },
  ];
  expect(priceOrder(lines, [offer("A", 1), offer("B", 1, "USD")], "DE")).toEqual({
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
