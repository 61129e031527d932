import { expect, test } from "vitest";
import {
  compose,
  templates,
  type FactsOf,
  type TemplateName,
} from "../../services/notifications/templates";
import { escapeHtml } from "../../lib/escape-html";
import { toHtml, toText } from "../../services/notifications/templates/layout";
import { localeOf, type Locale } from "../../services/notifications/templates/letter";

const euros = (amount: number) => ({ amount, currency: "EUR" });
const hostile = `<img src=x onerror="alert('1')">&`;
const order = {
  number: "S-7K2M-4QXD",
  items: [{ name: hostile, quantity: 2, lineTotal: euros(25_900) }],
  total: euros(126_390),
};

const facts: { readonly [T in TemplateName]: FactsOf<T> } = {
  "order-received": order,
  "order-confirmed": order,
  "order-cancelled": { number: order.number, reason: "OUT_OF_STOCK" },
  "payment-refunded": { number: order.number, amount: euros(126_390) },
  "shipment-dispatched": { number: order.number, carrier: hostile, trackingNumber: hostile },
  "shipment-delivered": { number: order.number },
  announcement: { subject: hostile, text: `${hostile}\n\n${hostile}` },
  "customer-thanks": {},
};
const names = Object.keys(templates) as TemplateName[];
const aboutOrders = names.filter((name) => "number" in facts[name]);
const locales: Locale[] = ["en", "de"];
const inLocales = (some: TemplateName[]) =>
  some.flatMap((name) => locales.map((locale) => [name, locale] as const));
const cases = inLocales(names);

test.each(inLocales(aboutOrders))(
  "%s in %s names the order in subject, text and page",
  (name, locale) => {
    const letter = compose(name, facts[name], locale);
    const reader = { name: "Alice", locale };
    expect(letter.subject).toContain("S-7K2M-4QXD");
    expect(letter.subject).not.toMatch(/[\r\n]/);
    expect(toText(letter, reader)).toContain("S-7K2M-4QXD");
    expect(toHtml(letter, reader)).toContain("S-7K2M-4QXD");
  },
);

test.each(cases)("%s in %s lets no markup through from names", (name, locale) => {
  const page = toHtml(compose(name, facts[name], locale), { name: hostile, locale });
  expect(page).not.toContain("<img");
  expect(page).toContain(escapeHtml(hostile));
});

test.each(names.filter((name) => name !== "announcement"))(
  "%s says something else in each language",
  (name) => {
    const [english, german] = locales.map((locale) => compose(name, facts[name], locale));
    expect(english?.subject).not.toBe(german?.subject);
    expect(english?.paragraphs).toHaveLength(german?.paragraphs.length ?? -1);
  },
);

test("money is written as the reader's language writes it", () => {
  const text = (locale: Locale) =>
    toText(compose("order-received", order, locale), { name: "A", locale });
  expect(text("en")).toContain("€1,263.90");
  expect(text("de")).toMatch(/1\.263,90\s€/);
});

test("a cancellation says why, and what becomes of the money", () => {
  const say = (reason: FactsOf<"order-cancelled">["reason"]) =>
    compose("order-cancelled", { number: "S-1", reason }, "en").paragraphs.join(" ");
  expect(say("OUT_OF_STOCK")).toMatch(/not enough left.*not been charged/);
  expect(say("PAYMENT_DECLINED")).toMatch(/declined.*not been charged/);
  expect(say("TIMEOUT")).toMatch(/in time.*on its way back/);
  expect(say("CUSTOMER_REQUEST")).toMatch(/You asked.*on its way back/);
  expect(say("ADMIN_REQUEST")).toMatch(/had to cancel.*on its way back/);
});

test("only what cannot wait is also said in a text message", () => {
  const texted = names.filter((name) => compose(name, facts[name], "en").sms !== undefined);
  expect(texted).toEqual(["shipment-dispatched"]);
});

test("whoever reads a language that the shop does not write gets English", () => {
  expect(["de", "de-AT", "DE-ch"].map(localeOf)).toEqual(["de", "de", "de"]);
  expect(["en", "en-GB", "fr", "deu", ""].map(localeOf)).toEqual(["en", "en", "en", "en", "en"]);
});
