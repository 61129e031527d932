import { afterAll, beforeAll, expect, test } from "vitest";
import type { EventName, EventPayload } from "../../lib/mesh/types";
import { newId } from "../../lib/ids";
import { holdStock, releaseStock } from "../../services/inventory/store/reservation-store";
import { catalogDouble } from "../support/doubles";
import { anEventOf, aProduct, aVariant } from "../support/products";
import { dbOf } from "../support/service-db";
import { eventually, startTestShop, type TestShop } from "../support/shop";

let shop: TestShop;
const admin = { id: newId(), roles: ["admin"] };

beforeAll(async () => {
  shop = await startTestShop({
    services: ["inventory"],
    doubles: [catalogDouble({ "INV-1": 500, "INV-2": 700, "INV-3": 900 })],
  });
});
afterAll(() => shop.stop());

const stockUp = (levels: Record<string, number>) =>
  shop.call("inventory.stock", {
    levels: Object.entries(levels).map(([sku, onHand]) => ({ sku, onHand })),
    reason: "test",
  });

const levelOf = (sku: string) => shop.call("inventory.get", { sku }, admin);

/** Publishes as the orders service would. */
const publish = <N extends EventName>(name: N, payload: EventPayload<N> & { orderId: string }) =>
  shop.runtime.transport.publish({
    id: newId(),
    name,
    version: 1,
    source: "orders",
    aggregateId: payload.orderId,
    seq: 1,
    payload,
    correlationId: payload.orderId,
    causationId: null,
    traceparent: null,
    occurredAt: new Date().toISOString(),
  });

const created = (orderId: string, lines: Record<string, number>) =>
  publish("order.created", {
    orderId,
    number: "S-TEST",
    userId: newId(),
    cartId: null,
    items: Object.entries(lines).map(([sku, quantity]) => ({
      sku,
      productId: newId(),
      name: sku,
      unitPrice: { amount: 500, currency: "EUR" },
      quantity,
      lineTotal: { amount: 500 * quantity, currency: "EUR" },
    })),
    total: { amount: 500, currency: "EUR" },
    paymentMethod: "pm_card_visa",
    shippingAddress: { name: "A", line1: "B", city: "C", postalCode: "1", country: "DE" },
    deadline: new Date(Date.now() + 60_000).toISOString(),
  });

const nothing = { amount: 0, currency: "EUR" };
const sums = {
  subtotal: nothing,
  discount: nothing,
  shipping: nothing,
  tax: nothing,
  total: nothing,
};
const reference = (orderId: string) => ({ orderId, number: "S-TEST", userId: newId() });
const cancelled = (orderId: string) =>
  publish("order.cancelled", { ...reference(orderId), reason: "TIMEOUT" });

test("a count sets what is on hand and cannot go below what is reserved", async () => {
  await stockUp({ "INV-1": 5 });
  await created(newId(), { "INV-1": 3 });
  expect(await levelOf("INV-1")).toEqual({ sku: "INV-1", onHand: 5, reserved: 3, available: 2 });
  await expect(
    shop.call("inventory.set", { sku: "INV-1", onHand: 2 }, admin),
  ).rejects.toMatchObject({
    type: "STOCK_RESERVED",
  });
  const level = await shop.call(
    "inventory.adjust",
    { sku: "INV-1", delta: -2, reason: "x" },
    admin,
  );
  expect(level.answer).toEqual({ sku: "INV-1", onHand: 3, reserved: 3, available: 0 });
});

test("an adjustment cannot lead beyond what a count may say", async () => {
  await stockUp({ "FULL-1": 999_999 });
  const add = (delta: number) =>
    shop.call("inventory.adjust", { sku: "FULL-1", delta, reason: "x" }, admin);
  expect(await add(1)).toMatchObject({ answer: { onHand: 1_000_000 } });
  for (const delta of [1, 1_000_000]) {
    await expect(add(delta)).rejects.toMatchObject({
      type: "VALIDATION_FAILED",
      data: { errors: [expect.objectContaining({ path: "/delta" })] },
    });
  }
  expect(await add(-1_000_000)).toMatchObject({ answer: { onHand: 0 } });
});

