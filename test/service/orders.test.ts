import { afterAll, beforeAll, expect, test } from "vitest";
import { Price } from "../../contracts/common";
import type { ActionParams, EventName, EventPayload, User } from "../../lib/mesh/types";
import { newId } from "../../lib/ids";
import type { UnitOfWork } from "../../lib/messaging/event";
import { encodeCursor } from "../../lib/store/cursor";
import type { Database } from "../../lib/store/database";
import type { Poller } from "../../lib/store/poller";
import { cancelOverdue } from "../../services/orders/cancel-overdue";
import type { OrderMoves } from "../../services/orders/move-order";
import { cartsDouble, catalogDouble, published } from "../support/doubles";
import { eventually, startTestShop, type TestShop } from "../support/shop";

let shop: TestShop;
const alice: User = { id: newId(), roles: ["customer"] };
const admin: User = { id: newId(), roles: ["customer", "admin"] };
const address = { name: "A", line1: "B 1", city: "C", postalCode: "10115", country: "DE" };

/** Orders all of whose money is on its way back. */
const refunding = new Set<unknown>();

beforeAll(async () => {
  shop = await startTestShop({
    services: ["orders"],
    env: { ORDER_TIMEOUT_MS: "60000" },
    doubles: [
      catalogDouble({
        "LAMP-1": 2500,
        "RUG-1": 9900,
        "YACHT-1": Price.properties.amount.maximum ?? 0,
      }),
      cartsDouble([{ sku: "LAMP-1", quantity: 2 }], 7),
      published("payments", {
        refundable: ({ params }) => ({
          amount: refunding.has(params.orderId) ? 0 : 1,
          currency: "EUR",
        }),
      }),
      published("shipping", { deliver: () => null, ofOrders: () => [] }),
    ],
  });
});
afterAll(() => shop.stop());

type Place = ActionParams<"orders.place">;
const request = (over: Partial<Place> = {}): Place => ({
  idempotencyKey: newId(),
  paymentMethod: "pm_card_visa",
  shippingAddress: address,
  items: [{ sku: "LAMP-1", quantity: 1 }],
  ...over,
});
const place = (over: Partial<Place> = {}, user = alice) =>
  shop.call("orders.place", request(over), user);

/** Publishes as another service would. */
const publish = <N extends EventName>(name: N, payload: EventPayload<N> & { orderId: string }) =>
  shop.runtime.transport.publish({
    id: newId(),
    name,
    version: 1,
    source: "elsewhere",
    aggregateId: payload.orderId,
    seq: 1,
    payload,
    correlationId: payload.orderId,
    causationId: null,
    traceparent: null,
    occurredAt: new Date().toISOString(),
  });
const paid = (orderId: string) =>
  publish("payment.completed", {
    orderId,
    userId: alice.id,
    amount: { amount: 1, currency: "EUR" },
    method: "pm_card_visa",
  });
const statusOf = async (id: string) => (await shop.call("orders.find", { id })).status;
const publishedBy = async (id: string) =>
  (await shop.call("orders.trace", { correlationId: id }))
    .filter((entry) => entry.kind === "published")
    .map((entry) => entry.event);

test("an order carries the catalogue's prices and parts that sum to its total", async () => {
  const { order, replayed } = await place({ items: [{ sku: "RUG-1", quantity: 2 }] });
  expect(replayed).toBe(false);
  expect(order).toMatchObject({ status: "pending", payment: null, shipment: null, degraded: [] });
  expect(order.items[0]).toMatchObject({
    unitPrice: { amount: 9900, currency: "EUR" },
    quantity: 2,
  });
  expect(order.total.amount).toBe(
    order.subtotal.amount - order.discount.amount + order.shipping.amount + order.tax.amount,
  );
  expect(await publishedBy(order.id)).toEqual(["order.created"]);
});

