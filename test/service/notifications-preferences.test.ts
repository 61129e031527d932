import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "../../lib/ids";
import { anOrder, events } from "../support/events";
import { People, settled, startPostOffice, tell } from "../support/notifications";
import type { TestShop } from "../support/shop";

const people = new People();
let shop: TestShop;
beforeAll(async () => {
  shop = await startPostOffice(people);
});
afterAll(() => shop.stop());

const customer = (id = newId()) => ({ id, roles: ["customer"] });
const statuses = async (userId: string, count: number) =>
  Object.fromEntries(
    (await settled(shop, userId, count)).map(({ channel, template, status }) => [
      `${template} by ${channel}`,
      status,
    ]),
  );

test("who never chose gets everything, and who chooses changes only what is named", async () => {
  const user = customer();
  const all = {
    email: { orderUpdates: true, marketing: true },
    sms: { orderUpdates: true },
    push: { orderUpdates: true },
  };
  expect(await shop.call("notifications.preferences", {}, user)).toEqual(all);
  const change = { email: { marketing: false } };
  const changed = { ...all, email: { orderUpdates: true, marketing: false } };
  expect(await shop.call("notifications.updatePreferences", change, user)).toEqual(changed);
  await shop.call("notifications.updatePreferences", { sms: { orderUpdates: false } }, user);
  expect(await shop.call("notifications.preferences", {}, user)).toEqual({
    ...changed,
    sms: { orderUpdates: false },
  });
  expect(await shop.call("notifications.preferences", {}, customer())).toEqual(all);
});

test("changes of the same moment are all kept", async () => {
  const user = customer();
  const off = { orderUpdates: false };
  await Promise.all(
    [{ email: off }, { sms: off }, { push: off }, { email: { marketing: false } }].map((change) =>
      shop.call("notifications.updatePreferences", change, user),
    ),
  );
  expect(await shop.call("notifications.preferences", {}, user)).toEqual({
    email: { orderUpdates: false, marketing: false },
    sms: off,
    push: off,
  });
});

test.each([{ email: { news: true } }, { fax: {} }, { email: { marketing: "no" } }])(
  "%j is no preference",
  async (change) => {
    const call = shop.call("notifications.updatePreferences", change as never, customer());
    await expect(call).rejects.toMatchObject({ type: "VALIDATION_FAILED" });
  },
);

test("mail that is not wanted is skipped; what the shop owes in writing is sent all the same", async () => {
  const order = anOrder();
  const change = { email: { orderUpdates: false } };
  await shop.call("notifications.updatePreferences", change, customer(order.userId));
  people.set(order.userId, { phone: "+49 30 1" });
  await tell(shop, events.created(order), events.confirmed(order));
  await tell(shop, events.dispatched(order), events.delivered(order));
  expect(await statuses(order.userId, 5)).toEqual({
    "order-received by email": "sent",
    "order-confirmed by email": "sent",
    "shipment-dispatched by email": "skipped",
    "shipment-dispatched by sms": "sent",
    "shipment-delivered by email": "skipped",
  });
});

test("who wants no text messages gets none, with a phone or without", async () => {
  const order = anOrder();
  const change = { sms: { orderUpdates: false } };
  await shop.call("notifications.updatePreferences", change, customer(order.userId));
  people.set(order.userId, { phone: "+49 30 1" });
  await tell(shop, events.dispatched(order));
  expect(await statuses(order.userId, 1)).toEqual({ "shipment-dispatched by email": "sent" });
});

test("an admin sees a mail as it would be sent, in each language", async () => {
  const admin = { id: newId(), roles: ["customer", "admin"] };
  const preview = { template: "order-confirmed", locale: "de" } as const;
  const { subject, text, html } = await shop.call("notifications.preview", preview, admin);
  expect(subject).toBe("Ihre Bestellung S-7K2M4-QXD1V ist bestätigt");
  expect(text).toContain("Hallo Alice Example,");
  expect(html).toContain('<html lang="de">');
  expect(html).toContain("Oak &amp; ash side table");
});
