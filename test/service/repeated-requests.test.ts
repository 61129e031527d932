import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StockLevel } from "../../contracts/inventory";
import type { Order } from "../../contracts/orders";
import { ADMIN, AdminClient, Client, type Answer } from "../support/client";
import { dbOf } from "../support/service-db";
import { eventually, startTestShop, type TestShop } from "../support/shop";

let shop: TestShop;
let admin: AdminClient;
let buyer: Client;

beforeAll(async () => {
  shop = await startTestShop({ env: ADMIN });
  const anyone = new Client(shop.url);
  admin = await AdminClient.signIn(shop.url);
  buyer = await anyone.register();
});
afterAll(() => shop.stop());

const aSku = async (onHand: number): Promise<string> => {
  const sku = `R-${randomBytes(4).toString("hex").toUpperCase()}`;
  await admin.sell(sku, 2500, onHand);
  return sku;
};
const isReplayed = ({ headers }: Answer): boolean => headers.get("idempotency-replayed") === "true";
const codeOf = ({ body }: Answer): unknown => (body as { code?: string }).code;

describe("a refund that is asked for again", () => {
  const paid = async (): Promise<Order> => {
    const { body } = await buyer.order([{ sku: await aSku(1), quantity: 1 }]);
    return buyer.until(body.id, "confirmed");
  };
  const refund = (id: string, key: string | null, amount?: number, reason = "late") => {
    const money = amount === undefined ? {} : { amount: { amount, currency: "EUR" } };
    const headers = key === null ? {} : { "idempotency-key": key };
    return admin.post<Order>(`/admin/orders/${id}/refund`, { ...money, reason }, headers);
  };
  const refundsOf = async (id: string): Promise<number> => {
    const [charge] = await admin.charges(id);
    return charge?.refunded.amount ?? 0;
  };
  /** Nothing more can come: all that is asked of the provider has been given. */
  const settled = (id: string, given: number) =>
    eventually(async () => {
      const { body } = await buyer.get<Order>(`/orders/${id}`);
      return body.payment?.refunded.amount === given && (await refundsOf(id)) === given;
    });

  it("with its key is made once, and answered as it was", async () => {
    const { id } = await paid();
    const key = randomUUID();
    const first = await refund(id, key, 100);
    expect([first.status, isReplayed(first)]).toEqual([202, false]);
    await settled(id, 100);
    const again = await refund(id, key, 100);
    expect([again.status, isReplayed(again)]).toEqual([202, true]);
    expect(JSON.stringify(again.body)).toBe(JSON.stringify(first.body));
    expect((await refund(id, randomUUID(), 50)).status).toBe(202);
    await settled(id, 150);
  });

  it("without a key is another refund", async () => {
    const { id } = await paid();
    for (const _ of [1, 2]) expect(isReplayed(await refund(id, null, 100))).toBe(false);
    await settled(id, 200);
  });

  it("with its key, but for something else, is refused", async () => {
    const [{ id }, other] = [await paid(), await paid()];
    const key = randomUUID();
    await refund(id, key, 100);
    for (const answer of [
      await refund(id, key, 101),
      await refund(id, key),
      await refund(id, key, 100, "broken"),
      await refund(other.id, key, 100),
    ]) {
      expect([answer.status, codeOf(answer)]).toEqual([422, "IDEMPOTENCY_KEY_REUSED"]);
    }
    await settled(id, 100);
    expect(await refundsOf(other.id)).toBe(0);
  });

  it("is answered as it was when it has ended the order", async () => {
    const { id } = await paid();
    const key = randomUUID();
    const first = await refund(id, key);
    await buyer.until(id, "refunded");
    const again = await refund(id, key);
    expect([again.status, isReplayed(again)]).toEqual([202, true]);
    expect(again.body).toEqual(first.body);
    const fresh = await refund(id, randomUUID());
    expect([fresh.status, codeOf(fresh)]).toEqual([409, "INVALID_TRANSITION"]);
  });

  it("by many at once is made once, and all get one answer", async () => {
    const { id } = await paid();
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 12 }, () => refund(id, key, 700)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    await settled(id, 700);
  });

  it("under many keys at once never gives back more than was paid", async () => {
    const { id, total } = await paid();
    // Something is always left: whoever came after the last of it would find a refunded order.
    const part = Math.ceil(total.amount * 0.4);
    const keys = Array.from({ length: 6 }, () => randomUUID());
    const answers = await Promise.all(
      [...keys, ...keys].map(async (key) => ({ key, answer: await refund(id, key, part) })),
    );
    const made = new Set(answers.filter((a) => a.answer.status === 202).map(({ key }) => key));
    expect(made.size).toBe(Math.floor(total.amount / part));
    for (const { answer } of answers.filter(({ key }) => !made.has(key))) {
      expect([answer.status, codeOf(answer)]).toEqual([409, "REFUND_EXCEEDS_PAYMENT"]);
    }
    await settled(id, made.size * part);
  });

  it("goes on where an answer was lost before it was kept", async () => {
    const { id } = await paid();
    const key = randomUUID();
    await refund(id, key, 300);
    await settled(id, 300);
    await dbOf(shop, "orders").query("UPDATE keyed_request SET answer = NULL WHERE key = $1", [
      key,
    ]);
    const again = await refund(id, key, 300);
    expect([again.status, isReplayed(again)]).toEqual([202, false]);
    expect(again.body.payment?.refunded.amount).toBe(300);
    expect(await refundsOf(id)).toBe(300);
  });

  it("needs a key that is one", async () => {
    const { id } = await paid();
    for (const key of ["", "x".repeat(256)]) {
      const answer = await refund(id, key, 100);
      expect([answer.status, codeOf(answer)]).toEqual([422, "VALIDATION_FAILED"]);
    }
    expect(await refundsOf(id)).toBe(0);
  });
});

describe("stock that is moved by a difference again", () => {
  const adjust = (sku: string, delta: number, key?: string) =>
    admin.post<StockLevel>(
      `/admin/inventory/${sku}/adjust`,
      { delta, reason: "found" },
      key === undefined ? {} : { "idempotency-key": key },
    );

  it("with its key moves once, and is answered as it was", async () => {
    const sku = await aSku(5);
    const key = randomUUID();
    const first = await adjust(sku, 3, key);
    expect([first.status, first.body.onHand, isReplayed(first)]).toEqual([200, 8, false]);
    await adjust(sku, -1);
    await adjust(sku, -1);
    const again = await adjust(sku, 3, key);
    expect([again.status, again.body, isReplayed(again)]).toEqual([200, first.body, true]);
    expect(await admin.stock(sku)).toMatchObject({ onHand: 6 });
    const other = await adjust(sku, 4, key);
    expect([other.status, codeOf(other)]).toEqual([422, "IDEMPOTENCY_KEY_REUSED"]);
  });

  it("by many at once moves once", async () => {
    const sku = await aSku(5);
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 12 }, () => adjust(sku, 3, key)));
    expect(new Set(answers.map(({ body }) => body.onHand))).toEqual(new Set([8]));
    expect(answers.filter((answer) => !isReplayed(answer))).toHaveLength(1);
    expect(await admin.stock(sku)).toMatchObject({ onHand: 8 });
  });

  it("is tried anew where it was refused", async () => {
    const sku = await aSku(5);
    const key = randomUUID();
    const refused = await adjust(sku, -6, key);
    expect([refused.status, codeOf(refused)]).toEqual([409, "STOCK_RESERVED"]);
    await adjust(sku, 2);
    expect((await adjust(sku, -6, key)).body).toMatchObject({ onHand: 1 });
  });
});