test("as much of the dearest thing as one may order has a total, and is kept", async () => {
  const items = [{ sku: "YACHT-1", quantity: 99 }];
  const { order } = await place({ items });
  expect(order.items[0]?.lineTotal.amount).toBe(99 * 1_000_000_000_00);
  expect(order.total.amount).toBe(
    order.subtotal.amount - order.discount.amount + order.shipping.amount + order.tax.amount,
  );
  expect(await shop.call("orders.find", { id: order.id })).toMatchObject({ total: order.total });
});

test("the same request with the same key gets the stored answer, to the byte", async () => {
  const key = newId();
  const first = await place({ idempotencyKey: key });
  await paid(first.order.id);
  const again = await place({ idempotencyKey: key });
  expect(again.replayed).toBe(true);
  expect(JSON.stringify(again.order)).toBe(JSON.stringify(first.order));
});

test("fifty parallel requests with one key make one order", async () => {
  const key = newId();
  const user = { id: newId(), roles: ["customer"] };
  const answers = await Promise.allSettled(
    Array.from({ length: 50 }, () => place({ idempotencyKey: key }, user)),
  );
  const ids = new Set(answers.flatMap((a) => (a.status === "fulfilled" ? [a.value.order.id] : [])));
  expect(ids.size).toBe(1);
  for (const answer of answers) {
    if (answer.status === "rejected") {
      expect(answer.reason).toMatchObject({ type: "IDEMPOTENCY_KEY_IN_FLIGHT" });
    }
  }
  const { items } = await shop.call("orders.list", { userId: user.id });
  expect(items).toHaveLength(1);
});

test("a key belongs to one request of one user", async () => {
  const key = newId();
  await place({ idempotencyKey: key });
  await expect(
    place({ idempotencyKey: key, items: [{ sku: "RUG-1", quantity: 1 }] }),
  ).rejects.toMatchObject({ type: "IDEMPOTENCY_KEY_REUSED" });
  const other = await place({ idempotencyKey: key }, { id: newId(), roles: ["customer"] });
  expect(other.replayed).toBe(false);
});

test.each([" ", "order 17", "~".repeat(255)])("%j is a key", async (idempotencyKey) => {
  const user = { id: newId(), roles: ["customer"] };
  expect((await place({ idempotencyKey }, user)).replayed).toBe(false);
  expect((await place({ idempotencyKey }, user)).replayed).toBe(true);
});

test.each(["", "~".repeat(256), "é"])("%j is no key", async (idempotencyKey) => {
  await expect(place({ idempotencyKey })).rejects.toMatchObject({
    type: "VALIDATION_FAILED",
    data: { errors: [{ path: "/idempotencyKey" }] },
  });
});

test("a request that ordered nothing leaves its key free", async () => {
  const key = newId();
  await expect(place({ idempotencyKey: key, items: [] })).rejects.toMatchObject({
    type: "CART_EMPTY",
  });
  expect((await place({ idempotencyKey: key })).replayed).toBe(false);
});

test("digits in place of a payment method may be a card's number, and are refused", async () => {
  await expect(place({ paymentMethod: "4242424242424242" })).rejects.toMatchObject({
    type: "VALIDATION_FAILED",
    data: { errors: [{ path: "/paymentMethod" }] },
  });
});

test("what cannot be ordered is refused with its reason", async () => {
  await expect(place({ items: [{ sku: "NONE", quantity: 1 }] })).rejects.toMatchObject({
    type: "SKU_NOT_FOUND",
  });
  const { shippingAddress: __, ...homeless } = request();
  await expect(shop.call("orders.place", homeless, alice)).rejects.toMatchObject({
    type: "VALIDATION_FAILED",
    data: { errors: [{ path: "/shippingAddress" }] },
  });
});

test("one state of a cart is ordered once, under whichever key", async () => {
  const { items: _, ...fromCart } = request();
  const first = await shop.call("orders.place", fromCart, alice);
  expect(first.order.items).toMatchObject([{ sku: "LAMP-1", quantity: 2 }]);
  await expect(
    shop.call("orders.place", { ...fromCart, idempotencyKey: newId() }, alice),
  ).rejects.toMatchObject({ type: "CART_ALREADY_ORDERED" });
});

