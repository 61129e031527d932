import { randomUUID } from "node:crypto";
import type { Order } from "../../contracts/orders";
import { openTarget, type Target } from "../../verify/target";
import { verify } from "../../verify/verify";
import { ADMIN, AdminClient, address, Client } from "./client";
import { eventually, startTestShop, type TestShop } from "./shop";

/** The stores of a shop that was stopped after one order of each fate. */
export async function aHealthyShop(): Promise<Target> {
  const { shop, target } = await aShopAtRest();
  await shop.stop();
  return target;
}

/** A shop that runs, and has come to rest after one order of each fate. */
export async function aShopAtRest(
  env: Readonly<Record<string, string>> = {},
): Promise<{ shop: TestShop; target: Target }> {
  const shop = await startTestShop({ env: { ...ADMIN, ...env } });
  try {
    const target = await openTarget({ ...shop.config, postgresUrl: shop.runtime.postgresUrl });
    const admin = await AdminClient.signIn(shop.url);
    await oneOrderOfEachFate(admin, await new Client(shop.url).register());
    await atRest(target);
    return { shop, target };
  } catch (error) {
    await shop.stop();
    throw error;
  }
}

const atRest = (target: Target): Promise<unknown> =>
  eventually(async () => (await verify(target)).underWay.length === 0, { what: "a shop at rest" });

/** Sells `A-1`; of `B-1` nothing is sold. */
async function oneOrderOfEachFate(admin: AdminClient, buyer: Client): Promise<void> {
  await admin.sell("A-1", 2_500, 50);
  await admin.sell("B-1", 2_500, 50);
  const coupon = { code: "TEN", kind: "percentage", percentOff: 10 };
  const made = await admin.post("/admin/coupons", coupon);
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  await buyer.until(await place(buyer), "confirmed");
  await buyer.until(await withCoupon(buyer), "confirmed");
  const delivered = await place(buyer);
  await buyer.until(delivered, "confirmed");
  await admin.post(`/admin/orders/${delivered}/dispatch`, { carrier: "DHL", trackingNumber: "1" });
  await buyer.until(delivered, "shipped");
  await admin.post(`/admin/orders/${delivered}/deliver`);
  await buyer.until(delivered, "delivered");
  await buyer.until(await place(buyer, "pm_card_chargeDeclined"), "cancelled");
  await buyer.until(await place(buyer, "pm_card_visa", 90), "cancelled");
  const cancelled = await place(buyer);
  await buyer.until(cancelled, "confirmed");
  await buyer.post(`/orders/${cancelled}/cancel`);
  const reason = { reason: "a scratch" };
  const partly = await place(buyer);
  await buyer.until(partly, "confirmed");
  const amount = { amount: 100, currency: "EUR" };
  await admin.post(`/admin/orders/${partly}/refund`, { ...reason, amount });
  const refunded = await place(buyer);
  await buyer.until(refunded, "confirmed");
  await admin.post(`/admin/orders/${refunded}/refund`, reason);
  await buyer.until(refunded, "refunded");
  await admin.sell("FREE-1", 0, 5);
  const gift = await admin.post("/admin/coupons", { code: "GIFT", kind: "free_shipping" });
  if (gift.status !== 201) throw new Error(JSON.stringify(gift.body));
  await buyer.until(await withCoupon(buyer, "GIFT", "FREE-1"), "confirmed");
}

async function place(buyer: Client, method?: string, quantity = 1): Promise<string> {
  const placed = await buyer.order([{ sku: "A-1", quantity }], method);
  if (placed.status !== 202) throw new Error(JSON.stringify(placed.body));
  return placed.body.id;
}

async function withCoupon(buyer: Client, couponCode = "TEN", sku = "A-1"): Promise<string> {
  const body = {
    items: [{ sku, quantity: 2 }],
    paymentMethod: "pm_card_visa",
    shippingAddress: address,
    couponCode,
  };
  const headers = { "idempotency-key": randomUUID() };
  const placed = await buyer.post<Order>("/orders", body, headers);
  if (placed.status !== 202) throw new Error(JSON.stringify(placed.body));
  return placed.body.id;
}