test("a SKU that is on sale but new here has none; one that nobody sells is not found", async () => {
  expect(await levelOf("INV-3")).toMatchObject({ onHand: 0 });
  expect(await shop.call("inventory.set", { sku: "INV-3", onHand: 4 }, admin)).toMatchObject({
    onHand: 4,
  });
  await expect(levelOf("NOBODY")).rejects.toMatchObject({ type: "SKU_NOT_FOUND" });
});

test("all lines of an order are held or none", async () => {
  await stockUp({ "ALL-1": 5, "ALL-2": 1 });
  await created(newId(), { "ALL-1": 2, "ALL-2": 2 });
  const after = await shop.call("inventory.availability", { skus: ["ALL-1", "ALL-2", "ALL-0"] });
  expect(after).toEqual({
    "ALL-1": { available: 5, lowStock: true },
    "ALL-2": { available: 1, lowStock: true },
    "ALL-0": { available: 0, lowStock: false },
  });
});

test("a hold is released once, however often its order is cancelled", async () => {
  await stockUp({ "REL-1": 5 });
  const orderId = newId();
  await created(orderId, { "REL-1": 4 });
  await cancelled(orderId);
  await cancelled(orderId);
  await created(orderId, { "REL-1": 4 }); // a late duplicate under another event id
  const [trace] = [await shop.call("inventory.trace", { correlationId: orderId })];
  expect(trace.filter((e) => e.kind === "published").map((e) => e.event)).toEqual([
    "stock.reserved",
    "stock.released",
  ]);
  expect(await shop.call("inventory.availability", { skus: ["REL-1"] })).toMatchObject({
    "REL-1": { available: 5 },
  });
});

test("a cancellation that overtakes its order leaves nothing held", async () => {
  await stockUp({ "LATE-1": 2 });
  const orderId = newId();
  await cancelled(orderId);
  await created(orderId, { "LATE-1": 2 });
  expect(await shop.call("inventory.availability", { skus: ["LATE-1"] })).toMatchObject({
    "LATE-1": { available: 2 },
  });
});

const confirmed = (orderId: string) =>
  publish("order.confirmed", {
    ...reference(orderId),
    items: [],
    ...sums,
    shippingAddress: { name: "A", line1: "B", city: "C", postalCode: "1", country: "DE" },
  });
const outcomeOf = async (orderId: string, event: string) =>
  (await shop.call("inventory.trace", { correlationId: orderId })).find(
    (entry) => entry.kind === "handled" && entry.event === event,
  )?.status;

test("a cancellation that overtakes the confirmation, at another replica, is no fault of either", async () => {
  await stockUp({ "OVER-1": 2 });
  const orderId = newId();
  await created(orderId, { "OVER-1": 2 });
  await cancelled(orderId);
  await confirmed(orderId);
  expect(await outcomeOf(orderId, "order.confirmed")).toBe("done");
  expect(await levelOf("OVER-1")).toMatchObject({ onHand: 2, reserved: 0 });
});

test("a confirmed order's units leave the shelf, and come back when it is refunded unshipped", async () => {
  await stockUp({ "SOLD-1": 5 });
  const orderId = newId();
  await created(orderId, { "SOLD-1": 2 });
  await confirmed(orderId);
  const sold = await shop.call("inventory.stock", {
    levels: [{ sku: "SOLD-1", onHand: 3 }],
    reason: "recount",
  });
  expect(sold).toEqual({ changed: 0, refused: [] });
  await publish("order.refunded", { ...reference(orderId), dispatched: false });
  expect(await shop.call("inventory.availability", { skus: ["SOLD-1"] })).toMatchObject({
    "SOLD-1": { available: 5 },
  });
});

test("a batch counts a SKU once: what was sold since stays sold, whoever asks again", async () => {
  const batch = newId();
  const levels = [
    { sku: "BATCH-1", onHand: 5 },
    { sku: "BATCH-2", onHand: 0 },
  ];
  const count = (id: string) =>
    shop.call("inventory.stock", { levels, reason: "import", batch: id });
  expect(await count(batch)).toEqual({ changed: 1, refused: [] });
  await shop.call("inventory.adjust", { sku: "BATCH-1", delta: -2, reason: "broken" }, admin);
  await shop.call("inventory.adjust", { sku: "BATCH-2", delta: 3, reason: "found" }, admin);
  expect(await count(batch)).toEqual({ changed: 0, refused: [] });
  expect(await levelOf("BATCH-1")).toMatchObject({ onHand: 3 });
  expect(await levelOf("BATCH-2")).toMatchObject({ onHand: 3 });
  expect(await count(newId())).toEqual({ changed: 2, refused: [] });
  expect(await levelOf("BATCH-1")).toMatchObject({ onHand: 5 });
});

