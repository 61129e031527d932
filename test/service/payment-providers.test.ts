import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "../../lib/ids";
import { providerOf } from "../../services/payments/provider/provider-of";
import type {
  ChargeRequest,
  PaymentProvider,
} from "../../services/payments/provider/payment-provider";
import { signWebhook } from "../../services/payments/provider/webhook-signature";
import { eventually, startTestShop, type TestShop } from "../support/shop";
import { PROCESSING } from "../support/stripe-account";
import {
  startStripeServer,
  STRIPE_WEBHOOK_SECRET,
  type StripeServer,
} from "../support/stripe-server";

interface Kind {
  readonly name: string;
  readonly env: (stripe: StripeServer) => Readonly<Record<string, string>>;
  /** How the provider calls what it may do with a charge. */
  readonly noMoney: string;
  readonly processing: string;
  readonly webhookSecret: string;
  /** What its webhooks say of an order. */
  readonly dataOf: (orderId: string) => unknown;
}

const kinds: Kind[] = [
  {
    name: "sandbox",
    env: () => ({ SANDBOX_WEBHOOK_SECRET: "whsec_of_the_sandbox" }),
    noMoney: "pm_card_insufficientFunds",
    processing: "pm_card_webhook",
    webhookSecret: "whsec_of_the_sandbox",
    dataOf: (orderId) => ({ orderId }),
  },
  {
    name: "stripe",
    env: ({ env }) => env,
    noMoney: "pm_card_chargeDeclinedInsufficientFunds",
    processing: PROCESSING,
    webhookSecret: STRIPE_WEBHOOK_SECRET,
    dataOf: (orderId) => ({ object: { id: "pi_1", metadata: { order_id: orderId } } }),
  },
];

