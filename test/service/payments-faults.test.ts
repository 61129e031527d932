import { randomBytes } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { newId } from "../../lib/ids";
import { paymentsService } from "../../services/payments/payments.service";
import type {
  ChargeRequest,
  PaymentProvider,
  RefundRequest,
} from "../../services/payments/provider/payment-provider";
import { SandboxProvider } from "../../services/payments/provider/sandbox/sandbox-provider";
import { claimDuePayments } from "../../services/payments/store/payment-store";
import { eventually, startTestShop } from "../support/shop";
import { dbOf, deskOf, ledgerFaults, openDesk, type Desk } from "./payments-desk";

const desks: Desk[] = [];
afterEach(async () => {
  await Promise.all(desks.splice(0).map((desk) => desk.stop()));
});
const open = async (env: Record<string, string> = {}): Promise<Desk> => {
  const desk = await openDesk({ env });
  desks.push(desk);
  return desk;
};

/** A desk whose provider is `wrap` around the sandbox. */
async function openWith(
  wrap: (sandbox: SandboxProvider) => Partial<PaymentProvider>,
  env: Record<string, string> = {},
): Promise<Desk> {
  const shop = await startTestShop({ services: [], env });
  const sandbox = new SandboxProvider(shop.runtime);
  const changed = wrap(sandbox);
  const provider = new Proxy(sandbox, {
    get: (target, key) => {
      const value: unknown = Reflect.get(changed, key) ?? Reflect.get(target, key);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
  shop.broker.createService(paymentsService(shop.runtime, provider));
  await shop.broker.waitForServices("payments");
  const desk = await deskOf(shop);
  desks.push(desk);
  return desk;
}

const namespace = (): { NAMESPACE: string } => ({
  NAMESPACE: `t${randomBytes(5).toString("hex")}`,
});
const makeDue = (desk: Desk) =>
  desk.db.query(
    "UPDATE payment SET next_attempt_at = now() WHERE status IN ('requested', 'processing')",
  );

describe("a process that dies between the charge and the note of it", () => {
  it("leaves a payment that the next process finds charged, once", async () => {
    const env = namespace();
    const never = new Promise<never>(() => undefined);
    const first = await openWith(
      (sandbox) => ({
        charge: async (request: ChargeRequest, signal: AbortSignal) => {
          await sandbox.charge(request, signal);
          return never;
        },
      }),
      env,
    );
    const orderId = await first.hold("pm_card_visa");
    await eventually(async () => (await first.chargesOf(orderId)).length === 1);
    expect(await first.statusOf(orderId)).toBe("requested");
    await first.stop();
    desks.length = 0;

    const second = await open(env);
    expect(await second.statusOf(orderId)).toBe("requested");
    await makeDue(second);
    await eventually(async () => (await second.statusOf(orderId)) === "captured");
    expect(await second.chargesOf(orderId)).toHaveLength(1);
    await eventually(async () => second.saidOf(orderId).length === 1);
    expect(await ledgerFaults(second.db)).toEqual([]);
  });
});

describe("two processes with the same payments", () => {
  it("make one charge, and tell of it once, however often both ask", async () => {
    const env = namespace();
    const [a, b] = [await open(env), await open(env)];
    const orderId = await a.hold("pm_card_slow");
    for (let round = 0; round < 20; round++) {
      await makeDue(a);
      await Promise.all([a.statusOf(orderId), b.statusOf(orderId)]);
    }
    await eventually(async () => (await a.statusOf(orderId)) === "captured");
    expect(await b.chargesOf(orderId)).toHaveLength(1);
    await eventually(async () => a.saidOf(orderId).length + b.saidOf(orderId).length > 0);
    const published = await a.db.query("SELECT seq FROM outbox WHERE aggregate_id = $1", [orderId]);
    expect(published).toEqual([{ seq: 1 }]);
    expect(await ledgerFaults(a.db)).toEqual([]);
  });

  it("never claim one payment at the same time", async () => {
    const over = Promise.withResolvers<void>();
    const desk = await openWith((sandbox) => ({
      charge: async (request: ChargeRequest, signal: AbortSignal) => {
        await over.promise;
        return sandbox.charge(request, signal);
      },
    }));
    await desk.hold("pm_card_visa");
    const claims = await Promise.all(
      Array.from({ length: 20 }, () => claimDuePayments(desk.db, 10, 8_000)),
    );
    expect(claims.flat().length).toBeLessThanOrEqual(1);
    expect(await desk.db.query("SELECT attempts FROM payment")).toEqual([{ attempts: 1 }]);
    over.resolve();
  });
});

describe("the sandbox", () => {
  it("makes one charge a key, when 20 ask at once", async () => {
    const desk = await open();
    const sandbox = new SandboxProvider(desk.shop.runtime);
    const request: ChargeRequest = {
      orderId: newId(),
      idempotencyKey: `test:${newId()}`,
      amount: { amount: 700, currency: "EUR" },
      method: "pm_card_visa",
    };
    try {
      const signal = AbortSignal.timeout(5_000);
      const charges = await Promise.all(
        Array.from({ length: 20 }, () => sandbox.charge(request, signal)),
      );
      expect(new Set(charges.map(({ id }) => id)).size).toBe(1);
      const other = { ...request, amount: { amount: 701, currency: "EUR" } };
      await expect(sandbox.charge(other, signal)).rejects.toThrow("another charge");
      const chargeId = charges[0]?.id ?? "";
      const refund: RefundRequest = { chargeId, idempotencyKey: "r", amount: request.amount };
      const refunds = await Promise.all(Array.from({ length: 20 }, () => sandbox.refund(refund)));
      expect(new Set(refunds).size).toBe(1);
      await expect(sandbox.refund({ ...refund, idempotencyKey: "r2" })).rejects.toThrow("left");
      await expect(sandbox.voidCharge(request)).resolves.toMatchObject({ status: "succeeded" });
    } finally {
      await sandbox.stop();
    }
  });
});

describe("a provider that fails", () => {
  it("keeps neither events nor other payments waiting, and is asked until it answers", async () => {
    let away = true;
    const desk = await openWith((sandbox) => ({
      charge: async (request: ChargeRequest, signal: AbortSignal) => {
        if (away) throw new Error("connection refused");
        return sandbox.charge(request, signal);
      },
    }));
    const orders = await Promise.all(Array.from({ length: 30 }, () => desk.hold("pm_card_visa")));
    const [first = ""] = orders;
    await eventually(async () => {
      const [row] = await desk.db.query<{ attempts: number }>(
        "SELECT attempts FROM payment WHERE order_id = $1 AND last_error = 'connection refused'",
        [first],
      );
      return (row?.attempts ?? 0) > 1;
    });
    expect(await desk.statusOf(first)).toBe("requested");
    away = false;
    await makeDue(desk);
    for (const orderId of orders) {
      await eventually(async () => (await desk.statusOf(orderId)) === "captured");
      expect(await desk.chargesOf(orderId)).toHaveLength(1);
    }
  });

  it("does not keep an order that was cancelled meanwhile: the charge is voided for good", async () => {
    const desk = await openWith(() => ({
      charge: () => Promise.reject(new Error("connection reset")),
    }));
    const orderId = await desk.hold("pm_card_visa");
    await eventually(async () => {
      const rows = await desk.db.query("SELECT 1 FROM payment WHERE last_error IS NOT NULL");
      return rows.length === 1;
    });
    await desk.cancel(orderId);
    await eventually(async () => (await desk.statusOf(orderId)) === "voided");
    expect(await desk.chargesOf(orderId)).toMatchObject([{ status: "failed" }]);
    expect(desk.saidOf(orderId)).toEqual([]);
    const sandbox = new SandboxProvider(desk.shop.runtime);
    const late = await sandbox.charge(
      {
        orderId,
        idempotencyKey: `order:${orderId}:charge`,
        amount: { amount: 5000, currency: "EUR" },
        method: "pm_card_visa",
      },
      AbortSignal.timeout(5_000),
    );
    await sandbox.stop();
    expect(late.status).toBe("failed");
  });

  it("is asked for a refund until it gave it", async () => {
    let asked = 0;
    const desk = await openWith((sandbox) => ({
      refund: async (request: RefundRequest) => {
        const id = asked > 0 ? await sandbox.refund(request) : "";
        if (++asked < 4) throw new Error("the answer was lost");
        return id;
      },
    }));
    const orderId = await desk.hold("pm_card_visa");
    await eventually(async () => (await desk.statusOf(orderId)) === "captured");
    await desk.cancel(orderId);
    await eventually(async () => (await desk.statusOf(orderId)) === "refunded");
    expect(asked).toBe(4);
    expect(await desk.netOf(orderId)).toBe(0);
    expect(await ledgerFaults(desk.db)).toEqual([]);
  });
});

describe("a shop with many payments", () => {
  it("finds those that are due without reading the others", async () => {
    const desk = await open();
    const db = dbOf(desk.shop);
    await db.query(
      `INSERT INTO payment (order_id, user_id, status, amount, currency, method, deadline, captured)
       SELECT gen_random_uuid(), gen_random_uuid(), 'captured', 1, 'EUR', 'x', now(), 1
       FROM generate_series(1, 20000)`,
    );
    await db.query("ANALYZE payment");
    const plan = await db.query<{ "QUERY PLAN": string }>(
      `EXPLAIN SELECT order_id FROM payment
       WHERE status IN ('requested', 'processing') AND next_attempt_at <= now()
       ORDER BY next_attempt_at LIMIT 256 FOR UPDATE SKIP LOCKED`,
    );
    expect(plan.map((row) => row["QUERY PLAN"]).join("\n")).toContain("payment_due");
  });
});