test("of many levels, those below what is held are refused and the others counted", async () => {
  await stockUp({ "MANY-1": 5, "MANY-2": 5 });
  await created(newId(), { "MANY-1": 4 });
  const counted = await shop.call("inventory.stock", {
    levels: [
      { sku: "MANY-2", onHand: 9 },
      { sku: "MANY-1", onHand: 3 },
    ],
    reason: "recount",
  });
  const message = "4 of MANY-1 are reserved, 5 on hand";
  expect(counted).toEqual({ changed: 1, refused: [{ sku: "MANY-1", message }] });
  expect(await levelOf("MANY-1")).toMatchObject({ onHand: 5 });
  expect(await levelOf("MANY-2")).toMatchObject({ onHand: 9 });
});

test("200 orders at once for 10 units hold exactly 10", async () => {
  await stockUp({ "HOT-1": 10, "HOT-2": 1000 });
  const ids = Array.from({ length: 200 }, () => newId());
  // Lines in both orders, so that holds would deadlock if they locked as they come.
  await Promise.all(
    ids.map((id, i) =>
      created(id, i % 2 ? { "HOT-1": 1, "HOT-2": 1 } : { "HOT-2": 1, "HOT-1": 1 }),
    ),
  );
  const after = await shop.call("inventory.availability", { skus: ["HOT-1", "HOT-2"] });
  expect(after["HOT-1"]).toMatchObject({ available: 0 });
  expect(after["HOT-2"]).toMatchObject({ available: 990 });
  const backlog = await eventually(async () => {
    const b = await shop.call("inventory.backlog", {});
    return b.pendingEvents === 0 && b;
  });
  expect(backlog).toMatchObject({ parkedEvents: 0, deadLetters: 0 });
});

test("a confirmation without any hold is a fault", async () => {
  const orderId = newId();
  await confirmed(orderId);
  expect(await outcomeOf(orderId, "order.confirmed")).toBe("parked");
});

test("a first stock counts, also when a change of its product overtakes it", async () => {
  const product = aProduct({ variants: [aVariant("FIRST-1"), aVariant("FIRST-2")] });
  const firstStock = [
    { sku: "FIRST-1", onHand: 7 },
    { sku: "FIRST-2", onHand: 7 },
  ];
  const told = { ...anEventOf(product, 1), payload: { product, firstStock } };
  await shop.runtime.transport.publish(anEventOf(product, 2));
  await shop.call("inventory.set", { sku: "FIRST-2", onHand: 3 }, admin);
  await shop.runtime.transport.publish(told);
  expect(await levelOf("FIRST-1")).toMatchObject({ onHand: 7 });
  expect(await levelOf("FIRST-2")).toMatchObject({ onHand: 3 });
  await shop.call("inventory.adjust", { sku: "FIRST-1", delta: -7, reason: "sold" }, admin);
  await shop.runtime.transport.publish({ ...told, id: newId() });
  expect(await levelOf("FIRST-1")).toMatchObject({ onHand: 0 });
  const movements = await dbOf(shop, "inventory").query(
    "SELECT delta, reason FROM stock_movement WHERE sku = 'FIRST-1' ORDER BY id",
  );
  expect(movements).toEqual([
    { delta: 7, reason: "first stock" },
    { delta: -7, reason: "sold" },
  ]);
});

test("a cancellation that meets the hold of its order at another replica releases it", async () => {
  await stockUp({ "MEET-1": 2 });
  const db = dbOf(shop, "inventory");
  const orderId = newId();
  const lines = [{ sku: "MEET-1", quantity: 2 }];
  const waiting = async () =>
    (
      await db.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database()
           AND wait_event_type = 'Lock' AND query LIKE '%INTO reservation%'`,
      )
    ).length > 0;
  const released = await db.transaction(async (tx) => {
    await holdStock(tx, orderId, lines, new Date(Date.now() + 60_000).toISOString());
    const release = db.transaction((other) => releaseStock(other, orderId));
    await eventually(waiting);
    return { release };
  });
  expect(await released.release).toMatchObject({ lines });
  expect(await levelOf("MEET-1")).toMatchObject({ onHand: 2, reserved: 0 });
});
