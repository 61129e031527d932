import { afterAll, beforeAll, expect, test } from "vitest";
import { durableServices } from "../../contracts";
import type { OrderRecord } from "../../contracts/orders";
import { fail } from "../../contracts/errors";
import { newId } from "../../lib/ids";
import type { EventEnvelope } from "../../lib/messaging/event";
import { published } from "../support/doubles";
import { anOrder, envelope, events, type OrderReference } from "../support/events";
import { dbOf } from "../support/service-db";
import { eventually, startTestShop, type TestShop } from "../support/shop";

const admin = { id: newId(), roles: ["admin"] };
const customer = { id: newId(), roles: ["customer"] };

/** Orders by id, as the orders service would know them. */
const orders = new Map<string, OrderRecord["status"]>();
const euro = { amount: 1, currency: "EUR" };
const ordersDouble = published("orders", {
  find: ({ params }) => {
    const id = String(params.id);
    const status = orders.get(id);
    if (!status) throw fail("NOT_FOUND");
    const amounts = { subtotal: euro, discount: euro, shipping: euro, tax: euro, total: euro };
    const at = new Date().toISOString();
    const shippingAddress = { name: "A", line1: "B", city: "C", postalCode: "1", country: "DE" };
    const rest = { number: "S-1", items: [], userId: newId(), paymentMethod: "pm", ...amounts };
    return { id, status, shippingAddress, createdAt: at, updatedAt: at, ...rest };
  },
});
/** A service that knows of nothing; while it is mute, it takes every question and answers none. */
let mute: Promise<void> | null = null;
const paymentsDouble = published("payments", {
  trace: async () => {
    await mute;
    return [];
  },
});
const usersDouble = published("users", {
  contacts: ({ params }) =>
    (params.userIds as string[]).map((id) => ({
      id,
      email: "a@example.com",
      name: "A",
      locale: "en",
      phone: null,
    })),
});

let shop: TestShop;
beforeAll(async () => {
  shop = await startTestShop({
    services: ["operations", "shipping", "notifications"],
    doubles: [ordersDouble, paymentsDouble, usersDouble],
  });
});
afterAll(() => shop.stop());

const tell = async (...said: EventEnvelope[]) => {
  for (const event of said) await shop.runtime.transport.publish(event);
};
const timeline = (id: string) => shop.call("operations.timeline", { id }, admin);
const letters = async (params: { consumer?: string; event?: string } = {}) =>
  (await shop.call("operations.deadLetters", { limit: 100, ...params }, admin)).items;

/** An event whose payload no contract allows. */
const garbage = (orderId = newId()) => ({
  ...envelope("order.cancelled", { ...anOrder(), reason: "TIMEOUT" }),
  payload: { orderId },
});

/** A shipment that is to be dispatched although it is cancelled: its handler throws, each time. */
async function contradiction(): Promise<OrderReference> {
  const order = anOrder();
  await tell(events.confirmed(order), events.cancelled(order), events.dispatchRequested(order));
  return order;
}
/** What a person would do about it before the event is replayed. */
const resolve = ({ orderId }: OrderReference) =>
  dbOf(shop, "shipping").query(
    "UPDATE shipment SET status = 'preparing', cancelled_at = NULL WHERE order_id = $1",
    [orderId],
  );
const hastenShipping = () =>
  dbOf(shop, "shipping").query(
    "UPDATE inbox SET attempts = 7, next_attempt_at = now() WHERE status = 'parked'",
  );
const statusOf = async (orderId: string) =>
  (await shop.call("shipping.ofOrders", { orderIds: [orderId] }))[0]?.status;

test("a timeline tells what every service did about an order, and what comes next", async () => {
  const order = anOrder();
  orders.set(order.orderId, "confirmed");
  await tell(events.created(order), events.confirmed(order));
  const seen = await timeline(order.orderId);
  expect(seen).toMatchObject({ orderId: order.orderId, status: "confirmed" });
  expect(seen.waitingFor).toBe("a person to dispatch it");
  const steps = seen.entries.map((e) => `${e.service} ${e.kind} ${e.event} ${e.status}`);
  expect(steps).toEqual([
    "notifications handled order.created done",
    expect.stringMatching(/^(shipping|notifications) handled order.confirmed done$/),
    expect.stringMatching(/^(shipping|notifications) /),
    expect.stringMatching(/^(shipping|notifications) /),
  ]);
  expect(steps).toContainEqual(expect.stringMatching(/^shipping published shipment.created /));
});

test("services that do not answer, or not in time, are named and not waited for", async () => {
  const order = anOrder();
  orders.set(order.orderId, "pending");
  const silence = Promise.withResolvers<void>();
  mute = silence.promise;
  const began = performance.now();
  const { degraded, waitingFor } = await timeline(order.orderId);
  expect(performance.now() - began).toBeLessThan(3_000);
  silence.resolve();
  mute = null;
  expect(degraded).toEqual(
    durableServices.filter((service) => !["shipping", "notifications"].includes(service)),
  );
  expect(waitingFor).toBe("inventory, which does not answer");
});

