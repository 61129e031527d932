import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import type { Bulk, BulkMail } from "../../contracts/notifications";
import { newId } from "../../lib/ids";
import { Retention } from "../../lib/messaging/retention";
import { oldNotifications } from "../../services/notifications/store/notification-store";
import { anOrder, events } from "../support/events";
import { silent } from "../support/messaging";
import { People, settled, startPostOffice, tell } from "../support/notifications";
import { dbOf } from "../support/service-db";
import { eventually, type TestShop } from "../support/shop";
import { startSmtpServer, type SmtpServer } from "../support/smtp-server";

const admin = { id: newId(), roles: ["customer", "admin"] };
const FAST = 60_000;
const news = { subject: "New lamps", text: "They are here.\n\nCome & see." };

let people: People;
let server: SmtpServer;
let shop: TestShop;
const start = (namespace?: string) =>
  startPostOffice(
    people,
    {
      SMTP_URL: server.url,
      PUBLIC_URL: "https://shop.example/",
      ...(namespace ? { NAMESPACE: namespace } : {}),
    },
    ["notifications", "gateway"],
  );
beforeAll(async () => {
  people = new People();
  server = await startSmtpServer();
  shop = await start();
});
afterAll(async () => {
  await shop.stop();
  await server.stop();
});
beforeEach(() => {
  people.clear();
  server.taken.length = 0;
});

const begin = async (mail: Partial<BulkMail>, at = shop) =>
  (
    await at.call(
      "notifications.startBulk",
      { audience: "all-customers", ratePerMinute: FAST, ...mail },
      admin,
    )
  ).answer.bulkId;
const progress = (id: string, at = shop) => at.call("notifications.bulk", { id }, admin);
const completed = (id: string, at = shop): Promise<Bulk> =>
  eventually(async () => {
    const bulk = await progress(id, at);
    return bulk.status === "completed" && bulk;
  });
function customers(count: number): string[] {
  const ids = Array.from({ length: count }, () => newId()).sort();
  ids.forEach((id, i) => people.set(id, { email: `c${i}@example.com` }));
  return ids;
}
const decline = (id: string) =>
  shop.call(
    "notifications.updatePreferences",
    { email: { marketing: false } },
    { id, roles: ["customer"] },
  );
const receivers = () => server.taken.map((mail) => /^To: .*<(.*)>/m.exec(mail)?.[1]).sort();

test("all customers get it once, but for those who want no offers or are gone", async () => {
  const ids = customers(5);
  await decline(ids[1] ?? "");
  const gone = newId();
  people.set(gone, null);
  const id = await begin(news);
  expect(await completed(id)).toEqual({
    id,
    status: "completed",
    subject: "New lamps",
    ratePerMinute: FAST,
    progress: { total: 6, queued: 0, sent: 4, failed: 1, skipped: 1 },
    createdAt: expect.any(String) as string,
  });
  expect(receivers()).toEqual(["c0", "c2", "c3", "c4"].map((name) => `${name}@example.com`));
});

test("begun again under its key, even by many at once, it is one job", async () => {
  const ids = customers(3);
  const idempotencyKey = newId();
  const jobs = await Promise.all([1, 2, 3, 4].map(() => begin({ ...news, idempotencyKey })));
  expect(new Set(jobs).size).toBe(1);
  await completed(jobs[0] ?? "");
  expect(await begin({ ...news, idempotencyKey })).toBe(jobs[0]);
  expect(receivers()).toHaveLength(ids.length);
  await expect(begin({ ...news, subject: "Other", idempotencyKey })).rejects.toMatchObject({
    type: "IDEMPOTENCY_KEY_REUSED",
  });
});

test("a mail is written into the layout, in both forms", async () => {
  const [id = ""] = customers(1);
  await completed(await begin({ ...news, html: "<p>They are <b>here</b>.</p>", audience: [id] }));
  const [mail = ""] = server.taken;
  const plain = mail.replace(/=\r\n/g, "");
  expect(plain).toContain("Subject: New lamps");
  expect(plain).toContain("They are here.\r\n\r\nCome & see.");
  expect(plain).toContain("<p>They are <b>here</b>.</p>");
});

test("a template speaks each receiver's language", async () => {
  const id = newId();
  people.set(id, { locale: "de" });
  await completed(await begin({ template: "customer-thanks", audience: [id] }));
  const [item] = await settled(shop, id, 1);
  expect(item).toMatchObject({ status: "sent", subject: "Danke, dass Sie bei uns einkaufen" });
});

test("who is listed twice gets it once", async () => {
  const [id = ""] = customers(1);
  const bulk = await completed(await begin({ ...news, audience: [id, id] }));
  expect(bulk.progress).toMatchObject({ total: 1, sent: 1 });
});

test("one click ends it: the header's link needs no login, and asks nothing when it is posted to", async () => {
  const [id = ""] = customers(1);
  await completed(await begin({ ...news, audience: [id] }));
  const header = (server.taken[0] ?? "").replace(/\r\n\s+/g, " ");
  expect(header).toContain("List-Unsubscribe-Post: List-Unsubscribe=One-Click");
  const link = /^List-Unsubscribe: <https:\/\/shop\.example(\/.*?)>/m.exec(header)?.[1] ?? "";
  const url = shop.url + link;
  const asked = await fetch(url);
  expect([asked.status, await asked.text()]).toEqual([200, expect.stringContaining("<form")]);
  const preferences = () => shop.call("notifications.preferences", {}, { id, roles: ["customer"] });
  expect((await preferences()).email).toEqual({ orderUpdates: true, marketing: true });
  const posted = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: "List-Unsubscribe=One-Click",
  });
  expect(posted.status).toBe(200);
  expect((await preferences()).email).toEqual({ orderUpdates: true, marketing: false });
  const forged = link.replace(/.{4}$/, "AAAA");
  expect((await fetch(shop.url + forged, { method: "POST" })).status).toBe(404);
  const next = await completed(await begin({ ...news, audience: [id] }));
  expect(next.progress).toMatchObject({ sent: 0, skipped: 1 });
});

