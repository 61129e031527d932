import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Order } from "../contracts/orders";
import { address } from "../test/support/client";
import type { Shop } from "./shop";

/** One order, and the way it goes. */
export interface Tale {
  readonly shop: Shop;
  readonly sku: string;
  orderId: string;
}

/** A step that may be taken again when it is not known whether it was: the shop died in between. */
export interface Step {
  readonly name: string;
  readonly take: (tale: Tale) => Promise<void>;
}

/** What is done with an order, from its placing to where it has to end. */
export type Story = readonly Step[];

const PATIENCE_MS = 60_000;
const LOOK_EVERY_MS = 200;
/** Nothing follows these, but what a refund brings about. */
const OVER: readonly Order["status"][] = ["cancelled", "refunded"];

async function until(tale: Tale, what: string, reached: (order: Order) => boolean): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const { body } = await tale.shop.ask((me) => me.get<Order>(`/orders/${tale.orderId}`));
    if (reached(body)) return;
    if (OVER.includes(body.status))
      throw new Error(`order ${tale.orderId} is ${body.status}, not ${what}`);
    if (performance.now() > end)
      throw new Error(`order ${tale.orderId} is ${body.status}, not ${what}`);
    await sleep(LOOK_EVERY_MS);
  }
}

const reach = (status: Order["status"]): Step => ({
  name: status,
  take: (tale) => until(tale, status, (order) => order.status === status),
});

/** One key for all tries: however often it is sent, it is one order. */
const place = (method: string, quantity = 1): Step => ({
  name: "place",
  take: async (tale) => {
    const key = randomUUID();
    const items = [{ sku: tale.sku, quantity }];
    const { status, body } = await tale.shop.ask((me) => me.order(items, method, key));
    if (status !== 202) throw new Error(`place: ${status} ${JSON.stringify(body)}`);
    tale.orderId = body.id;
  },
});

/** All share one cart: another may have ordered it meanwhile, and a Redis that forgets empties it. */
const NO_CART = ["CART_EMPTY", "CART_ALREADY_ORDERED"];

const placeCart: Step = {
  name: "place",
  take: async (tale) => {
    const key = randomUUID();
    const order = { paymentMethod: "pm_card_visa", shippingAddress: address };
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      await tale.shop.ask((me) => me.put(`/cart/items/${tale.sku}`, { quantity: 1 }));
      const { status, body } = await tale.shop.ask((me) =>
        me.post<Order & { code?: string }>("/orders", order, { "idempotency-key": key }),
      );
      if (status === 202) return void (tale.orderId = body.id);
      const again = NO_CART.includes(body.code ?? "") && performance.now() < end;
      if (!again) throw new Error(`place: ${status} ${JSON.stringify(body)}`);
      await sleep(LOOK_EVERY_MS);
    }
  },
};

/** 409 says that it was done: before the shop died, or the state that follows shows that it was not. */
const act = (name: string, path: (id: string) => string, body?: object): Step => ({
  name,
  take: async ({ shop, orderId }) => {
    const { status } = await shop.ask((me) => me.post(path(orderId), body));
    if (status !== 202 && status !== 409) throw new Error(`${name}: ${status}`);
  },
});

const cancel = act("cancel", (id) => `/orders/${id}/cancel`);
const refund = act("refund", (id) => `/admin/orders/${id}/refund`, { reason: "a return" });

const PART = 100;

/** One key for all tries of a part: asked twice, more would be given back, and too little left for the rest. */
const giveBack = (name: string, amountOf: (total: number) => number): Step => ({
  name,
  take: async ({ shop, orderId }) => {
    const key = randomUUID();
    const { total } = (await shop.ask((me) => me.get<Order>(`/orders/${orderId}`))).body;
    const refund = { amount: { ...total, amount: amountOf(total.amount) }, reason: name };
    const { status, body } = await shop.ask((me) =>
      me.post(`/admin/orders/${orderId}/refund`, refund, { "idempotency-key": key }),
    );
    if (status !== 202) throw new Error(`${name}: ${status} ${JSON.stringify(body)}`);
  },
});
const dispatch = act("dispatch", (id) => `/admin/orders/${id}/dispatch`, {
  carrier: "DHL",
  trackingNumber: "JD0001",
});
const deliver = act("deliver", (id) => `/admin/orders/${id}/deliver`);
const charged: Step = {
  name: "charged",
  // Its webhook may be faster than this looks.
  take: (tale) =>
    until(tale, "charged", ({ payment }) => !["requested", undefined].includes(payment?.status)),
};

const bought = [place("pm_card_visa"), reach("confirmed")];

export const stories = {
  buy: bought,
  "buy two": [place("pm_card_visa", 2), reach("confirmed")],
  "lose the answer": [place("pm_card_timeout"), reach("confirmed")],
  "fail at first": [place("pm_card_serverError"), reach("confirmed")],
  "buy a cart": [placeCart, reach("confirmed")],
  "pay later": [place("pm_card_webhook"), reach("confirmed")],
  "be declined": [place("pm_card_chargeDeclined"), reach("cancelled")],
  "want too much": [place("pm_card_visa", 99), reach("cancelled")],
  "change one's mind": [...bought, cancel, reach("cancelled")],
  "give up in time": [place("pm_card_webhook"), charged, cancel, reach("cancelled")],
  receive: [...bought, dispatch, reach("shipped"), deliver, reach("delivered")],
  "regret too late": [...bought, dispatch, reach("shipped"), cancel, deliver, reach("delivered")],
  "get money back": [...bought, refund, reach("refunded")],
  "get it back in parts": [
    ...bought,
    giveBack("refund a part", () => PART),
    giveBack("refund the rest", (total) => total - PART),
    reach("refunded"),
  ],
} satisfies Readonly<Record<string, Story>>;

export type StoryName = keyof typeof stories;
