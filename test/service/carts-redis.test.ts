import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "../../lib/ids";
import { catalogDouble, published } from "../support/doubles";
import { anOrder, events } from "../support/events";
import { RedisServer, redisIsThere } from "../support/redis-server";
import { eventually, startTestShop, type TestShop } from "../support/shop";

const away = expect.objectContaining({ type: "SERVICE_UNAVAILABLE" }) as unknown;
const neighbours = [
  catalogDouble({ "LAMP-1": 12_950, "RUG-1": 900 }),
  published("inventory", {
    availability: ({ params }) =>
      Object.fromEntries(
        (params.skus as string[]).map((sku) => [sku, { available: 9, lowStock: false }]),
      ),
  }),
];

describe.skipIf(!redisIsThere())("carts in Redis", () => {
  let server: RedisServer;
  let a: TestShop;
  let b: TestShop;
  beforeAll(async () => {
    server = await RedisServer.start({ durable: true });
    const env = { REDIS_URL: server.url, NAMESPACE: `t${randomBytes(5).toString("hex")}` };
    [a, b] = await Promise.all([
      startTestShop({ services: ["carts"], doubles: neighbours, env }),
      startTestShop({ services: ["carts"], doubles: neighbours, env }),
    ]);
  });
  afterAll(async () => {
    await Promise.all([a.stop(), b.stop()]);
    await server.remove();
  });

  /** Takes two of LAMP-1. */
  const orderFrom = (userId: string, cartId: string) => {
    const created = events.created(anOrder({ userId }));
    return { ...created, payload: { ...(created.payload as object), cartId } };
  };
  const somebody = () => ({ id: newId(), roles: ["customer"] });
  const put = (shop: TestShop, user: { id: string; roles: string[] }, sku: string, quantity = 1) =>
    shop.call("carts.setItem", { sku, quantity }, user);
  const linesOf = async (shop: TestShop, userId: string) =>
    (await shop.call("carts.linesOf", { userId })).lines;

  test("what a guest put in through one node is there on another, and joins the user's once", async () => {
    const { guestCartId } = await a.call("carts.setItem", { sku: "LAMP-1", quantity: 2 });
    const cartId = guestCartId ?? "";
    expect((await b.call("carts.get", { cartId })).cart.items).toMatchObject([{ sku: "LAMP-1" }]);
    const user = somebody();
    await put(b, user, "RUG-1");
    await Promise.all([a, b].map((shop) => shop.call("carts.merge", { cartId }, user)));
    expect(await linesOf(a, user.id)).toEqual([
      { sku: "RUG-1", quantity: 1 },
      { sku: "LAMP-1", quantity: 2 },
    ]);
    expect((await a.call("carts.get", { cartId })).guestCartId).not.toBe(cartId);
  });

  test("an order that every node is told takes its lines once", async () => {
    const user = somebody();
    const { cart } = await put(a, user, "LAMP-1", 5);
    const created = orderFrom(user.id, cart.id);
    await Promise.all([a, b, a].map((shop) => shop.runtime.transport.publish(created)));
    expect(await linesOf(b, user.id)).toEqual([{ sku: "LAMP-1", quantity: 3 }]);
    expect(await a.call("carts.backlog", {})).toMatchObject({ parkedEvents: 0, deadLetters: 0 });
  });

  test("a poisoned event is a dead letter for every node, and can be deleted on any", async () => {
    const poison = { ...events.created(anOrder()), payload: { orderId: "?" } };
    await a.runtime.transport.publish(poison);
    const [letter] = await b.call("carts.deadLetters", { limit: 10 });
    expect(letter).toMatchObject({ consumer: "carts", eventId: poison.id });
    expect(
      await b.call("carts.deleteDeadLetter", { id: letter?.id ?? "", by: "me", note: "void" }),
    ).toBe(true);
    expect(await a.call("carts.deadLetters", { limit: 10 })).toEqual([]);
  });

  test("without their Redis say so at once; an order of that time is not missed", async () => {
    const user = somebody();
    const { cart } = await put(a, user, "LAMP-1", 5);
    await server.kill();
    const began = performance.now();
    await expect(a.call("carts.get", {}, user)).rejects.toEqual(away);
    await expect(put(b, user, "LAMP-1", 1)).rejects.toEqual(away);
    expect(performance.now() - began).toBeLessThan(1_500);

    const created = orderFrom(user.id, cart.id);
    const told = a.runtime.transport.publish(created);
    await server.start();
    await told;
    expect(await linesOf(a, user.id)).toEqual([{ sku: "LAMP-1", quantity: 3 }]);
    await eventually(() =>
      put(b, user, "RUG-1").then(
        () => true,
        () => false,
      ),
    );
  });
});