test("in a rush, one that is refused takes no other along", async () => {
  const { items: _, ...fromOrderedCart } = request();
  const buyers = Array.from({ length: 30 }, () => place());
  const again = shop.call("orders.place", fromOrderedCart, alice);
  await expect(again).rejects.toMatchObject({ type: "CART_ALREADY_ORDERED" });
  const placed = await Promise.all([...buyers, ...Array.from({ length: 30 }, () => place())]);
  expect(new Set(placed.map(({ order }) => order.number)).size).toBe(60);
  for (const { order } of placed) expect(await publishedBy(order.id)).toEqual(["order.created"]);
});

test("a paid order is confirmed once; a second payment event changes nothing", async () => {
  const { order } = await place();
  await paid(order.id);
  await paid(order.id);
  expect(await statusOf(order.id)).toBe("confirmed");
  expect(await publishedBy(order.id)).toEqual(["order.created", "order.confirmed"]);
});

test("an order without stock and one that was declined are cancelled with their reasons", async () => {
  const { order: sold } = await place();
  await publish("stock.rejected", { orderId: sold.id, short: [{ sku: "LAMP-1", quantity: 1 }] });
  const { order: declined } = await place();
  const amount = { amount: 1, currency: "EUR" };
  await publish("payment.failed", { orderId: declined.id, userId: alice.id, amount, code: "x" });
  expect(await shop.call("orders.find", { id: sold.id })).toMatchObject({
    status: "cancelled",
    cancelReason: "OUT_OF_STOCK",
  });
  expect(await shop.call("orders.find", { id: declined.id })).toMatchObject({
    cancelReason: "PAYMENT_DECLINED",
  });
});

test("a payment that comes after the cancellation does not bring the order back", async () => {
  const { order } = await place();
  await shop.call("orders.cancel", { id: order.id }, alice);
  await paid(order.id);
  expect(await statusOf(order.id)).toBe("cancelled");
});

test("only its owner sees or cancels an order", async () => {
  const { order } = await place();
  const mallory = { id: newId(), roles: ["customer"] };
  await expect(shop.call("orders.cancel", { id: order.id }, mallory)).rejects.toMatchObject({
    type: "NOT_FOUND",
  });
  await expect(
    shop.call("orders.find", { id: order.id, userId: mallory.id }),
  ).rejects.toMatchObject({ type: "NOT_FOUND" });
});

test("a dispatched order ships, is delivered, and cannot be cancelled from the moment of dispatch", async () => {
  const { order } = await place();
  const parcel = { id: order.id, carrier: "DHL", trackingNumber: "T1" };
  await expect(shop.call("orders.dispatch", parcel, admin)).rejects.toMatchObject({
    type: "INVALID_TRANSITION",
  });
  await paid(order.id);
  await shop.call("orders.dispatch", parcel, admin);
  await expect(shop.call("orders.dispatch", parcel, admin)).rejects.toMatchObject({
    type: "INVALID_TRANSITION",
  });
  await expect(shop.call("orders.cancel", { id: order.id }, alice)).rejects.toMatchObject({
    type: "ORDER_NOT_CANCELLABLE",
  });
  const sent = {
    orderId: order.id,
    userId: alice.id,
    number: order.number,
    carrier: "DHL",
    trackingNumber: "T1",
  };
  await publish("shipment.dispatched", sent);
  await publish("shipment.delivered", sent);
  const history = await shop.call("orders.history", { id: order.id });
  expect(history.map((step) => step.status)).toEqual([
    "pending",
    "confirmed",
    "shipped",
    "delivered",
  ]);
});

