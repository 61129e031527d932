import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { newId } from "../../lib/ids";
import type { EventEnvelope } from "../../lib/messaging/event";
import { claimDue, markTried } from "../../services/notifications/store/delivery-store";
import { anOrder, events } from "../support/events";
import * as office from "../support/notifications";
import { dbOf } from "../support/service-db";
import { startTestShop, type TestShop } from "../support/shop";

const people = new office.People();
let shop: TestShop;
beforeAll(async () => {
  shop = await office.startPostOffice(people);
});
afterAll(() => shop.stop());
beforeEach(() => {
  people.away = false;
});

const tell = (...said: EventEnvelope[]) => office.tell(shop, ...said);
const mine = (userId: string) => office.notificationsOf(shop, userId);
const settled = (userId: string, count: number) => office.settled(shop, userId, count);
const hasten = (tries?: number) => office.hasten(shop, tries);
const mailbox = () => join(shop.config.dataDir, "mailbox");
const mailOf = (id: string) => readFile(join(mailbox(), `${id}.eml`), "utf8");
const filesOf = async (id: string) =>
  (await readdir(mailbox())).filter((name) => name.startsWith(id));

test("each step of an order is told once by mail, newest first", async () => {
  const order = anOrder();
  await tell(
    events.created(order),
    events.confirmed(order),
    events.dispatched(order),
    events.delivered(order),
    events.refundPaid(order),
  );
  const items = await settled(order.userId, 5);
  expect(items.map((item) => item.template)).toEqual([
    "payment-refunded",
    "shipment-delivered",
    "shipment-dispatched",
    "order-confirmed",
    "order-received",
  ]);
  for (const item of items) {
    expect(item).toMatchObject({ channel: "email", status: "sent", orderId: order.orderId });
    expect(item.subject).toContain(order.number);
  }
});

test("a mail is a complete message, with an id that its notification gives it", async () => {
  const order = anOrder();
  await tell(events.confirmed(order));
  const [item] = await settled(order.userId, 1);
  const mail = await mailOf(item?.id ?? "");
  const [headers = "", body = ""] = mail.split(/\r\n\r\n(.*)/s);
  expect(headers).toContain("From: Souk <shop@souk.example>");
  expect(headers).toContain("To: Alice <alice@example.com>");
  expect(headers).toContain(`Subject: Your order ${order.number} is confirmed`);
  expect(headers).toContain(`Message-ID: <${item?.id}@souk>`);
  expect(headers).toMatch(/^Date: /m);
  expect(headers).toContain("Content-Type: multipart/alternative");
  expect(body).toContain("Content-Type: text/plain");
  expect(body).toContain("Content-Type: text/html");
});

test("a name cannot add a line, let alone a header or a receiver", async () => {
  const order = anOrder();
  const name = "Eve\r\nBcc: all@example.com";
  people.set(order.userId, { email: "eve@example.com", name, locale: "en", phone: null });
  await tell(events.delivered(order));
  const [item] = await settled(order.userId, 1);
  expect(await mailOf(item?.id ?? "")).not.toMatch(/^Bcc:/m);
});

test("an event that comes five times is told once", async () => {
  const order = anOrder();
  const event = events.confirmed(order);
  await Promise.all(Array.from({ length: 5 }, () => tell(event)));
  await tell(event);
  expect(await settled(order.userId, 1)).toHaveLength(1);
});

test("an order that was never confirmed is never called so", async () => {
  const order = anOrder();
  await tell(events.created(order), events.cancelled(order, "OUT_OF_STOCK"));
  const items = await settled(order.userId, 2);
  expect(items.map((item) => item.template)).toEqual(["order-cancelled", "order-received"]);
});

test("people are written to in their language, and the list shows the subject as it was sent", async () => {
  const order = anOrder();
  people.set(order.userId, { email: "h@example.com", name: "Hans", locale: "de-AT", phone: null });
  people.away = true;
  await tell(events.created(order));
  expect(await mine(order.userId)).toMatchObject([
    { status: "queued", subject: `We received your order ${order.number}` },
  ]);
  people.away = false;
  await hasten();
  const [item] = await settled(order.userId, 1);
  expect(item?.subject).toBe(`Ihre Bestellung ${order.number} ist eingegangen`);
  expect(await mailOf(item?.id ?? "")).toContain("Hallo Hans,");
});

test("a refund that we hear of before its order is told without a number", async () => {
  const order = anOrder();
  await tell(events.refundPaid(order));
  const [item] = await settled(order.userId, 1);
  expect(item?.subject).toBe("Refund for your order");
});

test("who has a phone also gets a text message when the parcel leaves, and only then", async () => {
  const order = anOrder();
  people.set(order.userId, { email: "p@example.com", name: "P", locale: "en", phone: "+49 30 1" });
  await tell(events.created(order), events.dispatched(order), events.delivered(order));
  const items = await settled(order.userId, 4);
  const [text, ...more] = items.filter((item) => item.channel === "sms");
  expect(more).toEqual([]);
  expect(text).toMatchObject({ template: "shipment-dispatched", status: "sent" });
  const file = await readFile(join(mailbox(), `${text?.id}.sms.txt`), "utf8");
  expect(file).toBe(
    `To: +49 30 1\n\nSouk: your order ${order.number} is on its way with DHL, tracking number JD0001.\n`,
  );
});

