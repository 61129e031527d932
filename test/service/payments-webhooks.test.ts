import { randomBytes } from "node:crypto";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { newId } from "../../lib/ids";
import { databaseUrl } from "../../lib/store/postgres";
import { signWebhook } from "../../services/payments/provider/webhook-signature";
import { eventually } from "../support/shop";
import { openDesk, type Desk } from "./payments-desk";

const SECRET = "whsec_of_this_test";

describe("a payment webhook", () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await openDesk({ env: { SANDBOX_WEBHOOK_SECRET: SECRET } });
  });
  afterAll(() => desk.stop());

  const now = (): number => Math.floor(Date.now() / 1000);
  const bodyOf = (orderId: string, type = "charge.succeeded"): string =>
    JSON.stringify({ id: `evt_${newId()}`, type, data: { orderId, amount: 1, currency: "USD" } });
  const send = (rawBody: string, sandboxSignature?: string, provider = "sandbox") =>
    desk.shop.call("payments.webhook", {
      provider,
      rawBody,
      ...(sandboxSignature === undefined ? {} : { sandboxSignature }),
    });
  const sendSigned = (rawBody: string) => send(rawBody, signWebhook(SECRET, rawBody, now()));
  const received = async (): Promise<number> => {
    const rows = await desk.db.query("SELECT event_id FROM webhook_event");
    return rows.length;
  };
  const inProcess = async (): Promise<string> => {
    const orderId = await desk.hold("pm_card_webhook");
    await eventually(async () => (await desk.statusOf(orderId)) === "processing");
    return orderId;
  };

  it("that is not signed, or badly, or long ago, is refused and leaves nothing", async () => {
    const orderId = await inProcess();
    const body = bodyOf(orderId);
    const before = await received();
    const signatures = [
      undefined,
      "",
      "t=1,v1=00",
      signWebhook("whsec_another", body, now()),
      signWebhook(SECRET, body, now() - 301),
      signWebhook(SECRET, body, now() + 310),
      signWebhook(SECRET, `${body} `, now()),
    ];
    for (const signature of signatures) {
      await expect(send(body, signature)).rejects.toMatchObject({
        type: "WEBHOOK_SIGNATURE_INVALID",
        code: 400,
      });
    }
    expect(await received()).toBe(before);
    expect(await desk.statusOf(orderId)).toBe("processing");
  });

  it("cannot make money: the provider's ledger is asked, not the body", async () => {
    const orderId = await inProcess();
    await expect(sendSigned(bodyOf(orderId))).resolves.toEqual({ received: true });
    expect(await desk.statusOf(orderId)).toBe("processing");
    const declined = await desk.hold("pm_card_chargeDeclined");
    await eventually(async () => (await desk.statusOf(declined)) === "declined");
    await sendSigned(bodyOf(declined));
    expect(await desk.statusOf(declined)).toBe("declined");
  });

  it("cannot unmake money either", async () => {
    const orderId = await desk.hold("pm_card_visa");
    await eventually(async () => (await desk.statusOf(orderId)) === "captured");
    await sendSigned(bodyOf(orderId, "charge.failed"));
    expect(await desk.statusOf(orderId)).toBe("captured");
  });

  it("is noted once, however often and at once it comes", async () => {
    const before = await received();
    const body = bodyOf(await desk.hold("pm_card_visa"));
    const answers = await Promise.all(Array.from({ length: 10 }, () => sendSigned(body)));
    expect(answers).toEqual(Array.from({ length: 10 }, () => ({ received: true })));
    await expect(sendSigned(body)).resolves.toEqual({ received: true });
    expect(await received()).toBe(before + 1);
  });

  it("may be about nothing that we know", async () => {
    const unknown = [
      bodyOf(newId()),
      JSON.stringify({ id: `evt_${newId()}`, type: "customer.created", data: { name: "x" } }),
      JSON.stringify({ id: `evt_${newId()}`, type: "ping" }),
    ];
    for (const body of unknown) await expect(sendSigned(body)).resolves.toEqual({ received: true });
  });

  it("that is no event is refused, though it is signed", async () => {
    await expect(sendSigned("{")).rejects.toMatchObject({ type: "MALFORMED_JSON" });
    await expect(sendSigned("[]")).rejects.toMatchObject({ type: "VALIDATION_FAILED" });
  });

  it("of a provider that is not in use is not found", async () => {
    await expect(send("{}", "x", "stripe")).rejects.toMatchObject({ type: "NOT_FOUND" });
  });

  it("tells of a charge that the shop had given up, and gives its money back", async () => {
    const orderId = await inProcess();
    // As if the provider had told us that it failed, and then thought better of it.
    await desk.db.query(
      "UPDATE payment SET status = 'declined', next_attempt_at = NULL WHERE order_id = $1",
      [orderId],
    );
    await eventually(async () => (await desk.statusOf(orderId)) === "refunded");
    expect(await desk.netOf(orderId)).toBe(0);
    await eventually(async () => desk.saidOf(orderId).length > 0);
    expect(desk.saidOf(orderId).map(({ name }) => name)).toEqual(["payment.refunded"]);
  });
});

describe("a webhook secret that nobody named", () => {
  it("is made at the first start, and is the same on every node", async () => {
    const env = { NAMESPACE: `t${randomBytes(5).toString("hex")}` };
    const [desk, other] = [await openDesk({ env }), await openDesk({ env })];
    try {
      const orderId = await desk.hold("pm_card_webhook");
      await eventually(async () => (await desk.statusOf(orderId)) === "captured");
      const { namespace } = other.shop.config;
      const [secret] = await secretsOf(namespace);
      const signature = signWebhook(secret ?? "", "{", Math.floor(Date.now() / 1000));
      // Well signed for it, and then no event.
      await expect(
        other.shop.call("payments.webhook", {
          provider: "sandbox",
          rawBody: "{",
          sandboxSignature: signature,
        }),
      ).rejects.toMatchObject({ type: "MALFORMED_JSON" });
    } finally {
      await desk.stop();
      await other.stop();
    }
  });
});

async function secretsOf(namespace: string): Promise<string[]> {
  const connectionString = databaseUrl(inject("postgresUrl"), namespace, "sandbox");
  const client = new Client({ connectionString });
  await client.connect();
  try {
    const { rows } = await client.query<{ value: string }>("SELECT value FROM webhook_secret");
    return rows.map(({ value }) => value);
  } finally {
    await client.end();
  }
}