test("a cancellation that is repeated finds its work done; another's is refused", async () => {
  const { order } = await place();
  const asked = { id: order.id };
  const answers = await Promise.all([1, 2, 3].map(() => shop.call("orders.cancel", asked, alice)));
  for (const answer of answers) {
    expect(answer).toMatchObject({ status: "cancelled", cancelReason: "CUSTOMER_REQUEST" });
  }
  expect(await publishedBy(order.id)).toEqual(["order.created", "order.cancelled"]);
  await expect(shop.call("orders.adminCancel", asked, admin)).rejects.toMatchObject({
    type: "INVALID_TRANSITION",
  });

  const other = { id: (await place()).order.id };
  await shop.call("orders.adminCancel", other, admin);
  expect(await shop.call("orders.adminCancel", other, admin)).toMatchObject({
    cancelReason: "ADMIN_REQUEST",
  });
  await expect(shop.call("orders.cancel", other, alice)).rejects.toMatchObject({
    type: "ORDER_NOT_CANCELLABLE",
  });
});

test("an order is not dispatched while all its money is on its way back", async () => {
  const { order } = await place();
  await paid(order.id);
  refunding.add(order.id);
  const parcel = { id: order.id, carrier: "DHL", trackingNumber: "T1" };
  await expect(shop.call("orders.dispatch", parcel, admin)).rejects.toMatchObject({
    type: "INVALID_TRANSITION",
  });
});

test("cancelling and dispatching at once: exactly one of them happens", async () => {
  for (let round = 0; round < 20; round++) {
    const { order } = await place();
    await paid(order.id);
    const [cancel, dispatch] = await Promise.allSettled([
      shop.call("orders.cancel", { id: order.id }, alice),
      shop.call("orders.dispatch", { id: order.id, carrier: "D", trackingNumber: "T" }, admin),
    ]);
    expect([cancel.status, dispatch.status].sort()).toEqual(["fulfilled", "rejected"]);
  }
});

test("an order that nobody settles is cancelled when its deadline is past", async () => {
  const hasty = await startTestShop({
    services: ["orders"],
    env: { ORDER_TIMEOUT_MS: "1000" },
    doubles: [catalogDouble({ "LAMP-1": 2500 })],
  });
  try {
    const { order } = await hasty.call("orders.place", request(), alice);
    const ended = await eventually(async () => {
      const now = await hasty.call("orders.find", { id: order.id });
      return now.status !== "pending" && now;
    });
    expect(ended).toMatchObject({ status: "cancelled", cancelReason: "TIMEOUT" });
  } finally {
    await hasty.stop();
  }
});

test("an order that is paid while the sweep of deadlines is on its way to it stays confirmed", async () => {
  const { order } = await place();
  const service = shop.broker.getLocalService("orders") as unknown as {
    readonly db: Database;
    readonly moves: OrderMoves;
    readonly deadlines: Poller;
    unitOfWork(cause: object, work: (unit: UnitOfWork) => Promise<void>): Promise<void>;
  };
  await service.deadlines.stop();
  await service.db.query("UPDATE orders SET deadline = now() WHERE id = $1", [order.id]);
  const paidFirst = async (work: (unit: UnitOfWork) => Promise<void>) => {
    await paid(order.id);
    await service.unitOfWork({ traceparent: null }, work);
  };
  await cancelOverdue(service.db, paidFirst, service.moves);
  expect(await statusOf(order.id)).toBe("confirmed");
});

test("lists are newest first and go on where they stopped, also when orders come in between", async () => {
  const user = { id: newId(), roles: ["customer"] };
  const ids: string[] = [];
  for (let i = 0; i < 5; i++) ids.unshift((await place({}, user)).order.id);
  const first = await shop.call("orders.list", { userId: user.id, limit: 2 });
  await place({}, user);
  const rest = await shop.call("orders.list", {
    userId: user.id,
    limit: 10,
    ...(first.nextCursor ? { cursor: first.nextCursor } : {}),
  });
  expect([...first.items, ...rest.items].map((o) => o.id)).toEqual(ids);
  expect(rest.nextCursor).toBeNull();
  await expect(
    shop.call("orders.list", { userId: user.id, cursor: "rubbish" }),
  ).rejects.toMatchObject({ type: "VALIDATION_FAILED" });
});