test("a user who is gone cannot be told, and that is final", async () => {
  const order = anOrder();
  people.set(order.userId, null);
  await tell(events.created(order));
  expect(await settled(order.userId, 1)).toMatchObject([{ status: "failed" }]);
  const [row] = await dbOf(shop, "notifications").query(
    "SELECT attempts, last_error FROM notification WHERE user_id = $1",
    [order.userId],
  );
  expect(row).toEqual({ attempts: 1, last_error: "the user is gone" });
});

test("what cannot be sent now is tried again, ten times at most", async () => {
  const order = anOrder();
  people.away = true;
  await tell(events.created(order));
  expect(await office.tried(shop, order.userId)).toMatchObject({ attempts: 1, wait: 2 });
  expect(await mine(order.userId)).toMatchObject([{ status: "queued" }]);
  await hasten(9);
  expect(await settled(order.userId, 1)).toMatchObject([{ status: "failed" }]);
  expect(await office.tried(shop, order.userId)).toMatchObject({ attempts: 10 });
});

test("a mail that is sent again after a crash is the same file, to the byte", async () => {
  const order = anOrder();
  await tell(events.created(order));
  const [item] = await settled(order.userId, 1);
  const id = item?.id ?? "";
  const before = await mailOf(id);
  // As if the process had died after the file was there and before the row said so.
  await dbOf(shop, "notifications").query(
    "UPDATE notification SET status = 'queued', sent_at = NULL WHERE id = $1",
    [id],
  );
  await hasten();
  await settled(order.userId, 1);
  expect(await filesOf(id)).toEqual([`${id}.eml`]);
  expect(await mailOf(id)).toBe(before);
});

test("a notification that kills its sender each time is given up", async () => {
  const order = anOrder();
  people.away = true;
  await tell(events.created(order));
  await hasten(10);
  expect(await settled(order.userId, 1)).toMatchObject([{ status: "failed" }]);
});

test("people see their own notifications, page by page", async () => {
  const order = anOrder();
  const user = { id: order.userId, roles: ["customer"] };
  for (let i = 0; i < 5; i++) await tell(events.delivered(order));
  const all = (await settled(order.userId, 5)).map((item) => item.id);
  const first = await shop.call("notifications.mine", { limit: 2 }, user);
  await tell(events.delivered(order));
  const rest = await shop.call(
    "notifications.mine",
    { cursor: first.nextCursor ?? "", limit: 3 },
    user,
  );
  expect([...first.items, ...rest.items].map((item) => item.id)).toEqual(all);
  expect(rest.nextCursor).toBeNull();
  expect(await mine(newId())).toEqual([]);
});

test.each(["rubbish", Buffer.from('["x"]').toString("base64url"), "W10", "bnVsbA"])(
  "%s is no cursor",
  async (cursor) => {
    const user = { id: newId(), roles: ["customer"] };
    await expect(shop.call("notifications.mine", { cursor }, user)).rejects.toMatchObject({
      type: "VALIDATION_FAILED",
    });
  },
);

test("what a worker says whose lease is over ends no try of another, unless it has sent", async () => {
  const idle = await office.startPostOffice(new office.People());
  try {
    await office.officeOf(idle).sender.stop();
    const db = dbOf(idle, "notifications");
    const order = anOrder();
    await office.tell(idle, events.confirmed(order));
    const claim = async (leaseMs: number) => (await claimDue(db, { leaseMs, limit: 1 }))[0];
    const late = await claim(0);
    const current = await claim(60_000);
    if (!late || !current) throw new Error("nothing was due");
    const { id, attempts } = late;
    const statusOf = async () => (await office.notificationsOf(idle, order.userId))[0]?.status;
    const reason = "the connection was closed";

    await markTried(db, [{ id, attempts, status: "queued", reason, retryIn: 0 }]);
    expect(await claim(0)).toBeUndefined();
    await markTried(db, [{ id, attempts, status: "failed", reason }]);
    expect(await statusOf()).toBe("queued");
    await markTried(db, [{ id, attempts, status: "sent", subject: "Confirmed" }]);
    expect(await statusOf()).toBe("sent");
    await markTried(db, [{ id, attempts: current.attempts, status: "failed", reason }]);
    expect(await statusOf()).toBe("sent");
  } finally {
    await idle.stop();
  }
});

test("what waits at a start is not tried before those are there who know its receiver", async () => {
  const env = { NAMESPACE: `t${newId().replaceAll("-", "").slice(-10)}` };
  const order = anOrder();
  people.away = true;
  const before = await office.startPostOffice(people, env);
  await office.tell(before, events.created(order));
  await office.tried(before, order.userId);
  await dbOf(before, "notifications").query(
    "UPDATE notification SET next_attempt_at = now(), attempts = 0",
  );
  await before.stop();

  people.away = false;
  const users = { ...people.service, started: () => sleep(700) };
  const services = ["notifications"] as const;
  const after = await startTestShop({ services, doubles: [users], env });
  try {
    await office.settled(after, order.userId, 1);
    const tries = await dbOf(after, "notifications").query("SELECT attempts FROM notification");
    expect(tries).toEqual([{ attempts: 1 }]);
  } finally {
    await after.stop();
  }
});
