import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { fail } from "../../contracts/errors";
import { newId } from "../../lib/ids";
import type { EventEnvelope } from "../../lib/messaging/event";
import type { Poller } from "../../lib/store/poller";
import { published } from "../support/doubles";
import { anOrder, events } from "../support/events";
import { dbOf } from "../support/service-db";
import { eventually, startTestShop, type TestShop } from "../support/shop";
import { startSmtpServer } from "../support/smtp-server";

interface Contact {
  email: string;
  name: string;
  locale: string;
  phone: string | null;
}

/** Users by id; whoever is not in here is Alice. */
const users = new Map<string, Contact | null>();
let usersAway = false;
const usersDouble = () =>
  published("users", {
    contact: ({ params }): Contact => {
      if (usersAway) throw fail("SERVICE_UNAVAILABLE");
      const known = users.get(String(params.userId));
      if (known === null) throw fail("NOT_FOUND");
      return known ?? { email: "alice@example.com", name: "Alice", locale: "en", phone: null };
    },
  });

let shop: TestShop;
beforeAll(async () => {
  shop = await startTestShop({ services: ["notifications"], doubles: [usersDouble()] });
});
afterAll(() => shop.stop());
beforeEach(() => {
  usersAway = false;
});

const tell = async (...said: EventEnvelope[]) => {
  for (const event of said) await shop.runtime.transport.publish(event);
};
const mine = async (userId: string, at = shop) =>
  (await at.call("notifications.mine", { limit: 100 }, { id: userId, roles: ["customer"] })).items;
const settled = (userId: string, count: number, at = shop) =>
  eventually(async () => {
    const items = await mine(userId, at);
    return items.length >= count && items.every((item) => item.status !== "queued") && items;
  });
const mailbox = () => join(shop.config.dataDir, "mailbox");
const mailOf = (id: string) => readFile(join(mailbox(), `${id}.eml`), "utf8");
const filesOf = async (id: string) =>
  (await readdir(mailbox())).filter((name) => name.startsWith(id));
/** Makes what waits for another try due now, after so many tries that failed. */
async function hasten(at = shop, tries = 1): Promise<void> {
  await dbOf(at, "notifications").query(
    "UPDATE notification SET next_attempt_at = now(), attempts = $1 WHERE status = 'queued'",
    [tries],
  );
  // Moleculer types a service by what every service has; notifications.service.ts adds `sender`.
  const service = at.broker.getLocalService("notifications") as unknown as { sender: Poller };
  service.sender.wake();
}

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
  users.set(order.userId, { email: "eve@example.com", name, locale: "en", phone: null });
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
  users.set(order.userId, { email: "h@example.com", name: "Hans", locale: "de-AT", phone: null });
  usersAway = true;
  await tell(events.created(order));
  expect(await mine(order.userId)).toMatchObject([
    { status: "queued", subject: `We received your order ${order.number}` },
  ]);
  usersAway = false;
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
  users.set(order.userId, { email: "p@example.com", name: "P", locale: "en", phone: "+49 30 1" });
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
  users.set(order.userId, null);
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
  const tried = async () => {
    const [row] = await dbOf(shop, "notifications").query<{ attempts: number; wait: number }>(
      `SELECT attempts, extract(epoch FROM next_attempt_at - now())::int AS wait
       FROM notification WHERE user_id = $1 AND last_error IS NOT NULL`,
      [order.userId],
    );
    return row;
  };
  usersAway = true;
  await tell(events.created(order));
  expect(await eventually(tried)).toEqual({ attempts: 1, wait: 2 });
  expect(await mine(order.userId)).toMatchObject([{ status: "queued" }]);
  await hasten(shop, 9);
  expect(await settled(order.userId, 1)).toMatchObject([{ status: "failed" }]);
  expect(await tried()).toMatchObject({ attempts: 10 });
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
  usersAway = true;
  await tell(events.created(order));
  await hasten(shop, 10);
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

async function postedTo(url: string, namespace?: string): Promise<TestShop> {
  const posted = await startTestShop({
    services: ["notifications"],
    doubles: [usersDouble()],
    env: { SMTP_URL: url, ...(namespace ? { NAMESPACE: namespace } : {}) },
  });
  onTestFinished(() => posted.stop());
  return posted;
}

test("with a mail server, mail goes there; who has no mailbox there is not asked twice", async () => {
  const server = await startSmtpServer((receiver) =>
    receiver.startsWith("nobody") ? "550 5.1.1 no such user" : "250 ok",
  );
  onTestFinished(() => server.stop());
  const posted = await postedTo(server.url);
  const [good, gone] = [anOrder(), anOrder()];
  users.set(gone.userId, { email: "nobody@example.com", name: "N", locale: "en", phone: "12345" });
  await posted.runtime.transport.publish(events.dispatched(good));
  await posted.runtime.transport.publish(events.dispatched(gone));
  const [item] = await settled(good.userId, 1, posted);
  expect(server.taken).toHaveLength(1);
  expect(server.taken[0]).toContain(`Message-ID: <${item?.id}@souk>`);
  expect(await settled(gone.userId, 1, posted)).toMatchObject([
    { status: "failed", channel: "email" },
  ]);
});

test("a mail server that is busy gets the mail later", async () => {
  let busy = true;
  const server = await startSmtpServer(() => (busy ? "451 try again later" : "250 ok"));
  onTestFinished(() => server.stop());
  const posted = await postedTo(server.url);
  const order = anOrder();
  await posted.runtime.transport.publish(events.delivered(order));
  await eventually(async () => {
    const [row] = await dbOf(posted, "notifications").query<{ last_error: string | null }>(
      "SELECT last_error FROM notification",
    );
    return row?.last_error?.includes("451");
  });
  busy = false;
  await hasten(posted);
  expect(await settled(order.userId, 1, posted)).toMatchObject([{ status: "sent" }]);
  expect(server.taken).toHaveLength(1);
});

test("two senders on one queue send each mail once", async () => {
  const server = await startSmtpServer();
  onTestFinished(() => server.stop());
  const first = await postedTo(server.url);
  await postedTo(server.url, first.config.namespace);
  const orders = Array.from({ length: 40 }, () => anOrder());
  await Promise.all(
    orders.map((order) => first.runtime.transport.publish(events.delivered(order))),
  );
  await eventually(async () => {
    const queued = await dbOf(first, "notifications").query(
      "SELECT 1 FROM notification WHERE status = 'queued'",
    );
    return queued.length === 0;
  });
  expect(server.taken).toHaveLength(40);
  const ids = server.taken.map((mail) => /^Message-ID: (.*)$/m.exec(mail)?.[1]);
  expect(new Set(ids).size).toBe(40);
});
