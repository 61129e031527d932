import { afterAll, beforeAll, expect, test } from "vitest";
import { barriers, meet, SKU, type Meeting } from "../../chaos/barrier";
import { MortalShop } from "../../chaos/mortal-shop";
import type { Order } from "../../contracts/orders";

const ORDERS = 200;
/** How an order ended for its buyer, its money and its parcel. */
const SENT = "sent, paid, its cancellation refused";
const CANCELLED_UNPAID = "cancelled before it was confirmed, nothing kept";
const CANCELLED_PAID = "confirmed, then cancelled, the money back";

let shop: MortalShop;

beforeAll(async () => {
  shop = await MortalShop.start();
});
afterAll(() => shop?.process.remove());

async function fateOf({ orderId, cancel, dispatch }: Meeting): Promise<string> {
  const { body: order } = await shop.ask((me) => me.get<Order>(`/orders/${orderId}`));
  const { status, cancelReason, total, payment } = order;
  let kept = 0;
  await shop.ask(async (admin) => {
    kept = await admin.netCharged(orderId);
    return admin.get("/products");
  });
  const { body: timeline } = await shop.ask((admin) =>
    admin.get<{ entries: { event: string }[] }>(`/admin/orders/${orderId}/timeline`),
  );
  const confirmed = timeline.entries.some(({ event }) => event === "order.confirmed");
  const answers = `${cancel} ${dispatch}`;
  const end = `${status} ${cancelReason ?? ""} ${confirmed ? "confirmed" : "unconfirmed"}`;
  if (answers === "409 202" && end === "shipped  confirmed" && kept === total.amount) return SENT;
  if (answers === "202 409" && kept === 0 && payment?.status !== "captured") {
    if (end === "cancelled CUSTOMER_REQUEST unconfirmed") return CANCELLED_UNPAID;
    if (end === "cancelled CUSTOMER_REQUEST confirmed") return CANCELLED_PAID;
  }
  return `${orderId}: ${answers}, ${end}, kept ${kept} of ${total.amount}`;
}

test("cancelled, paid and sent off at one instant, each order is one of these and never a mixture", async () => {
  const meetings = await meet(shop, ORDERS, 1);
  expect(meetings).toHaveLength(ORDERS);
  expect(new Set(meetings.map(({ barrier }) => barrier)).size).toBe(barriers.length);
  const { wrong, underWay } = await shop.judge();
  expect({ wrong, underWay }).toEqual({ wrong: [], underWay: [] });

  const fates = new Map<string, number>();
  for (const meeting of meetings) {
    const fate = await fateOf(meeting);
    fates.set(fate, (fates.get(fate) ?? 0) + 1);
  }
  // All three come about, or nobody met anybody.
  expect([...fates.keys()].sort()).toEqual([SENT, CANCELLED_PAID, CANCELLED_UNPAID].sort());
  const { body: stock } = await shop.ask((admin) => admin.get(`/admin/inventory/${SKU}`));
  expect(stock).toMatchObject({ onHand: ORDERS - (fates.get(SENT) ?? 0), reserved: 0 });
}, 180_000);
