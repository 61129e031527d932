import { createPublicKey, verify } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "../../lib/ids";
import { notificationsService } from "../../services/notifications/notifications.service";
import { anOrder, events } from "../support/events";
import { hasten, notificationsOf, People, startPostOffice, tell } from "../support/notifications";
import { aBrowser, startPushService, type PushService } from "../support/push-service";
import { dbOf } from "../support/service-db";
import { eventually, type TestShop } from "../support/shop";

const answers = new Map<string, number>();
let service: PushService;
let shop: TestShop;
beforeAll(async () => {
  service = await startPushService((path) => answers.get(path) ?? 201);
  shop = await startPostOffice(new People(), {}, []);
  const { network } = service;
  shop.broker.createService(notificationsService(shop.runtime, { network }));
  await shop.broker.waitForServices("notifications");
});
afterAll(async () => {
  await shop.stop();
  await service.stop();
});

const customer = (id = newId()) => ({ id, roles: ["customer"] });
async function subscribed(userId: string, answer = 201) {
  const browser = aBrowser();
  const path = `/push/${newId()}`;
  const endpoint = service.url + path;
  answers.set(path, answer);
  const { keys } = browser;
  await shop.call(
    "notifications.subscribePush",
    { endpoint, expirationTime: null, keys },
    customer(userId),
  );
  return { ...browser, path, endpoint, taken: () => service.taken.filter((p) => p.path === path) };
}
const pushed = (userId: string, status: string) =>
  eventually(async () => {
    const items = await notificationsOf(shop, userId);
    return items.find((item) => item.channel === "push" && item.status === status);
  });
const endpointsOf = async (userId: string) =>
  (
    await dbOf(shop, "notifications").query<{ endpoint: string }>(
      "SELECT endpoint FROM push_subscription WHERE user_id = $1",
      [userId],
    )
  ).map((row) => row.endpoint);

test("a message reaches the browser encrypted, signed with the key that it subscribed with", async () => {
  const order = anOrder();
  const browser = await subscribed(order.userId);
  await tell(shop, events.dispatched(order));
  const item = await pushed(order.userId, "sent");
  const [message, ...more] = browser.taken();
  expect(more).toEqual([]);
  expect(message?.headers).toMatchObject({
    ttl: "86400",
    "content-encoding": "aes128gcm",
    topic: item.id.replaceAll("-", ""),
  });
  expect(browser.read(message?.body ?? Buffer.alloc(0))).toEqual({
    id: item.id,
    title: `Your order ${order.number} is on its way`,
    body: expect.stringContaining("tracking number JD0001") as string,
  });
  const { publicKey } = await shop.call("notifications.vapidPublicKey", {});
  expect(isSignedBy(publicKey, message?.headers.authorization ?? "")).toBe(true);
});

/** Whether a VAPID header (RFC 8292) names this key, is signed by it and meant for this service. */
function isSignedBy(publicKey: string, header: string): boolean {
  const [, jwt = "", key] = /^vapid t=([^,]+), ?k=(.+)$/.exec(header) ?? [];
  const [head, claims = "", signature = ""] = jwt.split(".");
  const point = Buffer.from(publicKey, "base64url");
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((c) => c.toString("base64url"));
  const jwk = { kty: "EC", crv: "P-256", x: x ?? "", y: y ?? "" };
  const { aud, sub } = JSON.parse(Buffer.from(claims, "base64url").toString()) as Record<
    string,
    unknown
  >;
  const good = verify(
    "sha256",
    Buffer.from(`${head}.${claims}`),
    { key: createPublicKey({ key: jwk, format: "jwk" }), dsaEncoding: "ieee-p1363" },
    Buffer.from(signature, "base64url"),
  );
  return good && key === publicKey && aud === service.url && sub === "mailto:shop@souk.example";
}

test("who has no browser is not told by push", async () => {
  const order = anOrder();
  await tell(shop, events.delivered(order));
  expect(await notificationsOf(shop, order.userId)).toMatchObject([{ channel: "email" }]);
});

test("every browser is told, and one is enough", async () => {
  const order = anOrder();
  const [first, second] = [await subscribed(order.userId), await subscribed(order.userId, 500)];
  await tell(shop, events.delivered(order));
  await pushed(order.userId, "sent");
  expect([first.taken().length, second.taken().length]).toEqual([1, 1]);
});

test.each([404, 410])("a browser that is gone (%i) is forgotten", async (status) => {
  const order = anOrder();
  await subscribed(order.userId, status);
  await tell(shop, events.delivered(order));
  await pushed(order.userId, "failed");
  expect(await endpointsOf(order.userId)).toEqual([]);
});

test("a push service that is busy gets the message later", async () => {
  const order = anOrder();
  const browser = await subscribed(order.userId, 503);
  await tell(shop, events.delivered(order));
  await eventually(async () => browser.taken().length === 1);
  await pushed(order.userId, "queued");
  answers.set(browser.path, 201);
  await eventually(async () => {
    await hasten(shop);
    return browser.taken().length > 1;
  });
  await pushed(order.userId, "sent");
  expect(await endpointsOf(order.userId)).toHaveLength(1);
});

test("a browser belongs to who signed in with it last, until they unsubscribe it", async () => {
  const [first, second] = [newId(), newId()];
  const { endpoint, keys } = await subscribed(first);
  await shop.call("notifications.subscribePush", { endpoint, keys }, customer(second));
  await shop.call("notifications.unsubscribePush", { endpoint }, customer(first));
  expect([await endpointsOf(first), await endpointsOf(second)]).toEqual([[], [endpoint]]);
  await shop.call("notifications.unsubscribePush", { endpoint }, customer(second));
  expect(await endpointsOf(second)).toEqual([]);
});

test("the newest ten browsers of a person are kept", async () => {
  const userId = newId();
  const endpoints: string[] = [];
  for (let i = 0; i < 11; i++) endpoints.push((await subscribed(userId)).endpoint);
  expect((await endpointsOf(userId)).sort()).toEqual(endpoints.slice(1).sort());
});

test.each([
  ["/keys/p256dh", { p256dh: "AAAA" }],
  ["/keys/p256dh", { p256dh: Buffer.alloc(65, 4).toString("base64url") }],
  ["/keys/auth", { auth: "AAAA" }],
])("a subscription with a bad %s is refused", async (path, bad) => {
  const keys = { ...aBrowser().keys, ...bad };
  const endpoint = `${service.url}/x`;
  const call = shop.call("notifications.subscribePush", { endpoint, keys }, customer());
  await expect(call).rejects.toMatchObject({
    type: "VALIDATION_FAILED",
    data: { errors: [{ path }] },
  });
});
