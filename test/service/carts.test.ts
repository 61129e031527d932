import type { ServiceSchema } from "moleculer";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Offer } from "../../contracts/catalog";
import { fail } from "../../contracts/errors";
import { newId } from "../../lib/ids";
import type { User } from "../../lib/mesh/types";
import { PRODUCT_ID } from "../support/doubles";
import { eventually, startTestShop, type TestShop } from "../support/shop";

/** What the neighbours answer, for each test to change. */
const world = {
  prices: {} as Record<string, { amount: number; currency: string }>,
  stock: {} as Record<string, number>,
  catalogUp: true,
  inventoryUp: true,
  ordersUp: true,
};
const up = (isUp: boolean) => {
  if (!isUp) throw fail("SERVICE_UNAVAILABLE");
};
const published = (name: string, action: string, handler: (params: never) => unknown) =>
  ({
    name,
    actions: {
      [action]: { visibility: "published", handler: (ctx) => handler(ctx.params as never) },
    },
  }) satisfies ServiceSchema;

const neighbours: ServiceSchema[] = [
  published("catalog", "offers", ({ skus }: { skus: string[] }): Offer[] => {
    up(world.catalogUp);
    return skus.flatMap((sku) => {
      const price = world.prices[sku];
      if (!price) return [];
      const slug = sku.toLowerCase();
      return {
        sku,
        productId: PRODUCT_ID,
        slug,
        name: `Thing ${sku}`,
        price,
        image: "/images/t.svg",
      };
    });
  }),
  published("inventory", "availability", ({ skus }: { skus: string[] }) => {
    up(world.inventoryUp);
    return Object.fromEntries(
      skus.map((sku) => [sku, { available: world.stock[sku] ?? 0, lowStock: false }]),
    );
  }),
  published(
    "orders",
    "quoteCoupon",
    ({ code, subtotal }: { code: string; subtotal: Offer["price"] }) => {
      up(world.ordersUp);
      const known = code.toUpperCase() === "TENOFF";
      const enough = subtotal.amount >= 1000;
      return {
        code: code.toUpperCase(),
        discount: { ...subtotal, amount: known && enough ? 1000 : 0 },
        freeShipping: false,
        invalid: !known ? "there is no such coupon" : enough ? null : "the basket is too small",
      };
    },
  ),
];

let shop: TestShop;
beforeAll(async () => {
  shop = await startTestShop({ services: ["carts"], doubles: neighbours });
});
afterAll(() => shop.stop());
beforeEach(() => {
  const eur = (amount: number) => ({ amount, currency: "EUR" });
  world.prices = { A: eur(1000), B: eur(250), DOLLAR: { amount: 100, currency: "USD" } };
  world.stock = { A: 5, B: 100 };
  world.catalogUp = world.inventoryUp = world.ordersUp = true;
});

const code = (type: string) => expect.objectContaining({ type }) as unknown;
const somebody = (): User => ({ id: newId(), roles: [] });
interface Who {
  user?: User;
  cartId?: string;
}
const idOf = ({ cartId }: Who) => (cartId === undefined ? {} : { cartId });
const get = (who: Who) => shop.call("carts.get", idOf(who), who.user);
const put = (who: Who, sku: string, quantity: number) =>
  shop.call("carts.setItem", { ...idOf(who), sku, quantity }, who.user);
const aGuest = async (): Promise<{ cartId: string }> => ({ cartId: (await get({})).cart.id });
const quantities = ({ cart }: Awaited<ReturnType<typeof get>>) =>
  Object.fromEntries(cart.items.map((item) => [item.sku, item.quantity]));

