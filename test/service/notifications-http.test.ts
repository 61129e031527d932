import { afterAll, beforeAll, expect, test } from "vitest";
import type { Bulk, NotificationPreferences, Preview } from "../../contracts/notifications";
import { Client } from "../support/client";
import { aBrowser } from "../support/push-service";
import { eventually, startTestShop, type TestShop } from "../support/shop";

const ADMIN = { ADMIN_EMAIL: "admin@example.com", ADMIN_PASSWORD: "correct horse battery" };

let shop: TestShop;
let customer: Client;
let admin: Client;
beforeAll(async () => {
  shop = await startTestShop({ services: ["users", "gateway", "notifications"], env: ADMIN });
  const anyone = new Client(shop.url);
  customer = await anyone.register();
  admin = await anyone.login(ADMIN.ADMIN_EMAIL, ADMIN.ADMIN_PASSWORD);
});
afterAll(() => shop.stop());

test("a preview comes as JSON, as a page or as text, for admins", async () => {
  const path = "/admin/notifications/preview?template=order-confirmed&locale=de";
  const json = await admin.get<Preview>(path);
  expect(json.body.subject).toBe("Ihre Bestellung S-7K2M4-QXD1V ist bestätigt");
  const html = await admin.get(`${path}&format=html`);
  expect(html.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(html.body).toBe(json.body.html);
  const text = await admin.get(`${path}&format=text`);
  expect([text.headers.get("content-type"), text.body]).toEqual([
    "text/plain; charset=utf-8",
    json.body.text,
  ]);
  expect((await customer.get(path)).status).toBe(403);
  expect((await admin.get("/admin/notifications/preview?template=none")).status).toBe(422);
});

test("a customer reads and changes what they want to hear", async () => {
  const path = "/users/me/notification-preferences";
  const change = { email: { orderUpdates: false } };
  const changed = await customer.request<NotificationPreferences>("PATCH", path, change);
  expect(changed.body.email).toEqual({ orderUpdates: false, marketing: true });
  expect((await customer.get(path)).body).toEqual(changed.body);
  expect((await customer.request("PATCH", path, { fax: {} })).status).toBe(422);
});

test("a browser subscribes with the public key, and only to where push services are", async () => {
  const key = await new Client(shop.url).get<{ publicKey: string }>("/push/vapid-public-key");
  expect(Buffer.from(key.body.publicKey, "base64url")).toHaveLength(65);
  const path = "/users/me/push-subscriptions";
  const { keys } = aBrowser();
  const endpoint = "https://push.example.com/abc";
  expect((await customer.post(path, { endpoint, expirationTime: null, keys })).status).toBe(204);
  const query = `?endpoint=${encodeURIComponent(endpoint)}`;
  expect((await customer.request("DELETE", path + query)).status).toBe(204);
  for (const inside of ["https://127.0.0.1/x", "https://[::1]/x", "http://push.example.com/x"]) {
    expect((await customer.post(path, { endpoint: inside, keys })).status).toBe(422);
  }
});

test("a mail to all customers is accepted at once, and its progress can be read", async () => {
  const mail = { subject: "News", text: "Hello", audience: "all-customers", ratePerMinute: 6_000 };
  const accepted = await admin.post<{ bulkId: string }>("/admin/notifications/bulk", mail);
  const path = `/admin/notifications/bulk/${accepted.body.bulkId}`;
  expect([accepted.status, accepted.headers.get("location")]).toEqual([202, `/api/v1${path}`]);
  const { progress } = await eventually(async () => {
    const { body } = await admin.get<Bulk>(path);
    return body.status === "completed" && body;
  });
  // The customer and the admin, who is one as well.
  expect(progress).toMatchObject({ total: 2, sent: 2 });
  expect((await customer.post("/admin/notifications/bulk", mail)).status).toBe(403);
});
