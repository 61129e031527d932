import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "../../lib/ids";
import { eventually } from "../support/shop";
import { ledgerFaults, openDesk, type Desk } from "./payments-desk";

describe("payments", () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await openDesk();
  });
  afterAll(async () => {
    try {
      expect(await ledgerFaults(desk.db)).toEqual([]);
    } finally {
      await desk.stop();
    }
  });

  const settled = (orderId: string): Promise<string> =>
    eventually(async () => {
      const status = await desk.statusOf(orderId);
      const said = desk.saidOf(orderId).length > 0;
      return said && status !== "requested" && status !== "processing" ? status : false;
    });

  it.concurrent.each([
    ["pm_card_visa", "captured", "succeeded"],
    ["pm_card_slow", "captured", "succeeded"],
    ["pm_card_timeout", "captured", "succeeded"],
    ["pm_card_serverError", "captured", "succeeded"],
    ["pm_card_webhook", "captured", "succeeded"],
    ["pm_card_chargeDeclined", "declined", "failed"],
    ["pm_card_insufficientFunds", "declined", "failed"],
    ["pm_card_webhookDeclined", "declined", "failed"],
    ["pm_no_such_card", "declined", "failed"],
    ["__proto__", "declined", "failed"],
  ])("end with %s as %s, with one charge that %s", async (method, status, charge) => {
    const orderId = await desk.hold(method);
    expect(await settled(orderId)).toBe(status);
    const charges = await desk.chargesOf(orderId);
    expect(charges).toMatchObject([
      {
        orderId,
        idempotencyKey: `order:${orderId}:charge`,
        status: charge,
        refunded: { amount: 0 },
      },
    ]);
    const name = status === "captured" ? "payment.completed" : "payment.failed";
    expect(desk.saidOf(orderId).map((event) => event.name)).toEqual([name]);
  });

  it("tell why a charge was declined", async () => {
    const codes = await Promise.all(
      ["pm_card_insufficientFunds", "pm_card_chargeDeclined", "pm_other"].map(async (method) => {
        const orderId = await desk.hold(method);
        await settled(orderId);
        return (desk.saidOf(orderId)[0]?.payload as { code: string }).code;
      }),
    );
    expect(codes).toEqual(["insufficient_funds", "card_declined", "unknown_payment_method"]);
  });

  it("stay processing until the provider says how the charge ended", async () => {
    const orderId = await desk.hold("pm_card_webhook");
    await eventually(async () => (await desk.statusOf(orderId)) === "processing");
    expect(await settled(orderId)).toBe("captured");
  });

  it("say what they are caused by, and count without gaps", async () => {
    const orderId = await desk.hold("pm_card_visa");
    await settled(orderId);
    await desk.cancel(orderId);
    const [completed, refunded] = await eventually(async () => {
      const said = desk.saidOf(orderId);
      return said.length === 2 && said;
    });
    expect(completed).toMatchObject({ seq: 1, correlationId: orderId, source: "payments" });
    expect(refunded).toMatchObject({ seq: 2, correlationId: orderId, name: "payment.refunded" });
    expect(completed?.causationId).toMatch(/^[0-9a-f-]{36}$/);
    expect(refunded?.causationId).not.toBe(completed?.causationId);
  });

  it("do not charge an order whose time is over", async () => {
    const orderId = await desk.hold("pm_card_visa", { deadlineMs: -1_000 });
    expect(await settled(orderId)).toBe("voided");
    expect(desk.saidOf(orderId)[0]).toMatchObject({
      name: "payment.failed",
      payload: { code: "EXPIRED" },
    });
    expect(await desk.chargesOf(orderId)).toEqual([]);
  });

  it("settle an order of nothing", async () => {
    const orderId = await desk.hold("pm_card_visa", { amount: 0 });
    expect(await settled(orderId)).toBe("captured");
    await desk.cancel(orderId);
    expect(await desk.statusOf(orderId)).toBe("captured");
  });

  it("leave out orders that never asked for money", async () => {
    const orderId = newId();
    await desk.cancel(orderId);
    expect(await desk.shop.call("payments.ofOrders", { orderIds: [orderId, newId()] })).toEqual([]);
  });

  it("are not made for an order that was cancelled before it was held", async () => {
    const orderId = newId();
    await desk.cancel(orderId);
    await desk.hold("pm_card_visa", { orderId });
    const other = await desk.hold("pm_card_visa");
    await settled(other);
    expect(await desk.chargesOf(orderId)).toEqual([]);
    expect(desk.saidOf(orderId)).toEqual([]);
  });

  it("are given back in full when the order is cancelled", async () => {
    const orderId = await desk.hold("pm_card_visa");
    await settled(orderId);
    await desk.cancel(orderId, "TIMEOUT");
    await eventually(async () => (await desk.statusOf(orderId)) === "refunded");
    expect(await desk.netOf(orderId)).toBe(0);
    const said = await eventually(async () => desk.saidOf(orderId)[1]);
    expect(said).toMatchObject({
      name: "payment.refunded",
      payload: {
        full: true,
        reason: "TIMEOUT",
        amount: { amount: 5000 },
        refundedTotal: { amount: 5000 },
      },
    });
  });

  it("are undone when the order is cancelled while the provider is slow", async () => {
    const orderId = await desk.hold("pm_card_slow");
    await eventually(async () => (await desk.chargesOf(orderId)).length === 1);
    await desk.cancel(orderId);
    await eventually(async () => (await desk.statusOf(orderId)) === "refunded");
    expect(await desk.netOf(orderId)).toBe(0);
    await eventually(async () => desk.saidOf(orderId).length > 0);
    expect(desk.saidOf(orderId).map(({ name }) => name)).toEqual(["payment.refunded"]);
  });

  it("are voided at the provider when the order is cancelled while it is processing", async () => {
    const orderId = await desk.hold("pm_card_webhook");
    await eventually(async () => (await desk.statusOf(orderId)) === "processing");
    await desk.cancel(orderId);
    await eventually(async () => (await desk.statusOf(orderId)) === "voided");
    expect(await desk.chargesOf(orderId)).toMatchObject([{ status: "failed" }]);
    expect(desk.saidOf(orderId)).toEqual([]);
  });

  it("keep nothing of 100 orders that are cancelled while they are charged", async () => {
    const methods = [
      "pm_card_visa",
      "pm_card_timeout",
      "pm_card_serverError",
      "pm_card_chargeDeclined",
    ];
    const orders = Array.from({ length: 100 }, (_, i) => ({
      orderId: newId(),
      method: methods[i % 4] ?? "",
    }));
    await Promise.all(
      orders.map(async ({ orderId, method }, i) => {
        const held = desk.hold(method, { orderId });
        if (i % 3 > 0) await held;
        if (i % 3 > 1) await eventually(async () => (await desk.chargesOf(orderId)).length > 0);
        await Promise.all([held, desk.cancel(orderId)]);
      }),
    );
    for (const { orderId } of orders) {
      await eventually(async () => {
        const status = await desk.statusOf(orderId);
        return status === undefined || ["voided", "declined", "refunded"].includes(status);
      });
      expect(await desk.netOf(orderId)).toBe(0);
    }
    expect(await ledgerFaults(desk.db)).toEqual([]);
  });

  it("list the provider's charges newest first, page by page", async () => {
    const first = await desk.hold("pm_card_visa");
    await settled(first);
    const second = await desk.hold("pm_card_visa");
    await settled(second);
    const admin = { id: newId(), roles: ["admin"] };
    const page = await desk.shop.call("payments.sandboxCharges", { limit: 1 }, admin);
    expect(page.items.map(({ orderId }) => orderId)).toEqual([second]);
    const cursor = page.nextCursor ?? "";
    const next = await desk.shop.call("payments.sandboxCharges", { limit: 1, cursor }, admin);
    expect(next.items.map(({ orderId }) => orderId)).toEqual([first]);
    for (const bad of ["x", Buffer.from('["a"]').toString("base64url")]) {
      await expect(
        desk.shop.call("payments.sandboxCharges", { cursor: bad }, admin),
      ).rejects.toMatchObject({ type: "VALIDATION_FAILED" });
    }
  });
});
