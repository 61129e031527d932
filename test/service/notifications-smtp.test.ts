import { beforeEach, expect, onTestFinished, test } from "vitest";
import { freePort } from "../support/free-port";
import { anOrder, events } from "../support/events";
import { hasten, People, settled, startPostOffice, tell, tried } from "../support/notifications";
import { dbOf } from "../support/service-db";
import { eventually, type TestShop } from "../support/shop";
import { startSmtpServer, type SmtpServer, type SmtpServerOptions } from "../support/smtp-server";

let people: People;
beforeEach(() => {
  people = new People();
});

async function mailServer(options: SmtpServerOptions = {}): Promise<SmtpServer> {
  const server = await startSmtpServer(options);
  onTestFinished(() => server.stop());
  return server;
}

async function postedTo(url: string, env: Record<string, string> = {}): Promise<TestShop> {
  const shop = await startPostOffice(people, { SMTP_URL: url, ...env });
  onTestFinished(() => shop.stop());
  return shop;
}

const messageId = (mail: string) => /^Message-ID: (.*?)\r?$/m.exec(mail)?.[1];

test("with a mail server, mail goes there and leaves no file", async () => {
  const server = await mailServer();
  const shop = await postedTo(server.url);
  const order = anOrder();
  people.set(order.userId, { email: "grüße@example.com", name: "Zoë" });
  await tell(shop, events.delivered(order));
  const [item] = await settled(shop, order.userId, 1);
  expect(item?.status).toBe("sent");
  expect(server.taken).toHaveLength(1);
  expect(messageId(server.taken[0] ?? "")).toBe(`<${item?.id}@souk>`);
});

test("who has no mailbox there has failed, with the server's reason, and is not asked twice", async () => {
  let asked = 0;
  const server = await mailServer({
    onReceiver: () => {
      asked += 1;
      return "550 5.1.1 no such user";
    },
  });
  const shop = await postedTo(server.url);
  const order = anOrder();
  await tell(shop, events.delivered(order));
  expect(await settled(shop, order.userId, 1)).toMatchObject([{ status: "failed" }]);
  const { attempts, last_error: reason } = await tried(shop, order.userId);
  expect([attempts, reason]).toEqual([1, expect.stringContaining("550 5.1.1 no such user")]);
  await hasten(shop);
  await tell(shop, events.delivered(anOrder()));
  await eventually(async () => asked === 2);
});

test("a message that the server will never take is not offered again", async () => {
  const server = await mailServer({ onMessage: () => "554 5.7.1 this is spam" });
  const shop = await postedTo(server.url);
  const order = anOrder();
  await tell(shop, events.delivered(order));
  expect(await settled(shop, order.userId, 1)).toMatchObject([{ status: "failed" }]);
  expect((await tried(shop, order.userId)).last_error).toContain("this is spam");
});

test.each(["451 4.7.1 greylisted", "452 4.2.2 mailbox full"])(
  "a server that says %s gets the mail later, once",
  async (answer) => {
    let busy = true;
    const server = await mailServer({ onReceiver: () => (busy ? answer : "250 ok") });
    const shop = await postedTo(server.url);
    const order = anOrder();
    await tell(shop, events.delivered(order));
    expect((await tried(shop, order.userId)).last_error).toContain(answer.slice(0, 3));
    busy = false;
    await hasten(shop);
    expect(await settled(shop, order.userId, 1)).toMatchObject([{ status: "sent" }]);
    expect(server.taken).toHaveLength(1);
  },
);

test("while nobody listens, mail waits; it goes out once somebody does", async () => {
  const port = await freePort();
  const shop = await postedTo(`smtp://127.0.0.1:${port}`);
  const order = anOrder();
  await tell(shop, events.delivered(order));
  expect((await tried(shop, order.userId)).last_error).toContain("ECONNREFUSED");
  const server = await mailServer({ port });
  await hasten(shop);
  expect(await settled(shop, order.userId, 1)).toMatchObject([{ status: "sent" }]);
  expect(server.taken).toHaveLength(1);
});

test("a mail whose acceptance gets lost is the same mail again, so that receivers know it", async () => {
  let lost = true;
  const server = await mailServer({
    onMessage: () => (lost ? "451 4.3.0 taken, but nobody will know" : "250 ok"),
  });
  const shop = await postedTo(server.url);
  const order = anOrder();
  await tell(shop, events.delivered(order));
  await tried(shop, order.userId);
  lost = false;
  await hasten(shop);
  await settled(shop, order.userId, 1);
  // And once more, as if the process had been killed between sending and writing that down.
  await dbOf(shop, "notifications").query(
    "UPDATE notification SET status = 'queued', sent_at = NULL WHERE user_id = $1",
    [order.userId],
  );
  await hasten(shop);
  await settled(shop, order.userId, 1);
  const [first, ...repeats] = server.taken.map((mail) => mail.replace(/^Received:.*$/gm, ""));
  expect(repeats).toEqual([first, first]);
});

test("the login of SMTP_URL is used, whatever characters it has", async () => {
  const server = await mailServer({ login: { user: "shop@example.com", password: "p:@/ss?" } });
  const shop = await postedTo(server.url);
  const order = anOrder();
  await tell(shop, events.delivered(order));
  expect(await settled(shop, order.userId, 1)).toMatchObject([{ status: "sent" }]);
});

test("a login that is refused is the shop's fault: mail waits until somebody mends it", async () => {
  const server = await mailServer({ login: { user: "shop", password: "right" } });
  const shop = await postedTo(server.url.replace("right", "wrong"));
  const order = anOrder();
  await tell(shop, events.delivered(order));
  const { wait, last_error: reason } = await tried(shop, order.userId);
  expect([wait, reason]).toEqual([2, expect.stringContaining("535")]);
  expect(reason).not.toContain("wrong");
});

test("two senders on one queue send each mail once, over a few connections", async () => {
  const server = await mailServer();
  const first = await postedTo(server.url);
  await postedTo(server.url, { NAMESPACE: first.config.namespace });
  const orders = Array.from({ length: 60 }, () => anOrder());
  await Promise.all(orders.map((order) => tell(first, events.delivered(order))));
  await eventually(async () => {
    const queued = await dbOf(first, "notifications").query(
      "SELECT 1 FROM notification WHERE status = 'queued'",
    );
    return queued.length === 0;
  });
  expect(new Set(server.taken.map(messageId)).size).toBe(60);
  expect(server.taken).toHaveLength(60);
  expect(server.connections()).toBeLessThanOrEqual(16);
});
