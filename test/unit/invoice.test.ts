import { describe, expect, it } from "vitest";
import type { OrderRecord } from "../../contracts/orders";
import { buildInvoice } from "../../services/reports/build/build-invoice";
import { printable } from "../../services/reports/build/printable";
import { inVisualOrder } from "../../services/reports/build/right-to-left";
import { pagesOf } from "../support/pdf-text";

const eur = (amount: number) => ({ amount, currency: "EUR" });
const ID = "0190aaaa-0000-7000-8000-000000000001";

const orderOf = (names: readonly string[]): OrderRecord => ({
  ...{ id: ID, number: "S-7K2M-4QXD", status: "confirmed", userId: ID, paymentMethod: "pm" },
  items: names.map((name, n) => ({
    ...{ sku: `SKU-${n}`, productId: ID, name, quantity: 2 },
    ...{ unitPrice: eur(1_250), lineTotal: eur(2_500) },
  })),
  ...{ subtotal: eur(2_500 * names.length), discount: eur(100), shipping: eur(490), tax: eur(475) },
  total: eur(2_500 * names.length - 100 + 490 + 475),
  shippingAddress: {
    ...{ name: "Zoë Ångström", line1: "Main Street 1", city: "Berlin" },
    ...{ postalCode: "10115", country: "DE" },
  },
  ...{ createdAt: "2026-03-01T10:00:00.000Z", updatedAt: "2026-03-01T10:00:00.000Z" },
});

describe("an invoice", () => {
  it("names the order, where it goes, what was bought and what it came to", async () => {
    const pdf = await buildInvoice(orderOf(["Brass lamp"]));
    expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
    const [page = "", ...more] = pagesOf(pdf);
    expect(more).toEqual([]);
    for (const text of [
      ...["Invoice S-7K2M-4QXD", "2026-03-01", "Zoë Ångström", "10115 Berlin", "Brass lamp"],
      ...["SKU-0", "€12.50", "€25.00", "-€1.00", "€4.90", "€4.75", "€33.65", "page 1 of 1"],
    ]) {
      expect(page).toContain(text);
    }
  });

  it.each([
    ["KRW", "₩2,500"],
    ["INR", "₹25.00"],
    ["HUF", "HUF 25.00"],
    ["JPY", "¥2,500"],
  ])("says that it is in %s, by its sign or its code", async (currency, amount) => {
    const euros = JSON.stringify(orderOf(["Brass lamp"]));
    const order = JSON.parse(euros.replaceAll('"EUR"', JSON.stringify(currency))) as OrderRecord;
    const [page = ""] = pagesOf(await buildInvoice(order));
    expect(page.replaceAll("\u00a0", " ").split("\n")).toContain(amount);
    expect(page).not.toContain("?");
  });

  it("of a hundred lines with long names goes over pages, each with the columns' names", async () => {
    const names = Array.from({ length: 100 }, (_, n) => `Item${n}. ${"very long name ".repeat(9)}`);
    const pages = pagesOf(await buildInvoice(orderOf(names)));
    expect(pages.length).toBeGreaterThan(4);
    for (const [n, page] of pages.entries()) {
      expect(page).toContain("Amount");
      expect(page).toContain(`page ${n + 1} of ${pages.length}`);
    }
    for (const n of names.keys()) {
      expect(pages.filter((page) => page.includes(`Item${n}.`))).toHaveLength(1);
    }
  });

  it("has Latin, Greek and Cyrillic letters as they are", async () => {
    const names = ["Λάμπα ορειχάλκινη Ώρα", "Латунная лампа, ёлка Ґ", "Kővári Łódź Đakovo Şişli"];
    const order = orderOf(names);
    const shippingAddress = { ...order.shippingAddress, name: "Αλέξης Їжак", city: "Αθήνα" };
    const [page = ""] = pagesOf(await buildInvoice({ ...order, shippingAddress }));
    const lines = page.split("\n");
    for (const text of [...names, "Αλέξης Їжак", "10115 Αθήνα"]) expect(lines).toContain(text);
    expect(page).not.toMatch(/[?\ufffd]/);
  });

  it("has Hebrew and Arabic from right to left, and what is not from left to right", async () => {
    const order = orderOf(["מנורת פליז (גדולה)", "Lamp", "سجادة ٢٠٠ سم", "כבל USB-C 1.5 מטר"]);
    const shippingAddress = { ...order.shippingAddress, city: "תל אביב" };
    const [page = ""] = pagesOf(await buildInvoice({ ...order, shippingAddress }));
    // As they are seen, each from its left to its right.
    const seen = (text: string) => [...text].reverse().join("");
    const lines = page.split("\n");
    for (const text of [
      ...[`(${seen("גדולה")}) ${seen("מנורת פליז")}`, "Lamp", `${seen("תל אביב")} 10115`],
      ...[`${seen("سم")} ٢٠٠ ${seen("سجادة")}`, `${seen("מטר")} USB-C 1.5 ${seen("כבל")}`],
    ]) {
      expect(lines).toContain(text);
    }
  });

  it("takes a name without any space, in any script", async () => {
    const names = ["x".repeat(600), "ש".repeat(600), "ランプ", "ߒߞߏ", "a\u0000b", "👩‍👩‍👧", "\ud800"];
    const [page = "", ...more] = pagesOf(await buildInvoice(orderOf(names)));
    expect(more).toEqual([]);
    for (const text of ["???", "a b"]) expect(page.split("\n")).toContain(text);
  });
});

describe("a text in the fonts of an invoice", () => {
  it.each([
    ["Größe – 5 €", "Größe – 5 €"],
    ["Kővári, Łódź, Đakovo", "Kővári, Łódź, Đakovo"],
    ["Αθήνα, Київ", "Αθήνα, Київ"],
    ["１２ Ａ", "12 A"],
    ["ランプ", "???"],
    ["ߒߞߏ", "???"],
    ["a\nb", "a b"],
  ])("%j is %j", (text, expected) => expect(printable(text)).toBe(expected));
});

describe("a text from right to left", () => {
  // Words that are turned later are named by what they say: "one", "two", "three".
  const [one, two, three] = ["אחת", "שתיים", "שלוש"];
  const whole = (text: string) => inVisualOrder(text, () => true);

  it.each([
    ["from left to right only", "Brass lamp (12)", "Brass lamp (12)"],
    ["alone", `${one} ${two} ${three}`, `${three} ${two} ${one}`],
    ["with a name in other letters", `${one} New York ${two}`, `${two} New York ${one}`],
    ["within one in other letters", `Lamp ${one} ${two}, large`, `Lamp ${two}, ${one} large`],
    ["with numbers", `${one} 16/3 12`, `12 16/3 ${one}`],
    ["with other letters in a word", `${one}-USB`, `${one}-BSU`],
    ["behind other letters in a word", `USB${one}`, `USB ${one}`],
  ])("%s", (_, text, expected) => expect(whole(text)).toBe(expected));

  it("breaks its lines before its words change places", () => {
    const fits = (line: string) => line.length <= 10;
    expect(inVisualOrder(`${one} ${two} ${three}`, fits)).toBe(`${two} ${one}\n${three}`);
  });
});
