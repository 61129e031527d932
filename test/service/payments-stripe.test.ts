import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "../../lib/ids";
import { standIn } from "../support/gateway";
import { eventually } from "../support/shop";
import { PROCESSING } from "../support/stripe-account";
import {
  startStripeServer,
  stripeWebhook,
  type StripeFault,
  type StripeServer,
} from "../support/stripe-server";
import { admin, euros, ledgerFaults, openDesk, type Desk } from "./payments-desk";

const INSUFFICIENT = "pm_card_chargeDeclinedInsufficientFunds";

describe("payments by Stripe", () => {
  let stripe: StripeServer;
  let desk: Desk;
  beforeAll(async () => {
    stripe = await startStripeServer();
    const users = standIn("users", { jwks: () => ({ keys: [] }) });
    desk = await openDesk({ services: ["gateway", "payments"], doubles: [users], env: stripe.env });
  });
  afterAll(async () => {
    try {
      expect(await ledgerFaults(desk.db)).toEqual([]);
    } finally {
      await desk.stop();
      await stripe.stop();
    }
  });

  const reaches = (orderId: string, status: string) =>
    eventually(async () => (await desk.statusOf(orderId)) === status);
  const says = (orderId: string, count = 1) =>
    eventually(async () => {
      const said = desk.saidOf(orderId);
      return said.length >= count && said;
    });
  const deliver = async ({ rawBody, signature }: { rawBody: string; signature: string }) => {
    const url = `${desk.shop.url}/api/v1/webhooks/payments/stripe`;
    const headers = { "content-type": "application/json", "stripe-signature": signature };
    const response = await fetch(url, { method: "POST", body: rawBody, headers });
    return { status: response.status, body: (await response.json()) as { code?: string } };
  };
  const received = async (): Promise<number> =>
    (await desk.db.query("SELECT 1 FROM webhook_event WHERE provider = 'stripe'")).length;
  const inProcess = async () => {
    const orderId = await desk.hold(PROCESSING);
    await reaches(orderId, "processing");
    const [intent] = stripe.account.ofOrder(orderId);
    if (!intent) throw new Error("no intent");
    return { orderId, intent };
  };

  it("are captured, and said to be", async () => {
    const orderId = await desk.hold("pm_card_visa");
    await reaches(orderId, "captured");
    expect(await says(orderId)).toMatchObject([{ name: "payment.completed" }]);
    expect(stripe.account.charged(orderId)).toMatchObject([{ amount: 5000, currency: "eur" }]);
  });

  it.each([
    [INSUFFICIENT, "insufficient_funds"],
    ["pm_card_authenticationRequired", "authentication_required"],
    ["pm_no_such_card", "unknown_payment_method"],
  ])("with %s are declined for %s", async (method, code) => {
    const orderId = await desk.hold(method);
    await reaches(orderId, "declined");
    expect(await says(orderId)).toMatchObject([{ name: "payment.failed", payload: { code } }]);
    expect(stripe.account.net(orderId)).toBe(0);
  });

  it.each<[string, RegExp, StripeFault]>([
    ["that it has a charge", /^POST \/v1\/payment_intents$/, "answer_lost"],
    ["that it charged", /confirm$/, "answer_lost"],
    ["that it failed, and will fail for ever", /confirm$/, "saved_500"],
    ["that it works on something else", /confirm$/, "rate_limited"],
  ])("are charged once, though Stripe could not tell %s", async (_, request, fault) => {
    stripe.faultOnce(request, fault);
    const orderId = await desk.hold("pm_card_visa");
    await reaches(orderId, "captured");
    expect(stripe.account.charged(orderId)).toHaveLength(1);
    expect(await says(orderId)).toHaveLength(1);
  });

  it("are given back when the order is cancelled, once, though the answer is lost", async () => {
    const orderId = await desk.hold("pm_card_visa");
    await reaches(orderId, "captured");
    stripe.faultOnce(/^POST \/v1\/refunds$/, "answer_lost");
    await desk.cancel(orderId);
    await reaches(orderId, "refunded");
    expect(stripe.account.net(orderId)).toBe(0);
    expect(stripe.account.refunds.size).toBe(1);
    expect(await says(orderId, 2)).toMatchObject([{}, { name: "payment.refunded" }]);
  });

  it("are given back in parts", async () => {
    const orderId = await desk.hold("pm_card_visa");
    await reaches(orderId, "captured");
    for (const amount of [1200, 3800]) {
      const refund = { orderId, refundId: newId(), amount: euros(amount), reason: "asked" };
      await desk.shop.call("payments.refund", refund);
    }
    await reaches(orderId, "refunded");
    expect(stripe.account.net(orderId)).toBe(0);
  });

  it("are undone when the order is cancelled before Stripe has told of the charge", async () => {
    stripe.faultOnce(/confirm$/, "answer_lost");
    const orderId = await desk.hold("pm_card_visa");
    await eventually(async () => stripe.account.charged(orderId).length === 1);
    await desk.cancel(orderId);
    await reaches(orderId, "refunded");
    expect(stripe.account.net(orderId)).toBe(0);
  });

  it("end as a signed webhook says, once Stripe says so too", async () => {
    const { orderId, intent } = await inProcess();
    const early = stripeWebhook("payment_intent.succeeded", intent);
    expect(await deliver(early)).toMatchObject({ status: 200 });
    expect(await desk.statusOf(orderId)).toBe("processing");
    stripe.account.settle(intent, "succeeded");
    expect(await deliver(stripeWebhook("payment_intent.succeeded", intent))).toMatchObject({
      status: 200,
    });
    expect(await desk.statusOf(orderId)).toBe("captured");
  });

  it("refuse webhooks that are unsigned, stale or of another, and note none of them", async () => {
    const { orderId, intent } = await inProcess();
    stripe.account.settle(intent, "failed");
    const before = await received();
    const good = stripeWebhook("payment_intent.payment_failed", intent);
    const now = Math.floor(Date.now() / 1000);
    const bad = [
      { ...good, signature: "" },
      { ...good, rawBody: good.rawBody.replace("evt_", "evt_2") },
      stripeWebhook("payment_intent.payment_failed", intent, { at: now - 310 }),
      stripeWebhook("payment_intent.payment_failed", intent, { secret: "whsec_other" }),
    ];
    for (const one of bad) {
      const { status, body } = await deliver(one);
      expect([status, body.code]).toEqual([400, "WEBHOOK_SIGNATURE_INVALID"]);
    }
    expect(await received()).toBe(before);
    await deliver(good);
    expect(await desk.statusOf(orderId)).toBe("declined");
  });

  it("note a webhook once, however often it comes", async () => {
    const { orderId, intent } = await inProcess();
    stripe.account.settle(intent, "succeeded");
    const before = await received();
    const webhook = stripeWebhook("payment_intent.succeeded", intent);
    const answers = await Promise.all(Array.from({ length: 5 }, () => deliver(webhook)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(await received()).toBe(before + 1);
    expect(await says(orderId)).toHaveLength(1);
  });

  it("give back what Stripe took for an order that was given up", async () => {
    const { orderId, intent } = await inProcess();
    await desk.cancel(orderId);
    stripe.account.settle(intent, "succeeded");
    await deliver(stripeWebhook("payment_intent.succeeded", intent));
    await reaches(orderId, "refunded");
    expect(stripe.account.net(orderId)).toBe(0);
  });

  it("have no ledger of the sandbox, and know no webhook of it", async () => {
    const charges = desk.shop.call("payments.sandboxCharges", {}, admin);
    await expect(charges).rejects.toMatchObject({ type: "NOT_FOUND" });
    const webhook = { provider: "sandbox", rawBody: "{}" };
    await expect(desk.shop.call("payments.webhook", webhook)).rejects.toMatchObject({
      type: "NOT_FOUND",
    });
  });

  it("are compared by our own rows: Stripe cannot be asked for many orders", async () => {
    const orderId = await desk.hold("pm_card_visa");
    await reaches(orderId, "captured");
    const standings = await desk.shop.call("payments.standings", { orderIds: [orderId] });
    expect(standings).toMatchObject([
      { orderId, payment: { status: "captured" }, charges: null, providerSilent: false },
    ]);
  });
});
