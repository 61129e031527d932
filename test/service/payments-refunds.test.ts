import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "../../lib/ids";
import { callerOf } from "../../lib/mesh/caller";
import { eventually } from "../support/shop";
import { euros, ledgerFaults, openDesk, type Desk } from "./payments-desk";

describe("a refund", () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await openDesk();
  });
  afterAll(() => desk.stop());

  const paid = async (): Promise<string> => {
    const orderId = await desk.hold("pm_card_visa");
    await eventually(async () => desk.saidOf(orderId).length === 1);
    return orderId;
  };
  const refund = (orderId: string, amount?: number, refundId = newId()) =>
    desk.shop.call("payments.refund", {
      orderId,
      refundId,
      reason: "broken",
      ...(amount === undefined ? {} : { amount: euros(amount) }),
    });
  const refundsOf = (orderId: string) =>
    desk
      .saidOf(orderId)
      .flatMap(({ name, payload }) =>
        name === "payment.refunded"
          ? [payload as { full: boolean; amount: { amount: number }; refundId: string }]
          : [],
      );

  it("gives back a part, then the rest", async () => {
    const orderId = await paid();
    await refund(orderId, 1200);
    await eventually(async () => (await desk.statusOf(orderId)) === "partially_refunded");
    expect(await desk.netOf(orderId)).toBe(3800);
    await refund(orderId);
    await eventually(async () => (await desk.statusOf(orderId)) === "refunded");
    expect(await desk.netOf(orderId)).toBe(0);
    const said = await eventually(async () => {
      const refunds = refundsOf(orderId);
      return refunds.length === 2 && refunds;
    });
    expect(said.map(({ full, amount }) => [full, amount.amount])).toEqual([
      [false, 1200],
      [true, 3800],
    ]);
    await expect(refund(orderId)).rejects.toMatchObject({ type: "INVALID_TRANSITION" });
  });

  it("counts from the moment that it is asked for in what can still be given back", async () => {
    const left = (orderId: string) => desk.shop.call("payments.refundable", { orderId });
    expect(await left(newId())).toBeNull();
    const orderId = await paid();
    expect(await left(orderId)).toEqual(euros(5000));
    await refund(orderId, 1200);
    expect(await left(orderId)).toEqual(euros(3800));
    await refund(orderId);
    expect(await left(orderId)).toEqual(euros(0));
  });

  it("is made once for each refundId", async () => {
    const orderId = await paid();
    const refundId = newId();
    await Promise.all(Array.from({ length: 10 }, () => refund(orderId, 1000, refundId)));
    await eventually(async () => (await desk.statusOf(orderId)) === "partially_refunded");
    await refund(orderId, 1000, refundId);
    await refund(orderId, undefined, refundId);
    expect(await desk.netOf(orderId)).toBe(4000);
    await expect(refund(orderId, 999, refundId)).rejects.toMatchObject({ type: "CONFLICT" });
    await expect(refund(await paid(), 1000, refundId)).rejects.toMatchObject({ type: "CONFLICT" });
  });

  it("never exceeds the payment, however many are asked for at once", async () => {
    const orderId = await paid();
    const asked = await Promise.allSettled(Array.from({ length: 20 }, () => refund(orderId, 1500)));
    const refused = asked.filter((result) => result.status === "rejected");
    expect(refused).toHaveLength(17);
    for (const { reason } of refused) {
      expect(reason).toMatchObject({ type: "REFUND_EXCEEDS_PAYMENT", code: 409 });
    }
    await eventually(async () => (await desk.netOf(orderId)) === 500);
    await eventually(async () => refundsOf(orderId).length === 3);
    await desk.cancel(orderId);
    await eventually(async () => (await desk.netOf(orderId)) === 0);
    await eventually(async () => (await desk.statusOf(orderId)) === "refunded");
    expect(await ledgerFaults(desk.db)).toEqual([]);
  });

  it("needs a payment, its currency, and an amount", async () => {
    await expect(refund(newId())).rejects.toMatchObject({ type: "NOT_FOUND" });
    const declined = await desk.hold("pm_card_chargeDeclined");
    await eventually(async () => (await desk.statusOf(declined)) === "declined");
    await expect(refund(declined)).rejects.toMatchObject({ type: "INVALID_TRANSITION" });
    const orderId = await paid();
    await expect(refund(orderId, 0)).rejects.toMatchObject({ type: "VALIDATION_FAILED" });
    await expect(
      desk.shop.call("payments.refund", {
        orderId,
        refundId: newId(),
        amount: { amount: 1, currency: "USD" },
        reason: "broken",
      }),
    ).rejects.toMatchObject({ type: "VALIDATION_FAILED" });
  });

  it("is for other services to ask for, never for a route", async () => {
    const params = { orderId: newId(), refundId: newId(), reason: "x" };
    const { broker } = desk.shop;
    await expect(broker.call("payments.refund", params)).rejects.toMatchObject({
      type: "UNTRUSTED_CALL",
    });
    const gateway = callerOf(broker, "gateway");
    await expect(gateway.call("payments.refund", params)).rejects.toMatchObject({
      type: "FORBIDDEN",
    });
  });
});

describe("the ledger", () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await openDesk();
    const orderId = await desk.hold("pm_card_visa");
    await eventually(async () => (await desk.statusOf(orderId)) === "captured");
  });
  afterAll(() => desk.stop());

  it("cannot be changed, shortened or emptied", async () => {
    for (const sql of [
      "UPDATE ledger_entry SET amount = amount + 1",
      "UPDATE ledger_tx SET reference = reference || 'x'",
      "DELETE FROM ledger_entry",
      "DELETE FROM ledger_tx",
      "TRUNCATE ledger_tx, ledger_entry",
    ]) {
      await expect(desk.db.query(sql), sql).rejects.toThrow("append-only");
    }
  });

  it("refuses a transaction that does not sum to zero in each currency", async () => {
    const append = (entries: readonly (readonly [string, number, string])[]) =>
      desk.db.transaction(async (tx) => {
        await tx.query(
          `INSERT INTO ledger_tx (tx_id, order_id, reference)
           SELECT $1, order_id, $2 FROM payment LIMIT 1`,
          [newId(), newId()],
        );
        for (const [account, amount, currency] of entries) {
          await tx.query(
            `INSERT INTO ledger_entry (tx_id, account, amount, currency)
             SELECT tx_id, $1, $2, $3 FROM ledger_tx ORDER BY created_at DESC LIMIT 1`,
            [account, amount, currency],
          );
        }
      });
    await expect(append([])).rejects.toThrow("does not balance");
    await expect(append([["provider", 5, "EUR"]])).rejects.toThrow("does not balance");
    const mixed = [
      ["provider", 5, "EUR"],
      ["sales", -5, "USD"],
    ] as const;
    await expect(append(mixed)).rejects.toThrow("does not balance");
    expect(await ledgerFaults(desk.db)).toEqual([]);
  });
});