test("a hundred buyers and one use of a coupon: one discount; its cancellation gives the use back", async () => {
  const code = `ONCE-${newId().slice(-6)}`;
  await shop.call(
    "orders.createCoupon",
    { code, kind: "percentage", percentOff: 10, maxUses: 1 },
    admin,
  );
  const answers = await Promise.allSettled(
    Array.from({ length: 100 }, () => place({ couponCode: code.toLowerCase() })),
  );
  const won = answers.flatMap((a) => (a.status === "fulfilled" ? [a.value.order] : []));
  expect(won).toHaveLength(1);
  expect(won[0]).toMatchObject({ couponCode: code.toUpperCase(), discount: { amount: 250 } });
  for (const answer of answers) {
    if (answer.status === "rejected")
      expect(answer.reason).toMatchObject({ type: "COUPON_INVALID" });
  }
  await shop.call("orders.cancel", { id: won[0]?.id ?? "" }, alice);
  expect((await place({ couponCode: code })).order.discount.amount).toBe(250);
});

test("twenty orders of one buyer at once use a coupon no more often than one buyer may", async () => {
  const code = `EACH-${newId().slice(-6)}`;
  await shop.call(
    "orders.createCoupon",
    { code, kind: "percentage", percentOff: 10, maxUsesPerUser: 2 },
    admin,
  );
  const answers = await Promise.allSettled(
    Array.from({ length: 20 }, () => place({ couponCode: code })),
  );
  expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
  for (const answer of answers) {
    if (answer.status === "rejected") {
      expect(answer.reason).toMatchObject({
        type: "COUPON_INVALID",
        message: "already used by you",
      });
    }
  }
});

test("what is no code is no coupon", async () => {
  for (const couponCode of ["X", "no such code!", `NOPE-${newId()}`]) {
    await expect(place({ couponCode })).rejects.toMatchObject({ type: "COUPON_INVALID" });
  }
});

test("a coupon's percent may have two decimals, and no more", async () => {
  const create = (percentOff: number) =>
    shop.call(
      "orders.createCoupon",
      { code: `PART-${newId().slice(-6)}`, kind: "percentage", percentOff },
      admin,
    );
  const { code, percentOff } = await create(8.2);
  expect(percentOff).toBe(8.2);
  const quote = { code, subtotal: { amount: 10_000, currency: "EUR" } };
  expect(await shop.call("orders.quoteCoupon", quote)).toMatchObject({ discount: { amount: 820 } });
  for (const wrong of [0, 100.01, 150, 8.205]) {
    await expect(create(wrong)).rejects.toMatchObject({
      type: "VALIDATION_FAILED",
      data: { errors: [expect.objectContaining({ path: "/percentOff" })] },
    });
  }
});

test.each(["2026-02-30", "2027-02-29", "2026-04-31", "2026-13-01"])(
  "a coupon cannot start on %s, which is no day",
  async (day) => {
    const startsAt = `${day}T00:00:00.000Z`;
    await expect(
      shop.call("orders.createCoupon", { code: "NEVER", kind: "free_shipping", startsAt }, admin),
    ).rejects.toMatchObject({
      type: "VALIDATION_FAILED",
      data: { errors: [expect.objectContaining({ path: "/startsAt" })] },
    });
  },
);

test("a coupon may start on a leap day, and on the last of a month", async () => {
  for (const startsAt of ["2028-02-29T00:00:00.000Z", "2026-03-31T23:59:59+02:00"]) {
    const code = `DAY-${newId().slice(-8)}`;
    const coupon = await shop.call(
      "orders.createCoupon",
      { code, kind: "free_shipping", startsAt },
      admin,
    );
    expect(Date.parse(coupon.startsAt ?? "")).toBe(Date.parse(startsAt));
  }
});

