import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "../../lib/ids";
import { seededRandom } from "../../lib/faults/random";
import type { ChargeRequest } from "../../services/payments/provider/payment-provider";
import { PaymentIntents } from "../../services/payments/provider/stripe/payment-intents";
import { StripeApi } from "../../services/payments/provider/stripe/stripe-api";
import { StripeProvider } from "../../services/payments/provider/stripe/stripe-provider";
import { PROCESSING } from "../support/stripe-account";
import {
  startStripeServer,
  STRIPE_KEY,
  STRIPE_WEBHOOK_SECRET,
  stripeWebhook,
  type StripeFault,
  type StripeServer,
} from "../support/stripe-server";

let server: StripeServer;
let stripe: StripeProvider;
let noFaults: StripeServer["faultOf"];

beforeAll(async () => {
  server = await startStripeServer();
  noFaults = server.faultOf;
});
afterAll(() => server.stop());
beforeEach(() => {
  stripe = providerWith();
});
afterEach(() => {
  server.faultOf = noFaults;
  server.account.searchIsCurrent = true;
  server.account.refundStatus = "succeeded";
});

const providerWith = (access: { secretKey?: string; apiBase?: string } = {}): StripeProvider =>
  new StripeProvider({
    provider: "stripe",
    secretKey: STRIPE_KEY,
    webhookSecrets: [STRIPE_WEBHOOK_SECRET, "whsec_next"],
    apiBase: server.env.STRIPE_API_BASE ?? "",
    ...access,
  });

