import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { expect, onTestFinished, test } from "vitest";
import type { DurableMembers } from "../../mixins/durable-events";
import { anOrder, events, type OrderReference } from "../support/events";
import { officeOf, People, startPostOffice } from "../support/notifications";
import { dbOf } from "../support/service-db";
import { eventually, type TestShop } from "../support/shop";
import { startSmtpServer } from "../support/smtp-server";

const BURST = 10_000;
/** Enough to be stopped in the middle of. */
const SMALL_BURST = 2_000;

/** One node of the post office's customers: shipping says what notifications has to tell. */
const start = (env: Readonly<Record<string, string>> = {}): Promise<TestShop> =>
  startPostOffice(new People(), env, ["shipping", "notifications"]);

/** Writes an event about each order into the outbox of shipping, as its own work would. */
async function say(shop: TestShop, orders: readonly OrderReference[]): Promise<void> {
  // Moleculer types a service by what every service has; the durable-events mixin adds the rest.
  const shipping = shop.broker.getLocalService("shipping") as unknown as DurableMembers;
  await shipping.unitOfWork({ traceparent: null }, async (work) => {
    for (const order of orders) {
      const { payload } = events.delivered(order);
      // The payload is what this event's builder makes.
      work.publish({
        name: "shipment.delivered",
        payload: payload as never,
        aggregateId: order.orderId,
        seq: 1,
      });
    }
  });
}

const counts = async (shop: TestShop) =>
  (
    await dbOf(shop, "notifications").query<{ rows: number; events: number; sent: number }>(
      `SELECT count(*)::int AS rows, count(DISTINCT event_id)::int AS events,
         count(*) FILTER (WHERE status = 'sent')::int AS sent FROM notification`,
    )
  )[0];

const allSent = (shop: TestShop, burst: number) =>
  eventually(async () => (await counts(shop))?.sent === burst, {
    timeoutMs: 90_000,
    what: `${burst} mails to be sent`,
  });

/** A shop whose notifications went down before the burst, stopped with the burst in its outbox. */
async function shopWithBurst(
  burst: number,
  env: Readonly<Record<string, string>> = {},
): Promise<TestShop> {
  const shop = await start(env);
  const service = shop.broker.getLocalService("notifications");
  if (!service) throw new Error("notifications does not run");
  await shop.broker.destroyService(service);
  await say(
    shop,
    Array.from({ length: burst }, () => anOrder()),
  );
  onTestFinished(() => shop.stop());
  await shop.broker.stop();
  return shop;
}

test("10,000 events while notifications is down are 10,000 mails afterwards, each once", async () => {
  const before = await shopWithBurst(BURST);
  const began = performance.now();
  const lag = monitorEventLoopDelay({ resolution: 5 });
  lag.enable();
  const shop = await start({ NAMESPACE: before.config.namespace });
  onTestFinished(() => shop.stop());
  await allSent(shop, BURST);
  lag.disable();
  expect(await counts(shop)).toEqual({ rows: BURST, events: BURST, sent: BURST });
  const files = await readdir(join(shop.config.dataDir, "mailbox"));
  expect(files.filter((name) => name.endsWith(".eml"))).toHaveLength(BURST);
  expect(files).toHaveLength(BURST);
  console.log(
    `worked off in ${Math.round(performance.now() - began)} ms; event loop delay ` +
      `p99 ${(lag.percentile(99) / 1e6).toFixed(0)} ms, longest ${(lag.max / 1e6).toFixed(0)} ms`,
  );
});

test("a smaller burst goes out by a mail server, over a stop in the middle", async () => {
  const server = await startSmtpServer();
  onTestFinished(() => server.stop());
  const before = await shopWithBurst(SMALL_BURST, { SMTP_URL: server.url });
  const env = { SMTP_URL: server.url, NAMESPACE: before.config.namespace };
  const began = performance.now();
  const first = await start(env);
  await eventually(async () => server.taken.length > SMALL_BURST / 3, { timeoutMs: 60_000 });
  await officeOf(first).sender.stop();
  await first.stop();
  const second = await start(env);
  onTestFinished(() => second.stop());
  await allSent(second, SMALL_BURST);
  expect(await counts(second)).toEqual({
    rows: SMALL_BURST,
    events: SMALL_BURST,
    sent: SMALL_BURST,
  });
  const ids = server.taken.map((mail) => /^Message-ID: (.*)$/m.exec(mail)?.[1]);
  expect([ids.length, new Set(ids).size]).toEqual([SMALL_BURST, SMALL_BURST]);
  console.log(`worked off in ${Math.round(performance.now() - began)} ms`);
});