describe("whose cart it is", () => {
  test("a guest without one gets a new one, which stays the same by its id", async () => {
    const first = await get({});
    expect(first.guestCartId).toBe(first.cart.id);
    const again = await put({ cartId: first.cart.id }, "A", 1);
    expect(again.guestCartId).toBe(first.cart.id);
    expect(quantities(await get({ cartId: first.cart.id }))).toEqual({ A: 1 });
  });

  test("a first item needs no look at the cart before", async () => {
    const { cart } = await put({}, "A", 2);
    expect(quantities(await get({ cartId: cart.id }))).toEqual({ A: 2 });
  });

  test("an id that no guest was given, or that is a user's, opens a new cart", async () => {
    const user = somebody();
    const mine = await put({ user }, "A", 1);
    for (const cartId of [newId(), "nonsense", "", "__proto__", mine.cart.id]) {
      const { cart, guestCartId } = await get({ cartId });
      expect(cart.items).toEqual([]);
      expect(guestCartId).not.toBe(cartId);
    }
    expect(quantities(await get({ user }))).toEqual({ A: 1 });
  });

  test("a user has one cart, whatever X-Cart-Id says", async () => {
    const [user, guest] = [somebody(), await aGuest()];
    await put(guest, "B", 1);
    const mine = await put({ user, ...guest }, "A", 1);
    expect(mine.guestCartId).toBeNull();
    expect(quantities(await get({ user }))).toEqual({ A: 1 });
    expect(quantities(await get(guest))).toEqual({ B: 1 });
  });
});

describe("what is in it", () => {
  test("may be as much of the dearest thing as a cart takes", async () => {
    const amount = 1_000_000_000_00;
    world.prices = { A: { amount, currency: "EUR" } };
    const guest = await aGuest();
    const { cart } = await put(guest, "A", 99);
    expect(cart.subtotal).toEqual({ amount: 99 * amount, currency: "EUR" });
    const coupon = await shop.call("carts.setCoupon", { ...guest, code: "TENOFF" });
    expect(coupon.cart).toMatchObject({ coupon: "TENOFF", degraded: [] });
  });

  test("stands at the prices and the stock of now", async () => {
    const guest = await aGuest();
    await put(guest, "A", 6);
    const { cart } = await put(guest, "B", 2);
    expect(cart).toMatchObject({
      items: [
        {
          sku: "A",
          productId: PRODUCT_ID,
          name: "Thing A",
          unitPrice: { amount: 1000, currency: "EUR" },
          quantity: 6,
          lineTotal: { amount: 6000, currency: "EUR" },
          image: "/images/t.svg",
          available: false,
        },
        { sku: "B", quantity: 2, available: true },
      ],
      itemCount: 8,
      subtotal: { amount: 6500, currency: "EUR" },
      degraded: [],
    });
    world.prices.A = { amount: 900, currency: "EUR" };
    world.stock.A = 6;
    expect((await get(guest)).cart).toMatchObject({
      items: [{ available: true, lineTotal: { amount: 5400 } }, {}],
      subtotal: { amount: 5900 },
    });
  });

  test("is set, not added to; 0 and a removal take it out, and out of nothing too", async () => {
    const guest = await aGuest();
    await put(guest, "A", 2);
    expect(quantities(await put(guest, "A", 3))).toEqual({ A: 3 });
    expect(quantities(await put(guest, "A", 0))).toEqual({});
    expect(quantities(await put(guest, "UNKNOWN", 0))).toEqual({});
    const { cartId } = guest;
    await put(guest, "B", 1);
    expect(quantities(await shop.call("carts.removeItem", { cartId, sku: "B" }))).toEqual({});
    expect(quantities(await shop.call("carts.removeItem", { cartId, sku: "B" }))).toEqual({});
    await put(guest, "B", 1);
    expect((await shop.call("carts.clear", { cartId })).cart).toMatchObject({
      id: cartId,
      items: [],
      itemCount: 0,
      subtotal: { amount: 0, currency: "EUR" },
    });
  });

  test("has to be sold, in the currency of the rest", async () => {
    const guest = await aGuest();
    await expect(put(guest, "NOPE", 1)).rejects.toEqual(code("SKU_NOT_FOUND"));
    await put(guest, "A", 1);
    // Not of the SKU, which the path says: it would be answered as if there were none (404).
    await expect(put(guest, "DOLLAR", 1)).rejects.toMatchObject({
      type: "VALIDATION_FAILED",
      data: { errors: [{ path: "/items" }] },
    });
    await put(guest, "A", 0);
    expect((await put(guest, "DOLLAR", 1)).cart.subtotal).toEqual({ amount: 100, currency: "USD" });
  });

  test("leaves the cart when it is not sold any more", async () => {
    const user = somebody();
    await put({ user }, "A", 1);
    await put({ user }, "B", 1);
    const before = await shop.call("carts.linesOf", { userId: user.id });
    delete world.prices.A;
    expect(quantities(await get({ user }))).toEqual({ B: 1 });
    const after = await shop.call("carts.linesOf", { userId: user.id });
    expect(after.lines).toEqual([{ sku: "B", quantity: 1 }]);
    expect(after.version).toBeGreaterThan(before.version);
  });

  test("of changes at the same time none is lost", async () => {
    const guest = await aGuest();
    const skus = Array.from({ length: 40 }, (_, n) => `MANY-${n}`);
    for (const sku of skus) world.prices[sku] = { amount: 1, currency: "EUR" };
    await Promise.all(skus.map((sku) => put(guest, sku, 2)));
    expect((await get(guest)).cart).toMatchObject({ itemCount: 80, subtotal: { amount: 80 } });
  });

  test("is shown without availability while inventory is away", async () => {
    const guest = await aGuest();
    world.inventoryUp = false;
    const { cart } = await put(guest, "A", 1);
    expect(cart.items).toMatchObject([{ sku: "A", available: null }]);
    expect(cart.degraded).toEqual(["availability"]);
  });

  test("is not shown while the catalogue is away", async () => {
    const guest = await aGuest();
    await put(guest, "A", 1);
    world.catalogUp = false;
    await expect(get(guest)).rejects.toEqual(code("SERVICE_UNAVAILABLE"));
    await expect(put(guest, "B", 1)).rejects.toEqual(code("SERVICE_UNAVAILABLE"));
    expect((await get({})).cart.items).toEqual([]);
  });
});