const HOUR = 3_600_000;
/** An order's id, as it was given some time ago. */
const idFrom = (ageMs: number): string => {
  const time = (Date.now() - ageMs).toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}${newId().slice(13)}`;
};

const aRequest = (fields: Partial<ChargeRequest> & { amountOf?: number } = {}): ChargeRequest => {
  const { orderId = newId(), amountOf = 5000, ...others } = fields;
  return {
    orderId,
    idempotencyKey: `order:${orderId}:charge`,
    amount: { amount: amountOf, currency: "EUR" },
    method: "pm_card_visa",
    ...others,
  };
};
const soon = () => AbortSignal.timeout(3_000);
const charge = (request: ChargeRequest) => stripe.charge(request, soon());
const voidCharge = (request: ChargeRequest) => stripe.voidCharge(request, soon());
const find = (request: ChargeRequest) => stripe.findCharge(request, soon());
const FAULTS: StripeFault[] = [
  "answer_lost",
  "saved_500",
  "done_but_500",
  "unavailable",
  "rate_limited",
  "garbled",
];
const CREATE = /^POST \/v1\/payment_intents$/;
const CONFIRM = /confirm$/;
const CANCEL = /cancel$/;
const REFUND = /^POST \/v1\/refunds$/;

/** Asks as the shop does: again and again, until there is an answer. */
async function insist<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (attempt === 100) throw error;
    }
  }
}

describe("a charge by Stripe", () => {
  it("is an intent that is made, and then confirmed with its method", async () => {
    const request = aRequest();
    const before = server.requests.length;
    const made = await charge(request);
    const [intent] = server.account.ofOrder(request.orderId);
    expect(made).toEqual({
      id: intent?.id,
      orderId: request.orderId,
      amount: request.amount,
      status: "succeeded",
      failureCode: null,
    });
    expect(server.requests.slice(before)).toEqual([
      "POST /v1/payment_intents",
      `POST /v1/payment_intents/${intent?.id}/confirm`,
    ]);
  });

  it.each([
    ["pm_card_chargeDeclined", "card_declined"],
    ["pm_card_chargeDeclinedInsufficientFunds", "insufficient_funds"],
    ["pm_card_chargeDeclinedExpiredCard", "expired_card"],
    // Whoever stole a card is not told that this is known.
    ["pm_card_chargeDeclinedStolenCard", "card_declined"],
    ["pm_card_authenticationRequired", "authentication_required"],
    ["pm_no_such_card", "unknown_payment_method"],
  ])("with %s fails as %s, however often it is asked for", async (method, failureCode) => {
    const request = aRequest({ method });
    for (let i = 0; i < 3; i++) {
      expect(await charge(request)).toMatchObject({ status: "failed", failureCode });
    }
    expect(server.account.ofOrder(request.orderId)).toHaveLength(1);
    expect(server.account.charged(request.orderId)).toEqual([]);
  });

  it.each([
    ["too small", { amountOf: 20 }, "amount_too_small"],
    [
      "counted otherwise by Stripe",
      { amount: { amount: 500, currency: "ISK" } },
      "currency_not_supported",
    ],
  ])("of an amount that is %s fails, and can be voided and looked for", async (_, fields, code) => {
    const failed = { status: "failed", failureCode: code };
    expect(await charge(aRequest(fields))).toMatchObject(failed);
    expect(await voidCharge(aRequest(fields))).toMatchObject(failed);
    expect(await find(aRequest(fields))).toMatchObject(failed);
  });

  it("of nothing needs no Stripe", async () => {
    const before = server.requests.length;
    expect(await charge(aRequest({ amountOf: 0 }))).toMatchObject({ status: "succeeded" });
    expect(server.requests).toHaveLength(before);
  });

  it.each<[string, RegExp, StripeFault]>(
    [CREATE, CONFIRM].flatMap((request) =>
      FAULTS.map((fault): [string, RegExp, StripeFault] => [`${request}`, request, fault]),
    ),
  )("is made once, after %s went wrong: %3$s", async (_, request, fault) => {
    const order = aRequest();
    server.faultOnce(request, fault);
    const first = await charge(order).catch(() => null);
    // Confirmed, and told by the intent itself.
    const isTold = request === CONFIRM && (fault === "done_but_500" || fault === "garbled");
    expect(first?.status).toBe(isTold ? "succeeded" : undefined);
    expect(await insist(() => charge(order))).toMatchObject({ status: "succeeded" });
    expect(server.account.charged(order.orderId)).toHaveLength(1);
  });

  it("is given up with its signal, and asked for again under its key", async () => {
    const order = aRequest();
    server.faultOnce(CONFIRM, "slow");
    await expect(stripe.charge(order, AbortSignal.timeout(100))).rejects.toThrow("confirm");
    // Its key is in use for as long as Stripe works on it.
    await expect(charge(order)).rejects.toThrow("409 idempotency_error idempotency_key_in_use");
    expect(
      await insist(() => new Promise((r) => setTimeout(r, 50)).then(() => charge(order))),
    ).toMatchObject({ status: "succeeded" });
    expect(server.account.charged(order.orderId)).toHaveLength(1);
  });

  it("is told as it stands, not as it stood when it was asked for", async () => {
    const order = aRequest({ method: PROCESSING });
    const declined = aRequest({ method: PROCESSING });
    for (const one of [order, declined]) {
      expect(await charge(one)).toMatchObject({ status: "processing", failureCode: null });
    }
    const [intent] = server.account.ofOrder(order.orderId);
    const [other] = server.account.ofOrder(declined.orderId);
    if (intent) server.account.settle(intent, "succeeded");
    if (other) server.account.settle(other, "failed");
    expect(await charge(order)).toMatchObject({ status: "succeeded" });
    expect(await charge(declined)).toMatchObject({
      status: "failed",
      failureCode: "payment_method_provider_decline",
    });
  });

  it("that somebody else has confirmed meanwhile is told as it stands", async () => {
    const order = aRequest({ method: PROCESSING });
    const api = new StripeApi({ secretKey: STRIPE_KEY, apiBase: server.env.STRIPE_API_BASE ?? "" });
    const intents = new PaymentIntents(api);
    const unconfirmed = await intents.of(order, soon());
    await charge(order);
    const [intent] = server.account.ofOrder(order.orderId);
    if (intent) server.account.settle(intent, "succeeded");
    expect(await intents.confirm(unconfirmed, order, soon())).toMatchObject({
      status: "succeeded",
    });
  });

  it("is found by search once Stripe may have forgotten its key", async () => {
    const order = aRequest({ orderId: idFrom(25 * HOUR) });
    const made = await charge(order);
    server.forgetKeys();
    expect(await charge(order)).toEqual(made);
    expect(await voidCharge(order)).toEqual(made);
    expect(server.account.ofOrder(order.orderId)).toHaveLength(1);
  });

  it("is not left to search, which is behind, while its key is known", async () => {
    for (const age of [0, 22 * HOUR, 25 * HOUR]) {
      server.account.searchIsCurrent = false;
      const order = aRequest({ orderId: idFrom(age) });
      const made = await charge(order);
      expect(await charge(order)).toEqual(made);
      expect(await find(order)).toEqual(made);
      expect(server.account.ofOrder(order.orderId)).toHaveLength(1);
    }
  });

  it("of another amount under the same key is not answered", async () => {
    const order = aRequest();
    await charge(order);
    await expect(charge({ ...order, amount: { amount: 1, currency: "EUR" } })).rejects.toThrow(
      "400 idempotency_error",
    );
  });
});

describe("an intent that is voided", () => {
  it("cannot be charged any more", async () => {
    const order = aRequest();
    expect(await voidCharge(order)).toMatchObject({ status: "failed", failureCode: "voided" });
    expect(await charge(order)).toMatchObject({ status: "failed", failureCode: "voided" });
    expect(await voidCharge(order)).toMatchObject({ status: "failed", failureCode: "voided" });
  });

  it("is one that failed, which says why; one that succeeded stays", async () => {
    const [paid, declined] = [aRequest(), aRequest({ method: "pm_card_chargeDeclined" })];
    await Promise.all([charge(paid), charge(declined)]);
    expect(await voidCharge(paid)).toMatchObject({ status: "succeeded" });
    expect(await voidCharge(declined)).toMatchObject({ failureCode: "card_declined" });
  });

  it("is still processing where Stripe cannot stop it", async () => {
    const order = aRequest({ method: PROCESSING });
    await charge(order);
    expect(await voidCharge(order)).toMatchObject({ status: "processing" });
  });

  it("is one whose charge got no answer", async () => {
    for (const fault of ["answer_lost", "saved_500", "done_but_500"] as const) {
      const order = aRequest();
      server.faultOnce(CONFIRM, fault);
      await charge(order).catch(() => undefined);
      server.faultOnce(CANCEL, "answer_lost");
      const { status } = await insist(() => voidCharge(order));
      expect(status).toBe(server.account.charged(order.orderId).length ? "succeeded" : "failed");
      expect(await charge(order)).toMatchObject({ status });
    }
  });
});

describe("looking for a charge", () => {
  it("never charges, and finds nothing where nothing was asked for", async () => {
    const order = aRequest();
    expect(await find(order)).toBeNull();
    expect(await find(order)).toBeNull();
    expect(server.account.charged(order.orderId)).toEqual([]);
    await charge(order);
    expect(await find(order)).toMatchObject({ status: "succeeded" });
  });
});

describe("a refund by Stripe", () => {
  const giveBack = (chargeId: string, key: string, amount: number) =>
    stripe.refund({ chargeId, idempotencyKey: key, amount: { amount, currency: "EUR" } }, soon());

  it.each<StripeFault>(["answer_lost", "saved_500", "done_but_500", "unavailable", "garbled"])(
    "is made once, after it went wrong: %s",
    async (fault) => {
      const { id } = await charge(aRequest());
      server.faultOnce(REFUND, fault);
      await expect(giveBack(id, `refund:${id}`, 1000)).rejects.toThrow("/v1/refunds");
      const refund = await giveBack(id, `refund:${id}`, 1000);
      expect(await giveBack(id, `refund:${id}`, 1000)).toBe(refund);
      expect(server.account.refunded(id)).toBe(1000);
    },
  );

  it("is made once, though Stripe has forgotten its key", async () => {
    const { id } = await charge(aRequest());
    const refund = await giveBack(id, `refund:${id}`, 1000);
    server.forgetKeys();
    expect(await giveBack(id, `refund:${id}`, 1000)).toBe(refund);
    expect(server.account.refunded(id)).toBe(1000);
  });

  it("that is pending is on its way; one that failed is not", async () => {
    const { id } = await charge(aRequest());
    server.account.refundStatus = "pending";
    await expect(giveBack(id, `a:${id}`, 1000)).resolves.toMatch(/^re_/);
    server.account.refundStatus = "failed";
    await expect(giveBack(id, `b:${id}`, 1000)).rejects.toThrow(`of ${id} is failed`);
  });
});

describe("a Stripe where everything goes wrong at times", () => {
  const METHODS = ["pm_card_visa", "pm_card_chargeDeclined", "pm_card_authenticationRequired"];

  it("charges each order once at most, and ends by telling the same to all who ask", async () => {
    const random = seededRandom(20);
    server.faultOf = () =>
      random() < 0.3 ? FAULTS[Math.floor(random() * FAULTS.length)] : undefined;
    let charged = 0;
    for (let round = 0; round < 60; round++) {
      const order = aRequest({ method: METHODS[round % 3] ?? "" });
      const asked = [() => charge(order), () => charge(order)];
      if (round % 2) asked.push(() => voidCharge(order));
      const answers = await Promise.all(asked.map((ask) => insist(ask)));
      const last = await insist(() => charge(order));
      const intents = server.account.charged(order.orderId);
      expect(intents.length).toBeLessThanOrEqual(1);
      charged += intents.length;
      for (const told of [...answers, last]) {
        expect(told.status).toBe(intents.length ? "succeeded" : "failed");
      }
    }
    expect(charged).toBeGreaterThan(10);
  }, 30_000);
});

describe("a webhook of Stripe", () => {
  const { orderId } = aRequest();
  const intent = { id: "pi_1", object: "payment_intent", metadata: { order_id: orderId } };
  const verify = ({ rawBody, signature }: { rawBody: string; signature: string }) =>
    stripe.verifyWebhook({ rawBody, signatures: { stripe: signature } });

  it("is signed with one of two secrets, and names the order of its intent", async () => {
    for (const secret of [STRIPE_WEBHOOK_SECRET, "whsec_next"]) {
      const event = await verify(stripeWebhook("payment_intent.succeeded", intent, { secret }));
      expect(event).toMatchObject({ type: "payment_intent.succeeded", orderId });
      expect(event.id).toMatch(/^evt_/);
    }
  });

  it("is refused unsigned, stale, changed, or signed by somebody else", async () => {
    const good = stripeWebhook("payment_intent.succeeded", intent);
    const now = Math.floor(Date.now() / 1000);
    const bad = [
      { ...good, signature: "" },
      { ...good, rawBody: `${good.rawBody} ` },
      stripeWebhook("payment_intent.succeeded", intent, { secret: "whsec_other" }),
      stripeWebhook("payment_intent.succeeded", intent, { at: now - 302 }),
    ];
    for (const one of bad) {
      await expect(verify(one)).rejects.toMatchObject({ type: "WEBHOOK_SIGNATURE_INVALID" });
    }
    const asSandbox = { rawBody: good.rawBody, signatures: { sandbox: good.signature } };
    await expect(stripe.verifyWebhook(asSandbox)).rejects.toMatchObject({
      type: "WEBHOOK_SIGNATURE_INVALID",
    });
  });

  it("may be about nothing of ours", async () => {
    for (const object of [{}, { metadata: {} }, { metadata: { order_id: "7" } }]) {
      expect((await verify(stripeWebhook("customer.created", object))).orderId).toBeNull();
    }
  });

  it("of a refund that failed after all is told to people", async () => {
    const errors: unknown[] = [];
    const logger = { info: () => undefined, warn: () => undefined };
    await stripe.start({
      logger: { ...logger, error: (...words: unknown[]) => void errors.push(words) },
      deliverWebhook: () => Promise.resolve(),
    });
    await verify(stripeWebhook("refund.failed", { id: "re_7", object: "refund" }));
    expect(errors).toEqual([["Stripe could not make refund re_7; somebody should look"]]);
  });
});

describe("what Stripe's adapter says of an error", () => {
  it("tells the call, the status, the code and the request, and no secret", async () => {
    const error = await providerWith({ secretKey: "sk_test_wrong" })
      .charge(aRequest(), soon())
      .catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(
      /^Error: POST \/v1\/payment_intents: Stripe answered 401 invalid_request_error req_\d+$/,
    );
  });

  it("tells what is wrong with the connection", async () => {
    const away = providerWith({ apiBase: "http://127.0.0.1:1" });
    const error = await away.charge(aRequest(), soon()).catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(/^Error: POST \/v1\/payment_intents: .+/);
    expect(String(error)).not.toContain("fetch failed");
  });
});