describe.each(kinds)("the payment provider $name", (kind) => {
  let stripeServer: StripeServer;
  let shop: TestShop;
  let provider: PaymentProvider;
  beforeAll(async () => {
    stripeServer = await startStripeServer();
    shop = await startTestShop({ services: [], env: kind.env(stripeServer) });
    provider = providerOf(shop.runtime);
  });
  afterAll(async () => {
    await provider.stop();
    await shop.stop();
    await stripeServer.stop();
  });

  const aRequest = (fields: Partial<ChargeRequest> = {}): ChargeRequest => {
    const orderId = newId();
    return {
      orderId,
      idempotencyKey: `order:${orderId}:charge`,
      amount: { amount: 700, currency: "EUR" },
      method: "pm_card_visa",
      ...fields,
    };
  };
  const soon = () => AbortSignal.timeout(5_000);
  /** A provider may say that the key is in use: then it is asked again, as the shop does. */
  const answered = <T>(ask: () => Promise<T>): Promise<T> =>
    eventually(() => ask().catch(() => undefined));
  const charge = (request: ChargeRequest) => answered(() => provider.charge(request, soon()));
  const voidCharge = (request: ChargeRequest) =>
    answered(() => provider.voidCharge(request, soon()));
  const find = (request: ChargeRequest) => provider.findCharge(request, soon());
  const refund = (chargeId: string, idempotencyKey: string, amount: number) =>
    provider.refund({ chargeId, idempotencyKey, amount: { amount, currency: "EUR" } }, soon());

  it("is called as PAYMENT_PROVIDER names it", () => {
    expect(provider.name).toBe(kind.name);
  });

  it("makes one charge a key, when 20 ask at once, and tells it to all", async () => {
    const request = aRequest();
    const charges = await Promise.all(Array.from({ length: 20 }, () => charge(request)));
    const [first] = charges;
    expect(first).toEqual({
      id: first?.id,
      orderId: request.orderId,
      amount: request.amount,
      status: "succeeded",
      failureCode: null,
    });
    expect(new Set(charges.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(await find(request)).toEqual(first);
  });

  it("declines for good, and says why", async () => {
    const declined = aRequest({ method: kind.noMoney });
    const unknown = aRequest({ method: "pm_no_such_card" });
    for (let i = 0; i < 2; i++) {
      expect(await charge(declined)).toMatchObject({
        status: "failed",
        failureCode: "insufficient_funds",
      });
      expect(await charge(unknown)).toMatchObject({
        status: "failed",
        failureCode: "unknown_payment_method",
      });
    }
  });

  it("says that a charge is processing, whoever asks", async () => {
    const request = aRequest({ method: kind.processing });
    expect(await charge(request)).toMatchObject({ status: "processing", failureCode: null });
    expect(await find(request)).toMatchObject({ status: "processing" });
  });

  it("charges nothing under a key that was voided", async () => {
    const request = aRequest();
    const voided = { status: "failed", failureCode: "voided" };
    expect(await voidCharge(request)).toMatchObject(voided);
    expect(await charge(request)).toMatchObject(voided);
    expect(await find(request)).toMatchObject(voided);
  });

  it("voids nothing that is charged, or was declined", async () => {
    const [paid, declined] = [aRequest(), aRequest({ method: kind.noMoney })];
    const before = await charge(paid);
    await charge(declined);
    expect(await voidCharge(paid)).toEqual(before);
    expect(await voidCharge(declined)).toMatchObject({ failureCode: "insufficient_funds" });
  });

  it("tells the same to whoever charges and whoever voids at once", async () => {
    for (let round = 0; round < 10; round++) {
      const request = aRequest();
      const [charged, voided] = await Promise.all([charge(request), voidCharge(request)]);
      expect(charged.status).toBe(voided.status);
      expect(await charge(request)).toMatchObject({ status: voided.status });
    }
  });

  it("finds no charge that was never asked for, and makes none by looking", async () => {
    const request = aRequest();
    expect(await find(request)).toBeNull();
    expect(await find(request)).toBeNull();
    expect(await voidCharge(request)).toMatchObject({ status: "failed", failureCode: "voided" });
  });

  it("takes nothing for an order of nothing", async () => {
    const nothing = aRequest({ amount: { amount: 0, currency: "EUR" } });
    expect(await charge(nothing)).toMatchObject({ status: "succeeded", amount: { amount: 0 } });
  });

  it("refuses another amount under the same key", async () => {
    const request = aRequest();
    await charge(request);
    const other = { ...request, amount: { amount: 701, currency: "EUR" } };
    await expect(provider.charge(other, soon())).rejects.toThrow(/idempotency/);
  });

  it("makes one refund a key, when 20 ask at once, and no more than was charged", async () => {
    const { id } = await charge(aRequest());
    const refunds = await Promise.all(
      Array.from({ length: 20 }, () => answered(() => refund(id, `a:${id}`, 300))),
    );
    expect(new Set(refunds).size).toBe(1);
    await expect(refund(id, `b:${id}`, 401)).rejects.toThrow();
    expect(await refund(id, `c:${id}`, 400)).not.toBe(refunds[0]);
    await expect(refund(id, `d:${id}`, 1)).rejects.toThrow();
    expect(await refund(id, `a:${id}`, 300)).toBe(refunds[0]);
  });

  it("refunds nothing that was not charged", async () => {
    const { id } = await charge(aRequest({ method: kind.noMoney }));
    await expect(refund(id, `a:${id}`, 1)).rejects.toThrow();
    await expect(refund("none", "a:none", 1)).rejects.toThrow();
  });

  it("believes its own signature alone, and reads the order from what it signed", async () => {
    const orderId = newId();
    const now = Math.floor(Date.now() / 1000);
    const rawBody = JSON.stringify({ id: "evt_1", type: "some.event", data: kind.dataOf(orderId) });
    const verify = (signature: string | undefined, body = rawBody) =>
      provider.verifyWebhook({ rawBody: body, signatures: { [kind.name]: signature } });
    const sign = (secret: string, at: number, body = rawBody) => signWebhook(secret, body, at);
    await expect(verify(sign(kind.webhookSecret, now))).resolves.toEqual({
      id: "evt_1",
      type: "some.event",
      orderId,
    });
    const bad = [undefined, "", sign("whsec_other", now), sign(kind.webhookSecret, now - 302)];
    bad.push(sign(kind.webhookSecret, now, `${rawBody} `));
    for (const signature of bad) {
      await expect(verify(signature)).rejects.toMatchObject({ type: "WEBHOOK_SIGNATURE_INVALID" });
    }
    await expect(verify(sign(kind.webhookSecret, now, "{"), "{")).rejects.toMatchObject({
      type: "MALFORMED_JSON",
    });
  });
});