test("so many a minute go out, and no more", async () => {
  const id = await begin({ ...news, audience: customers(5), ratePerMinute: 120 });
  await completed(id);
  const [row] = await dbOf(shop, "notifications").query<{ seconds: number }>(
    `SELECT extract(epoch FROM max(sent_at) - min(sent_at))::float8 AS seconds
     FROM notification WHERE bulk_id = $1`,
    [id],
  );
  // Two a second, and as many at once at most.
  expect(row?.seconds).toBeGreaterThan(1);
  expect(row?.seconds).toBeLessThan(6);
});

test("a mail that somebody waits for does not stand in its queue", async () => {
  const id = await begin({ ...news, audience: customers(400) });
  const order = anOrder();
  await tell(shop, events.confirmed(order));
  await settled(shop, order.userId, 1);
  expect((await progress(id)).progress.queued).toBeGreaterThan(0);
  await completed(id);
  expect(server.taken).toHaveLength(401);
});

test("while the users are away it waits, and goes on from there when they are back", async () => {
  customers(3);
  people.away = true;
  const id = await begin(news);
  expect(await progress(id)).toMatchObject({ status: "collecting", progress: { total: 0 } });
  people.away = false;
  expect((await completed(id)).progress).toMatchObject({ total: 3, sent: 3 });
});

test("a shop that stops in the middle goes on where it stood, twice to nobody", async () => {
  customers(1_200);
  const first = await start();
  let running = first;
  onTestFinished(() => running.stop());
  const id = await begin(news, first);
  await eventually(async () => server.taken.length > 50);
  await first.stop();
  const before = server.taken.length;
  expect(before).toBeLessThan(1_200);
  running = await start(first.config.namespace);
  expect((await completed(id, running)).progress).toMatchObject({ total: 1_200, sent: 1_200 });
  expect(server.taken).toHaveLength(1_200);
  expect(new Set(receivers()).size).toBe(1_200);
});

const rowsOf = (at: TestShop) => dbOf(at, "notifications").query("SELECT FROM notification");

test("a year after its end a notification goes, and a mail to many still tells of all", async () => {
  const first = await start();
  const [declining = ""] = customers(3);
  const gone = newId();
  people.set(gone, null);
  const preferences = { email: { marketing: false } };
  const customer = { id: declining, roles: ["customer"] };
  await first.call("notifications.updatePreferences", preferences, customer);
  const id = await begin(news, first);
  const before = await completed(id, first);
  expect(before.progress).toEqual({ total: 4, queued: 0, sent: 2, failed: 1, skipped: 1 });
  const year = "interval '366 days'";
  await dbOf(first, "notifications").query(
    `UPDATE notification SET id = ('0180' || substr(id::text, 5))::uuid,
       next_attempt_at = next_attempt_at - ${year}, sent_at = sent_at - ${year}
     WHERE id <> (SELECT id FROM notification WHERE status = 'sent' LIMIT 1)`,
  );
  await first.stop();
  const second = await start(first.config.namespace);
  onTestFinished(() => second.stop());
  await eventually(async () => (await rowsOf(second)).length === 1, { what: "old ones to go" });
  expect(await progress(id, second)).toEqual(before);
});

test("nodes that forget at the same time count none twice, and forget nothing that waits", async () => {
  const [id = ""] = customers(1);
  const bulkId = await begin({ ...news, audience: [id] });
  await completed(bulkId);
  const db = dbOf(shop, "notifications");
  await db.query(
    `INSERT INTO notification
       (id, event_id, bulk_id, user_id, channel, template, facts, subject, status, next_attempt_at)
     SELECT ('01800000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, $1, $1,
       gen_random_uuid(), 'email', 'announcement', '{}', 'old',
       CASE n WHEN 1 THEN 'queued' ELSE 'skipped' END,
       CASE n WHEN 1 THEN now() + interval '1 hour' ELSE now() - interval '2 years' END
     FROM generate_series(1, 2501) n`,
    [bulkId],
  );
  const logger = { ...silent, info: () => undefined };
  const node = () =>
    new Retention({ db, keep: { streamHours: 168 }, rules: [oldNotifications], logger });
  await Promise.all([node, node, node, node].map((each) => each().prune()));
  const rest = await db.query("SELECT status FROM notification WHERE bulk_id = $1", [bulkId]);
  expect(rest).toHaveLength(2);
  const { total, queued, skipped } = (await progress(bulkId)).progress;
  expect({ total, queued, skipped }).toEqual({ total: 2_502, queued: 1, skipped: 2_500 });
});

test.each([
  ["/subject", { text: "x" }],
  ["/text", { subject: "x" }],
  ["/subject", { subject: "a\r\nBcc: all@example.com", text: "x" }],
  ["/template", { template: "customer-thanks", text: "x" }],
  ["/ratePerMinute", { ...news, ratePerMinute: 0 }],
] as const)("a faulty %s is named", async (path, mail) => {
  await expect(begin(mail)).rejects.toMatchObject({
    type: "VALIDATION_FAILED",
    data: { errors: [{ path }] },
  });
});