test("there is no timeline of an order that does not exist, nor for a customer", async () => {
  await expect(timeline(newId())).rejects.toMatchObject({ type: "NOT_FOUND" });
  await expect(shop.call("operations.timeline", { id: newId() }, customer)).rejects.toMatchObject({
    type: "FORBIDDEN",
  });
});

test("a poison event shows in the timeline, becomes a dead letter, is replayed, and is done", async () => {
  const order = await contradiction();
  orders.set(order.orderId, "confirmed");
  expect((await timeline(order.orderId)).waitingFor).toMatch(
    /^shipping to handle order.dispatch_requested \(attempt \d: .* is cancelled\)$/,
  );
  await hastenShipping();
  const letter = await eventually(async () =>
    (await letters()).find((one) => one.aggregateId === order.orderId),
  );
  expect(letter).toMatchObject({
    consumer: "shipping",
    event: "order.dispatch_requested",
    correlationId: order.orderId,
    payload: { carrier: "DHL" },
    replayedAt: null,
  });
  expect((await timeline(order.orderId)).waitingFor).toMatch(/^a person: shipping gave up on/);
  expect(await shop.call("operations.deadLetter", { id: letter.id }, admin)).toEqual(letter);
  await resolve(order);
  const replay = () => shop.call("operations.replayDeadLetter", { id: letter.id }, admin);
  expect(await replay()).toEqual({ replayed: 1 });
  await eventually(async () => (await statusOf(order.orderId)) === "dispatched");
  expect((await letters()).map((one) => one.id)).not.toContain(letter.id);
  const replayed = await shop.call("operations.deadLetter", { id: letter.id }, admin);
  expect(replayed.replayedAt).not.toBeNull();
});

test("dead letters of all consumers are one list, newest first, page by page", async () => {
  for (let i = 0; i < 3; i++) await tell(garbage());
  const all = await letters({ event: "order.cancelled" });
  // Shipping and notifications both listen to it.
  expect(all.length).toBeGreaterThanOrEqual(6);
  expect(new Set(all.map((letter) => letter.consumer))).toEqual(
    new Set(["shipping", "notifications"]),
  );
  expect(all.map((one) => one.id)).toEqual(
    all
      .map((one) => one.id)
      .sort()
      .reverse(),
  );
  const pages: string[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: { id: string }[]; nextCursor: string | null } = await shop.call(
      "operations.deadLetters",
      { event: "order.cancelled", limit: 4, ...(cursor ? { cursor } : {}) },
      admin,
    );
    pages.push(...page.items.map((one) => one.id));
    cursor = page.nextCursor;
  } while (cursor);
  expect(pages).toEqual(all.map((one) => one.id));
});

test("the list is narrowed by consumer and event, and says who did not answer", async () => {
  await tell(garbage());
  const mine = await letters({ consumer: "notifications" });
  expect(mine.length).toBeGreaterThan(0);
  expect(mine.every((letter) => letter.consumer === "notifications")).toBe(true);
  expect(await letters({ event: "order.created" })).toEqual([]);
  expect(await letters({ consumer: "nobody" })).toEqual([]);
  const ofShipping = { consumer: "shipping", limit: 1 };
  const { degraded } = await shop.call("operations.deadLetters", ofShipping, admin);
  expect(degraded).toEqual([]);
  const { degraded: away } = await shop.call("operations.deadLetters", {}, admin);
  expect(away).toContain("inventory");
  await expect(
    shop.call("operations.deadLetters", { cursor: "rubbish" }, admin),
  ).rejects.toMatchObject({ type: "VALIDATION_FAILED" });
});

test("a dead letter that is deleted is gone, and its event is not handled later", async () => {
  const event = garbage();
  await tell(event);
  const [letter] = await letters({ consumer: "shipping" });
  expect(letter?.eventId).toBe(event.id);
  expect(
    await shop.call("operations.deleteDeadLetter", { id: letter?.id ?? "" }, admin),
  ).toBeNull();
  expect((await letters()).map((one) => one.id)).not.toContain(letter?.id);
  await tell(event);
  expect((await letters()).map((one) => one.id)).not.toContain(letter?.id);
});

test("letters are found by what their error says, and by age", async () => {
  await tell(garbage());
  const [letter] = await letters({ consumer: "shipping" });
  const some = async (params: { reason?: string; olderThanSeconds?: number }) =>
    (
      await shop.call(
        "operations.deadLetters",
        { consumer: "shipping", limit: 100, ...params },
        admin,
      )
    ).items.length;
  expect(await some({ reason: (letter?.error ?? "").slice(0, 12).toUpperCase() })).toBeGreaterThan(
    0,
  );
  expect(await some({ reason: "%" })).toBe(0);
  expect(await some({ olderThanSeconds: 3_600 })).toBe(0);
});