describe("a coupon", () => {
  const setCoupon = (who: Who, coupon: string) =>
    shop.call("carts.setCoupon", { ...idOf(who), code: coupon }, who.user);

  test("shows what it takes off, and goes with the next checkout", async () => {
    const user = somebody();
    await put({ user }, "A", 2);
    const { cart } = await setCoupon({ user }, "tenoff");
    expect(cart).toMatchObject({
      coupon: "TENOFF",
      discount: { amount: 1000, currency: "EUR" },
      subtotal: { amount: 2000 },
    });
    expect((await shop.call("carts.linesOf", { userId: user.id })).coupon).toBe("TENOFF");
    const without = await shop.call("carts.removeCoupon", {}, user);
    expect(without.cart).not.toHaveProperty("coupon");
    expect(without.cart).not.toHaveProperty("discount");
  });

  test("that cannot be used is refused with the reason", async () => {
    const guest = await aGuest();
    await put(guest, "B", 1);
    await expect(setCoupon(guest, "TENOFF")).rejects.toMatchObject({
      type: "COUPON_INVALID",
      message: "the basket is too small",
    });
    for (const typed of ["WRONG", "X", "no such code!", `NOPE-${newId()}`]) {
      await expect(setCoupon(guest, typed)).rejects.toEqual(code("COUPON_INVALID"));
    }
    expect((await get(guest)).cart).not.toHaveProperty("coupon");
  });

  test("takes nothing off a basket that became too small, nor while orders is away", async () => {
    const guest = await aGuest();
    await put(guest, "A", 1);
    await setCoupon(guest, "TENOFF");
    await put(guest, "B", 1);
    const { cart } = await put(guest, "A", 0);
    expect(cart).toMatchObject({ coupon: "TENOFF", discount: { amount: 0 } });
    world.ordersUp = false;
    const away = (await get(guest)).cart;
    expect(away).toMatchObject({ coupon: "TENOFF", degraded: ["coupon"] });
    expect(away).not.toHaveProperty("discount");
  });
});

describe("merging", () => {
  test("gives the guest's lines to the user, and ends the guest's cart", async () => {
    const [user, guest] = [somebody(), await aGuest()];
    await put({ user }, "A", 60);
    await put(guest, "A", 60);
    await put(guest, "B", 1);
    const merge = () => shop.call("carts.merge", guest, user);
    expect(quantities(await merge())).toEqual({ A: 99, B: 1 });
    expect(quantities(await merge())).toEqual({ A: 99, B: 1 });
    expect((await get(guest)).guestCartId).not.toBe(guest.cartId);
  });

  test("at login does the same, and does not mind what is not a guest's cart", async () => {
    const [user, other, guest] = [somebody(), somebody(), await aGuest()];
    await put(guest, "B", 2);
    const adopt = (cartId: string) => shop.call("carts.adopt", { userId: user.id, cartId });
    await adopt(guest.cartId);
    await adopt(guest.cartId);
    await adopt("nonsense");
    await adopt((await put({ user: other }, "A", 1)).cart.id);
    expect(quantities(await get({ user }))).toEqual({ B: 2 });
    expect(quantities(await get({ user: other }))).toEqual({ A: 1 });
  });
});

