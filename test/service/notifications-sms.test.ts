import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { anOrder, events } from "../support/events";
import { hasten, People, settled, startPostOffice, tell } from "../support/notifications";
import { eventually, type TestShop } from "../support/shop";

interface Sms {
  readonly id: string;
  readonly to: string;
  readonly text: string;
}

const people = new People();
/** What the gateway answers to a number; 202 to all others. */
const answers = new Map<string, number>();
const taken: { sms: Sms; authorization: string | undefined; key: unknown }[] = [];
const gateway = createServer((req, res) => {
  void text(req).then((body) => {
    const sms = JSON.parse(body) as Sms;
    const { authorization, "idempotency-key": key } = req.headers;
    taken.push({ sms, authorization, key });
    res.writeHead(answers.get(sms.to) ?? 202).end("{}");
  });
});
let shop: TestShop;
beforeAll(async () => {
  await new Promise<void>((resolve) => gateway.listen(0, "127.0.0.1", resolve));
  const { port } = gateway.address() as AddressInfo;
  shop = await startPostOffice(people, {
    SMS_GATEWAY_URL: `http://souk:p%40ss@127.0.0.1:${port}/messages`,
  });
});
afterAll(async () => {
  await shop.stop();
  gateway.closeAllConnections();
  gateway.close();
});

let numbers = 0;
function withPhone(answer = 202) {
  const order = anOrder();
  const phone = `+49 30 ${1_000 + (numbers += 1)}`;
  people.set(order.userId, { phone, locale: "de" });
  answers.set(phone, answer);
  return { order, phone, sent: () => taken.filter(({ sms }) => sms.to === phone) };
}
const smsOf = async (userId: string) =>
  (await settled(shop, userId, 2)).find((item) => item.channel === "sms");

test("a text message is posted to the gateway with its login, once", async () => {
  const { order, phone, sent } = withPhone();
  await tell(shop, events.dispatched(order));
  const item = await smsOf(order.userId);
  expect(item?.status).toBe("sent");
  expect(sent()).toEqual([
    {
      sms: {
        id: item?.id,
        to: phone,
        text: `Souk: Ihre Bestellung ${order.number} ist unterwegs mit DHL, Sendungsnummer JD0001.`,
      },
      authorization: `Basic ${Buffer.from("souk:p@ss").toString("base64")}`,
      key: item?.id,
    },
  ]);
});

test("a number that the gateway refuses is not tried again", async () => {
  const { order, sent } = withPhone(422);
  await tell(shop, events.dispatched(order));
  expect(await smsOf(order.userId)).toMatchObject({ status: "failed" });
  expect(sent()).toHaveLength(1);
});

test.each([429, 500, 401])(
  "a gateway that answers %i gets the message again later",
  async (answer) => {
    const { order, phone, sent } = withPhone(answer);
    await tell(shop, events.dispatched(order));
    await eventually(async () => sent().length === 1);
    answers.set(phone, 202);
    await eventually(async () => {
      await hasten(shop);
      return sent().length > 1;
    });
    expect(await smsOf(order.userId)).toMatchObject({ status: "sent" });
    expect(new Set(sent().map(({ key }) => key)).size).toBe(1);
  },
);