test("a letter that is parked is out of the list, of a replay and of the alarm, and somebody said why", async () => {
  const event = garbage();
  await tell(event);
  const mine = await letters({ consumer: "shipping" });
  const letter = mine.find(({ eventId }) => eventId === event.id);
  const id = letter?.id ?? "";
  const waiting = async () => (await shop.call("shipping.backlog", {})).deadLetters;
  const before = await waiting();
  await shop.call("operations.parkDeadLetter", { id, note: "waits for a release" }, admin);
  expect(await waiting()).toBe(before - 1);
  expect((await letters({ consumer: "shipping" })).map((one) => one.id)).not.toContain(id);
  const all = { consumer: "shipping", withParked: true, limit: 100 };
  const shown = (await shop.call("operations.deadLetters", all, admin)).items;
  expect(shown.find((one) => one.id === id)?.parkedAt).not.toBeNull();
  const dry = { consumer: "shipping", dryRun: true };
  expect(await shop.call("operations.replayDeadLetters", dry, admin)).toEqual({
    replayed: before - 1,
  });
  expect(await waiting()).toBe(before - 1);
  await shop.call("operations.deleteDeadLetter", { id, note: "void" }, admin);
  const { items } = await shop.call("operations.deadLetterAudit", { limit: 2 }, admin);
  const deed = { consumer: "shipping", letterId: id, eventId: event.id, by: admin.id };
  expect(items).toMatchObject([
    { ...deed, deed: "deleted", note: "void" },
    { ...deed, deed: "parked", note: "waits for a release" },
  ]);
});

test("what nobody has is not there only if everybody says so", async () => {
  const one = { id: newId() };
  // Half of the shop does not run here.
  for (const action of ["deadLetter", "deleteDeadLetter", "replayDeadLetter"] as const) {
    await expect(shop.call(`operations.${action}`, one, admin)).rejects.toMatchObject({
      type: "SERVICE_UNAVAILABLE",
    });
  }
});

test("many dead letters are replayed oldest first, so many as asked for", async () => {
  const stuck = [await contradiction(), await contradiction(), await contradiction()];
  await hastenShipping();
  const which = { consumer: "shipping", event: "order.dispatch_requested" };
  await eventually(async () => (await letters(which)).length === 3);
  for (const order of stuck) await resolve(order);
  const replay = (limit?: number) =>
    shop.call("operations.replayDeadLetters", { ...which, ...(limit ? { limit } : {}) }, admin);
  expect(await replay(1)).toEqual({ replayed: 1 });
  await eventually(async () => (await statusOf(stuck[0]?.orderId ?? "")) === "dispatched");
  expect(await statusOf(stuck[2]?.orderId ?? "")).toBe("preparing");
  expect(await replay()).toEqual({ replayed: 2 });
  await eventually(async () => (await statusOf(stuck[2]?.orderId ?? "")) === "dispatched");
  expect(await replay()).toEqual({ replayed: 0 });
});

test("the topology shows breakers that are not closed, for as long as they are not", async () => {
  const said = { nodeID: "search-2", action: "search.query", service: "search" };
  const tripped = async () =>
    (await shop.call("operations.topology", {}, admin)).breakers.map(({ action, node, state }) => ({
      action,
      node,
      state,
    }));
  await shop.broker.broadcast("$circuit-breaker.opened", said);
  const open = { action: "search.query", node: "search-2", state: "open" };
  expect(await tripped()).toEqual([open]);
  await shop.broker.broadcast("$circuit-breaker.half-opened", said);
  expect(await tripped()).toEqual([{ ...open, state: "half-open" }]);
  await shop.broker.broadcast("$circuit-breaker.closed", said);
  expect(await tripped()).toEqual([]);
  // Known to be gone here, and not yet to who says so.
  const gone = { id: "search-1", available: false };
  shop.broker.registry.nodes.add(gone.id, gone as never);
  await shop.broker.broadcast("$circuit-breaker.opened", { ...said, nodeID: gone.id });
  shop.broker.registry.nodes.delete(gone.id);
  expect(await tripped()).toEqual([]);
});

test("the topology shows nodes, services, endpoints and what waits", async () => {
  const { nodes, services } = await shop.call("operations.topology", {}, admin);
  expect(nodes).toMatchObject([
    { id: shop.broker.nodeID, local: true, available: true, latencyMs: null },
  ]);
  expect(nodes[0]?.services).toEqual([
    "notifications",
    "operations",
    "orders",
    "payments",
    "shipping",
    "users",
  ]);
  const shipping = services.find((service) => service.name === "shipping");
  expect(shipping).toMatchObject({ nodes: [shop.broker.nodeID], backlog: { parkedEvents: 0 } });
  expect(shipping?.endpoints).toContainEqual({
    action: "shipping.deliver",
    node: shop.broker.nodeID,
    breaker: "closed",
  });
  const names = services.map((service) => service.name);
  expect(names.filter((name) => name.startsWith("$"))).toEqual([]);
  expect(services.find((service) => service.name === "payments")?.backlog).toBeNull();
  expect(services.find((service) => service.name === "operations")?.backlog).toBeNull();
});
