import { afterAll, beforeAll, expect, test } from "vitest";
import { ADMIN, AdminClient, Client } from "../support/client";
import { eventually } from "../support/eventually";
import { startTestShop, type TestShop } from "../support/shop";
import { startStripeServer, type StripeServer } from "../support/stripe-server";

const SKU = "T-STRIPE";

let stripe: StripeServer;
let shop: TestShop;
let admin: AdminClient;
let buyer: Client;

beforeAll(async () => {
  stripe = await startStripeServer();
  shop = await startTestShop({
    services: ["gateway", "users", "catalog", "inventory", "orders", "payments", "shipping"],
    env: { ...stripe.env, ...ADMIN },
  });
  const anyone = new Client(shop.url);
  admin = await AdminClient.signIn(shop.url);
  buyer = await anyone.register();
  await admin.sell(SKU, 2500, 10);
});
afterAll(async () => {
  await shop?.stop();
  await stripe?.stop();
});

async function order(method: string): Promise<string> {
  const { status, body } = await buyer.order([{ sku: SKU, quantity: 1 }], method);
  expect(status).toBe(202);
  return body.id;
}

test("an order is paid by Stripe in full, though an answer is lost, and given back when it is cancelled", async () => {
  stripe.faultOnce(/confirm$/, "answer_lost");
  const id = await order("pm_card_visa");
  const { total } = await buyer.until(id, "confirmed");
  expect(stripe.account.charged(id)).toMatchObject([{ amount: total.amount, currency: "eur" }]);
  expect((await buyer.post(`/orders/${id}/cancel`)).status).toBe(202);
  await buyer.until(id, "cancelled");
  await eventually(async () => stripe.account.net(id) === 0);
});

test("an order that Stripe declines is cancelled, and its stock is back", async () => {
  const before = await admin.stock(SKU);
  const id = await order("pm_card_chargeDeclined");
  expect((await buyer.until(id, "cancelled")).cancelReason).toBe("PAYMENT_DECLINED");
  expect(stripe.account.net(id)).toBe(0);
  await eventually(async () => (await admin.stock(SKU)).available === before.available);
});
