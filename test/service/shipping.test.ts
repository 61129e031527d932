import { afterAll, beforeAll, expect, test } from "vitest";
import type { OrderRecord } from "../../contracts/orders";
import type { EventEnvelope } from "../../lib/messaging/event";
import { published } from "../support/doubles";
import { anOrder, events } from "../support/events";
import { dbOf } from "../support/service-db";
import { startTestShop, type TestShop } from "../support/shop";

/** What orders says of the one that is settled. */
let record: OrderRecord;
let shop: TestShop;
beforeAll(async () => {
  const orders = published("orders", { find: () => record });
  shop = await startTestShop({ services: ["shipping"], doubles: [orders] });
});
afterAll(() => shop.stop());

const tell = async (...said: EventEnvelope[]) => {
  for (const event of said) await shop.runtime.transport.publish(event);
};
const shipmentOf = async (orderId: string) =>
  (await shop.call("shipping.ofOrders", { orderIds: [orderId] }))[0];
const publishedFor = async (orderId: string) =>
  (await shop.call("shipping.trace", { correlationId: orderId })).filter(
    (entry) => entry.kind === "published",
  );
const namesFor = async (orderId: string) =>
  (await publishedFor(orderId)).map((entry) => entry.event);

test("a confirmed order is prepared, dispatched and delivered, each with its time", async () => {
  const order = anOrder();
  await tell(events.confirmed(order));
  expect(await shipmentOf(order.orderId)).toMatchObject({ status: "preparing", carrier: null });
  await tell(events.dispatchRequested(order));
  const delivered = await shop.call("shipping.deliver", { orderId: order.orderId });
  expect(delivered).toMatchObject({
    orderId: order.orderId,
    status: "delivered",
    carrier: "DHL",
    trackingNumber: "JD0001",
  });
  expect(delivered.history.map((step) => step.status)).toEqual([
    "preparing",
    "dispatched",
    "delivered",
  ]);
  const times = delivered.history.map((step) => step.at);
  expect(times).toEqual([...times].sort());
  expect(await shipmentOf(order.orderId)).toEqual(delivered);
  const published = await publishedFor(order.orderId);
  expect(published.map(({ event, seq }) => [event, seq])).toEqual([
    ["shipment.created", 1],
    ["shipment.dispatched", 2],
    ["shipment.delivered", 3],
  ]);
});

test("a shipment carries its order's user and number in its events", async () => {
  const order = anOrder();
  await tell(events.confirmed(order), events.dispatchRequested(order));
  const rows = await dbOf(shop, "shipping").query<{ payload: unknown }>(
    "SELECT payload FROM outbox WHERE aggregate_id = $1 ORDER BY seq",
    [order.orderId],
  );
  expect(rows.map((row) => row.payload)).toEqual([
    order,
    { ...order, carrier: "DHL", trackingNumber: "JD0001" },
  ]);
});

test("a request to dispatch that overtakes the confirmation finds its shipment all the same", async () => {
  const order = anOrder();
  await tell(events.dispatchRequested(order), events.confirmed(order));
  expect(await shipmentOf(order.orderId)).toMatchObject({ status: "dispatched" });
  expect(await namesFor(order.orderId)).toEqual(["shipment.created", "shipment.dispatched"]);
});

test("an order that is confirmed or dispatched twice has one shipment", async () => {
  const order = anOrder();
  await tell(events.confirmed(order), events.confirmed(order));
  await tell(events.dispatchRequested(order), events.dispatchRequested(order, "UPS", "1Z"));
  expect(await shipmentOf(order.orderId)).toMatchObject({
    carrier: "DHL",
    trackingNumber: "JD0001",
  });
  expect(await namesFor(order.orderId)).toEqual(["shipment.created", "shipment.dispatched"]);
});