describe("a checkout", () => {
  const order = (
    orderId: string,
    user: User,
    cartId: string | null,
    items: Record<string, number>,
  ) => ({
    id: newId(),
    name: "order.created",
    version: 1,
    source: "orders",
    aggregateId: orderId,
    seq: 1,
    payload: {
      orderId,
      number: "S-TEST",
      userId: user.id,
      cartId,
      items: Object.entries(items).map(([sku, quantity]) => ({
        sku,
        productId: PRODUCT_ID,
        name: sku,
        unitPrice: { amount: 1, currency: "EUR" },
        quantity,
        lineTotal: { amount: quantity, currency: "EUR" },
      })),
      total: { amount: 1, currency: "EUR" },
      paymentMethod: "pm_card_visa",
      shippingAddress: { name: "A", line1: "B", city: "C", postalCode: "1", country: "DE" },
      deadline: new Date(Date.now() + 60_000).toISOString(),
    },
    correlationId: orderId,
    causationId: null,
    traceparent: null,
    occurredAt: new Date().toISOString(),
  });

  test("takes out what was ordered, once, however often it is told", async () => {
    const user = somebody();
    const { cart } = await put({ user }, "A", 5);
    await put({ user }, "B", 1);
    const created = order(newId(), user, cart.id, { A: 2, B: 1 });
    const { transport } = shop.runtime;
    await Promise.all([transport.publish(created), transport.publish(created)]);
    await transport.publish(created);
    // The same fact under another event id, as after a replay of everything.
    await transport.publish({ ...created, id: newId() });
    const { lines } = await shop.call("carts.linesOf", { userId: user.id });
    expect(lines).toEqual([{ sku: "A", quantity: 3 }]);
  });

  test("without a cart, or with somebody else's, takes nothing", async () => {
    const user = somebody();
    const { cart } = await put({ user }, "A", 5);
    await shop.runtime.transport.publish(order(newId(), user, null, { A: 2 }));
    await shop.runtime.transport.publish(order(newId(), somebody(), cart.id, { A: 2 }));
    await shop.runtime.transport.publish(order(newId(), user, newId(), { A: 2 }));
    expect(quantities(await get({ user }))).toEqual({ A: 5 });
  });

  test("is seen by operators, a poisoned one as a dead letter that can be deleted", async () => {
    const good = order(newId(), somebody(), null, { A: 1 });
    await shop.runtime.transport.publish(good);
    expect(await shop.call("carts.trace", { correlationId: good.correlationId })).toMatchObject([
      { kind: "handled", service: "carts", event: "order.created", status: "done", attempts: 1 },
    ]);
    const poison = { ...order(newId(), somebody(), null, {}), payload: { orderId: "?" } };
    await shop.runtime.transport.publish(poison);
    const [letter] = await shop.call("carts.deadLetters", { limit: 10 });
    expect(letter).toMatchObject({ consumer: "carts", eventId: poison.id });
    expect(await shop.call("carts.backlog", {})).toMatchObject({ deadLetters: 1 });
    const id = letter?.id ?? "";
    expect(await shop.call("carts.replayDeadLetter", { id })).toBe(true);
    await eventually(
      async () => (await shop.call("carts.deadLetters", { limit: 10 })).length === 1,
    );
    expect(await shop.call("carts.deleteDeadLetter", { id, by: "me", note: "void" })).toBe(true);
    expect(await shop.call("carts.backlog", {})).toMatchObject({ parkedEvents: 0, deadLetters: 0 });
  });

  test("of a user who never had a cart finds none", async () => {
    expect(await shop.call("carts.linesOf", { userId: newId() })).toEqual({
      cartId: null,
      version: 0,
      lines: [],
      coupon: null,
    });
  });
});