test("a coupon is quoted with its reason, listed, and ended", async () => {
  const code = `MIN-${newId().slice(-6)}`.toUpperCase();
  const minimumSubtotal = { amount: 5000, currency: "EUR" };
  await shop.call("orders.createCoupon", { code, kind: "free_shipping", minimumSubtotal }, admin);
  await expect(
    shop.call("orders.createCoupon", { code, kind: "free_shipping" }, admin),
  ).rejects.toMatchObject({ type: "COUPON_TAKEN" });
  const quote = (amount: number) =>
    shop.call("orders.quoteCoupon", { code, subtotal: { amount, currency: "EUR" } });
  expect(await quote(4999)).toMatchObject({ invalid: "the basket is too small" });
  expect(await quote(5000)).toMatchObject({ invalid: null, freeShipping: true });
  const { items } = await shop.call("orders.coupons", {}, admin);
  expect(items[0]).toMatchObject({ code, uses: 0, endedAt: null });
  await shop.call("orders.endCoupon", { code }, admin);
  expect(await quote(5000)).toMatchObject({ invalid: "ended" });
});

test.each(["rubbish", "WyJ4Il0", "W10", "bnVsbA"])(
  "%s is no cursor of any list",
  async (cursor) => {
    const refusal = { type: "VALIDATION_FAILED", data: { errors: [{ path: "/cursor" }] } };
    await expect(shop.call("orders.list", { cursor })).rejects.toMatchObject(refusal);
    await expect(shop.call("orders.coupons", { cursor }, admin)).rejects.toMatchObject(refusal);
  },
);

test.each(["0000-01-01T00:00:00Z", "2026-01-01T00:00:00+23:59"])(
  "a forged cursor of %s, which PostgreSQL cannot read, is no failure",
  async (at) => {
    const cursor = encodeCursor([at, "CODE"]);
    expect(await shop.call("orders.coupons", { cursor }, admin)).toMatchObject({
      nextCursor: null,
    });
  },
);

test("a request that both replicas work on is answered by its order, not by what it has used up", async () => {
  const lines = [{ sku: "LAMP-1", quantity: 1 }];
  const cart = { cartId: newId(), version: 1, lines, coupon: null };
  let meanwhile: (() => Promise<unknown>) | null = null;
  const overtaken = async () => {
    const overtake = meanwhile;
    meanwhile = null;
    await overtake?.();
    return overtake !== null;
  };
  const env = { NAMESPACE: `t${newId().slice(-12)}` };
  const services = ["orders"] as const;
  const prices = catalogDouble({ "LAMP-1": 2500 });
  const first = await startTestShop({
    ...{ services, env },
    doubles: [
      prices,
      published("carts", { linesOf: () => cart }),
      published("users", { addressOf: () => address }),
    ],
  });
  const second = await startTestShop({
    ...{ services, env },
    doubles: [
      prices,
      published("carts", {
        linesOf: async () => ((await overtaken()) ? { ...cart, version: 2, lines: [] } : cart),
      }),
      published("users", {
        addressOf: async () => {
          await overtaken();
          return address;
        },
      }),
    ],
  });
  try {
    const asked = { idempotencyKey: newId(), paymentMethod: "pm_card_visa" };
    const emptied = { ...asked, shippingAddress: address };
    meanwhile = () => first.call("orders.place", emptied, alice);
    expect(await second.call("orders.place", emptied, alice)).toMatchObject({ replayed: true });

    const code = "ONCE-ONLY";
    const terms = { kind: "free_shipping" as const, maxUsesPerUser: 1 };
    await first.call("orders.createCoupon", { code, ...terms }, admin);
    const redeemed = {
      ...{ ...asked, idempotencyKey: newId(), items: lines, couponCode: code },
      shippingAddressId: newId(),
    };
    meanwhile = () => first.call("orders.place", redeemed, alice);
    expect(await second.call("orders.place", redeemed, alice)).toMatchObject({ replayed: true });

    const other = { ...redeemed, idempotencyKey: newId() };
    await expect(second.call("orders.place", other, alice)).rejects.toMatchObject({
      type: "COUPON_INVALID",
    });
  } finally {
    await second.stop();
    await first.stop();
  }
});