test("a request to dispatch that got lost is made up for once, and then comes to nothing", async () => {
  const order = anOrder();
  const { orderId, ...reference } = order;
  await tell(events.confirmed(order));
  const dispatch = { carrier: "DHL", trackingNumber: "JD0001" };
  const eur = { amount: 0, currency: "EUR" };
  const now = new Date().toISOString();
  record = {
    ...{ id: orderId, ...reference, status: "confirmed", items: [], dispatch },
    ...{
      subtotal: eur,
      discount: eur,
      shipping: eur,
      tax: eur,
      total: eur,
      createdAt: now,
      updatedAt: now,
    },
    shippingAddress: { name: "Ada", line1: "x", city: "Wien", postalCode: "1010", country: "AT" },
    paymentMethod: "pm_card_visa",
  };
  const settle = () => shop.call("shipping.settle", { orderId });
  expect(await Promise.all([settle(), settle()])).toEqual(
    Array(2).fill({ orderId, status: "dispatched" }),
  );
  await tell(events.dispatchRequested(order, "UPS", "1Z"));
  expect(await shipmentOf(orderId)).toMatchObject({ status: "dispatched", ...dispatch });
  expect(await namesFor(orderId)).toEqual(["shipment.created", "shipment.dispatched"]);
});

test.each([
  ["cancelled", events.cancelled],
  [
    "refunded before its dispatch",
    (order: ReturnType<typeof anOrder>) => events.refunded(order, false),
  ],
])("an order that is %s has its shipment cancelled", async (_, end) => {
  const order = anOrder();
  await tell(events.confirmed(order), end(order));
  const shipment = await shipmentOf(order.orderId);
  expect(shipment?.status).toBe("cancelled");
  expect(shipment?.history.map((step) => step.status)).toEqual(["preparing", "cancelled"]);
});

test.each([
  ["cancelled", events.cancelled],
  ["refunded", (order: ReturnType<typeof anOrder>) => events.refunded(order, false)],
])("an order that was %s before it was confirmed never gets a shipment", async (_, end) => {
  const order = anOrder();
  await tell(end(order), events.confirmed(order), end(order));
  expect(await shipmentOf(order.orderId)).toBeUndefined();
  expect(await namesFor(order.orderId)).toEqual([]);
  await expect(shop.call("shipping.deliver", { orderId: order.orderId })).rejects.toMatchObject({
    type: "NOT_FOUND",
  });
});

test("a parcel that left the house is not called back", async () => {
  const order = anOrder();
  await tell(events.confirmed(order), events.dispatchRequested(order));
  await tell(events.cancelled(order), events.refunded(order, true), events.refunded(order, false));
  expect(await shipmentOf(order.orderId)).toMatchObject({ status: "dispatched" });
});

test("a shipment that is cancelled and to be dispatched waits for a person", async () => {
  const order = anOrder();
  await tell(events.confirmed(order), events.cancelled(order), events.dispatchRequested(order));
  const trace = await shop.call("shipping.trace", { correlationId: order.orderId });
  const refused = trace.find((entry) => entry.event === "order.dispatch_requested");
  expect(refused).toMatchObject({
    status: "parked",
    error: expect.stringContaining("is cancelled") as unknown,
  });
  expect(await shipmentOf(order.orderId)).toMatchObject({ status: "cancelled" });
});

test("only a dispatched shipment can be delivered; again is the same answer and no second event", async () => {
  const order = anOrder();
  const { orderId } = order;
  await expect(shop.call("shipping.deliver", { orderId })).rejects.toMatchObject({
    type: "NOT_FOUND",
  });
  await tell(events.confirmed(order));
  await expect(shop.call("shipping.deliver", { orderId })).rejects.toMatchObject({
    type: "INVALID_TRANSITION",
  });
  await tell(events.dispatchRequested(order));
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => shop.call("shipping.deliver", { orderId })),
  );
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  expect(await namesFor(orderId)).toEqual([
    "shipment.created",
    "shipment.dispatched",
    "shipment.delivered",
  ]);
});

test("shipments of many orders are read at once; orders without one are left out", async () => {
  const [first, second, none] = [anOrder(), anOrder(), anOrder()];
  await tell(events.confirmed(first), events.confirmed(second));
  const found = await shop.call("shipping.ofOrders", {
    orderIds: [first.orderId, none.orderId, second.orderId],
  });
  expect(found.map((shipment) => shipment.orderId).sort()).toEqual(
    [first.orderId, second.orderId].sort(),
  );
});

test("an order that is confirmed and cancelled at the same moment has no parcel to send", async () => {
  for (let round = 0; round < 10; round++) {
    const order = anOrder();
    await Promise.all([tell(events.confirmed(order)), tell(events.cancelled(order))]);
    expect((await shipmentOf(order.orderId))?.status ?? "cancelled").toBe("cancelled");
  }
});
