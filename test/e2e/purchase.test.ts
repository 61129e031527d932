import { randomBytes, randomUUID } from "node:crypto";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ServiceName } from "../../contracts";
import type { Order } from "../../contracts/orders";
import type { Job } from "../../contracts/reports";
import { ADMIN, AdminClient, Client } from "../support/client";
import { eventually } from "../support/eventually";
import { flashSale } from "../support/flash-sale";
import { shopModes, type RunningShop } from "../support/shop-modes";

/** What it takes to sell something. */
const SAGA: ServiceName[] = [
  "gateway",
  "users",
  "catalog",
  "inventory",
  "orders",
  "payments",
  "shipping",
];
const modes = shopModes();
/** BUYERS=1000 for a rush, by hand: it also says how long that took. */
const BUYERS = Number(process.env.BUYERS ?? 200);

describe.each(modes.filter(({ isThere }) => isThere))("the shop $name", (mode) => {
  let shop: RunningShop;
  let admin: AdminClient;
  let buyer: Client;

  beforeAll(async () => {
    shop = await mode.start(ADMIN);
    const anyone = new Client(shop.url);
    admin = await AdminClient.signIn(shop.url);
    buyer = await anyone.register();
  }, 180_000);
  afterAll(async () => {
    await shop?.stop();
    await mode.end();
  });

  /** A SKU of its own for each test. */
  async function aSku(onHand: number): Promise<string> {
    const sku = `T-${randomBytes(4).toString("hex").toUpperCase()}`;
    await admin.sell(sku, 2500, onHand);
    return sku;
  }

  async function order(sku: string, quantity: number, method?: string): Promise<string> {
    const placed = await buyer.order([{ sku, quantity }], method);
    expect(placed.status, JSON.stringify(placed.body)).toBe(202);
    expect(placed.headers.get("location")).toBe(`/api/v1/orders/${placed.body.id}`);
    return placed.body.id;
  }

  /** Nothing is held, charged or on its way for an order that ended. */
  async function expectUndone(id: string, sku: string, onHand: number): Promise<void> {
    await eventually(async () => {
      const stock = await admin.stock(sku);
      const net = await admin.netCharged(id);
      return stock.reserved === 0 && stock.onHand === onHand && net === 0;
    });
  }

  test("a purchase is confirmed, with the stock sold, one charge and a shipment in preparation", async () => {
    const sku = await aSku(5);
    const id = await order(sku, 2);
    const done = await buyer.until(id, "confirmed");
    expect(done.payment).toMatchObject({ status: "captured", amount: done.total });
    await eventually(async () => (await admin.stock(sku)).reserved === 0);
    expect(await admin.stock(sku)).toMatchObject({ onHand: 3, reserved: 0, available: 3 });
    const charges = await admin.charges(id);
    expect(charges).toHaveLength(1);
    expect(charges[0]).toMatchObject({ amount: done.total, status: "succeeded" });
    const shipped = await eventually(async () => {
      const { body } = await buyer.get<Order>(`/orders/${id}`);
      return body.shipment && body;
    });
    expect(shipped.shipment).toMatchObject({ status: "preparing" });
  });

  test("dispatch and delivery carry the order to its end, and its buyer is told at each step", async () => {
    const sku = await aSku(1);
    const id = await order(sku, 1);
    await buyer.until(id, "confirmed");
    const parcel = { carrier: "DHL", trackingNumber: "JD0001" };
    expect(await admin.post(`/admin/orders/${id}/dispatch`, parcel)).toMatchObject({
      status: 202,
      body: { status: "shipped", shipment: { status: "dispatched", ...parcel } },
    });
    expect((await buyer.post(`/orders/${id}/cancel`)).status).toBe(409);
    expect(await admin.post(`/admin/orders/${id}/deliver`)).toMatchObject({
      status: 202,
      body: { status: "delivered" },
    });
    await buyer.until(id, "delivered");
    const templates = await eventually(async () => {
      const { body } = await buyer.get<{
        items: { template: string; orderId?: string; status: string }[];
      }>("/users/me/notifications?limit=100");
      const mine = body.items.filter((item) => item.orderId === id && item.status === "sent");
      return mine.length >= 4 && mine.map((item) => item.template).sort();
    });
    expect(templates).toEqual([
      "order-confirmed",
      "order-received",
      "shipment-delivered",
      "shipment-dispatched",
    ]);
  });

  test.each(["pm_card_chargeDeclined", "pm_card_insufficientFunds", "pm_card_webhookDeclined"])(
    "%s ends in a cancelled order with its stock back",
    async (method) => {
      const sku = await aSku(3);
      const id = await order(sku, 3, method);
      const ended = await buyer.until(id, "cancelled");
      expect(ended.cancelReason).toBe("PAYMENT_DECLINED");
      await expectUndone(id, sku, 3);
    },
  );

  test("more than there is ends as OUT_OF_STOCK, and nothing is held or charged", async () => {
    const sku = await aSku(3);
    const id = await order(sku, 90);
    expect((await buyer.until(id, "cancelled")).cancelReason).toBe("OUT_OF_STOCK");
    expect(await admin.charges(id)).toEqual([]);
    expect(await admin.stock(sku)).toMatchObject({ onHand: 3, reserved: 0 });
  });

  test.each(["pm_card_timeout", "pm_card_serverError", "pm_card_slow", "pm_card_webhook"])(
    "%s ends in a confirmed order with one charge",
    async (method) => {
      const sku = await aSku(1);
      const id = await order(sku, 1, method);
      const done = await buyer.until(id, "confirmed");
      const standing = (await admin.charges(id)).filter((charge) => charge.status === "succeeded");
      expect(standing).toHaveLength(1);
      expect(await admin.netCharged(id)).toBe(done.total.amount);
    },
  );

  test("an order cancelled before shipping is refunded and its units are back on the shelf", async () => {
    const sku = await aSku(2);
    const id = await order(sku, 2);
    await buyer.until(id, "confirmed");
    expect((await buyer.post(`/orders/${id}/cancel`)).status).toBe(202);
    const ended = await buyer.until(id, "cancelled");
    expect(ended.cancelReason).toBe("CUSTOMER_REQUEST");
    await expectUndone(id, sku, 2);
    await eventually(async () => {
      const { body } = await buyer.get<Order>(`/orders/${id}`);
      return body.payment?.status === "refunded" && body.shipment?.status === "cancelled";
    });
  });

  test("a full refund ends the order; a partial one does not, and never more than was paid", async () => {
    const sku = await aSku(1);
    const id = await order(sku, 1);
    const { total } = await buyer.until(id, "confirmed");
    const part = { amount: 100, currency: total.currency };
    expect(
      (await admin.post(`/admin/orders/${id}/refund`, { amount: part, reason: "late" })).status,
    ).toBe(202);
    await eventually(async () => (await admin.netCharged(id)) === total.amount - 100);
    const tooMuch = await admin.post<{ code: string }>(`/admin/orders/${id}/refund`, {
      amount: total,
      reason: "again",
    });
    expect([tooMuch.status, tooMuch.body.code]).toEqual([409, "REFUND_EXCEEDS_PAYMENT"]);
    expect((await admin.post(`/admin/orders/${id}/refund`, { reason: "rest" })).status).toBe(202);
    await buyer.until(id, "refunded");
    await expectUndone(id, sku, 1);
  });

  test("hundreds of buyers at once for 10 units: exactly 10 confirmed and charged, the others OUT_OF_STOCK", async () => {
    const sku = await aSku(10);
    const buyers = shop.urls.map((url) => new Client(url, buyer.token));
    const sale = await flashSale(admin, buyers, { sku, count: BUYERS });
    const { refusals, heardMs, answeredMs, endedMs } = sale;
    if (process.env.BUYERS) console.log(mode.name, { refusals, heardMs, answeredMs, endedMs });
    const confirmed = sale.ended.filter((o) => o.status === "confirmed");
    const losers = sale.ended.filter((o) => o.status === "cancelled");
    expect([confirmed.length, losers.length]).toEqual([10, BUYERS - 10]);
    expect(new Set(losers.map((o) => o.cancelReason))).toEqual(new Set(["OUT_OF_STOCK"]));
    await eventually(async () => (await admin.stock(sku)).reserved === 0);
    expect(await admin.stock(sku)).toMatchObject({ onHand: 0, reserved: 0 });
    for (const o of confirmed) expect(await admin.netCharged(o.id)).toBe(o.total.amount);
    for (const o of losers.slice(0, 20)) expect(await admin.charges(o.id)).toEqual([]);
  });

  test("the same key is one order: the stored answer again, a conflict for another body", async () => {
    const sku = await aSku(5);
    const key = randomUUID();
    const first = await buyer.order([{ sku, quantity: 1 }], "pm_card_visa", key);
    const again = await buyer.order([{ sku, quantity: 1 }], "pm_card_visa", key);
    expect(again.status).toBe(202);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(again.body).toEqual(first.body);
    const other = await buyer.order([{ sku, quantity: 2 }], "pm_card_visa", key);
    expect([other.status, (other.body as unknown as { code: string }).code]).toEqual([
      422,
      "IDEMPOTENCY_KEY_REUSED",
    ]);
  });

  test("an ordered cart is empty afterwards", async () => {
    const sku = await aSku(5);
    const shopper = await new Client(shop.url).register();
    expect((await shopper.put(`/cart/items/${sku}`, { quantity: 2 })).status).toBe(200);
    const body = {
      paymentMethod: "pm_card_visa",
      shippingAddress: { name: "A", line1: "B", city: "C", postalCode: "1", country: "AT" },
    };
    const placed = await shopper.post<Order>("/orders", body, { "idempotency-key": randomUUID() });
    expect(placed.status).toBe(202);
    expect(placed.body.items).toMatchObject([{ sku, quantity: 2 }]);
    await eventually(async () => {
      const { body: cart } = await shopper.get<{ itemCount: number }>("/cart");
      return cart.itemCount === 0;
    });
  });

  test("the timeline tells the whole saga, and what it waits for", async () => {
    const sku = await aSku(1);
    const id = await order(sku, 1);
    await buyer.until(id, "confirmed");
    interface Timeline {
      waitingFor: string | null;
      entries: { event: string; kind: string; service: string }[];
    }
    const timeline = await eventually(async () => {
      const { body } = await admin.get<Timeline>(`/admin/orders/${id}/timeline`);
      return body.entries.some((e) => e.event === "shipment.created") && body;
    });
    const published = timeline.entries.filter((e) => e.kind === "published").map((e) => e.event);
    expect(published).toEqual(
      expect.arrayContaining([
        "order.created",
        "stock.reserved",
        "payment.completed",
        "order.confirmed",
        "shipment.created",
      ]),
    );
    expect(timeline.waitingFor).toMatch(/dispatch/);
  });

  test("an order past its deadline is cancelled, and nothing of it is kept", async () => {
    const hasty = await mode.start({ ...ADMIN, ORDER_TIMEOUT_MS: "1000" }, SAGA);
    try {
      const anyone = new Client(hasty.url);
      const clerk = await AdminClient.signIn(hasty.url);
      await clerk.sell("HASTY-1", 2500, 2);
      const shopper = await anyone.register();
      // The card answers after three seconds: the charge succeeds when its order is over.
      const { body } = await shopper.order([{ sku: "HASTY-1", quantity: 2 }], "pm_card_slow");
      expect((await shopper.until(body.id, "cancelled")).cancelReason).toBe("TIMEOUT");
      await eventually(
        async () => {
          const stock = await clerk.stock("HASTY-1");
          const charges = await clerk.charges(body.id);
          const open = charges.some((charge) => charge.status === "processing");
          return stock.available === 2 && !open && (await clerk.netCharged(body.id)) === 0;
        },
        { timeoutMs: 20_000, what: "the charge to be given back" },
      );
      expect(await clerk.stock("HASTY-1")).toMatchObject({ onHand: 2, reserved: 0 });
      expect(await shopper.get(`/orders/${body.id}`)).toMatchObject({ body: { shipment: null } });
    } finally {
      await hasty.stop();
    }
  });

  test("an order's steps are told to who listens, as they happen", async () => {
    const sku = await aSku(1);
    const id = await order(sku, 1, "pm_card_slow");
    const response = await fetch(`${shop.url}/api/v1/orders/${id}/events`, {
      headers: { authorization: `Bearer ${buyer.token}` },
    });
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    let told = "";
    for await (const chunk of response.body ?? []) {
      told += Buffer.from(chunk).toString();
      if (told.includes('"confirmed"')) break;
    }
    expect([...told.matchAll(/"status":"(\w+)"/g)].map(([, status]) => status)).toEqual([
      "pending",
      "confirmed",
    ]);
  });

  test("an imported file becomes products with stock, which search finds and a buyer buys", async () => {
    const word = `lantern${randomBytes(3).toString("hex")}`;
    const sku = word.toUpperCase();
    const file = `product,name,sku,price,quantity\n${word},Brass ${word},${sku},19.90,3\n${word}2,Odd,,x,1\n`;
    const queued = await upload<{ jobId: string }>("/admin/products/import", "text/csv", file);
    expect(queued.status, JSON.stringify(queued.body)).toBe(202);
    const job = await ended(queued.body.jobId);
    expect(job).toMatchObject({ status: "completed", errors: [{ row: 3 }] });
    const result = await admin.get(`/admin/jobs/${job.id}/result`);
    expect(result.body).toMatchObject({ created: 1, failed: 1 });
    const found = await eventually(async () => {
      const { body } = await buyer.get<{ items: { slug: string }[] }>(
        `/search?q=${word}&inStock=true`,
      );
      return body.items[0];
    });
    expect(found).toMatchObject({ slug: word, price: { amount: 1990, currency: "EUR" } });
    const id = await order(sku, 3);
    await buyer.until(id, "confirmed");
    await eventually(async () => {
      const { body } = await buyer.get<{ items: unknown[] }>(`/search?q=${word}&inStock=true`);
      return body.items.length === 0;
    });
  });

  test("a sales report and a picture are there, whichever process made them", async () => {
    const sku = await aSku(1);
    await buyer.until(await order(sku, 1), "confirmed");
    const day = new Date().toISOString().slice(0, 10);
    const csv = await eventually(async () => {
      const period = { from: day, to: day, format: "csv" };
      const queued = await admin.post<{ jobId: string }>("/admin/reports/sales", period);
      expect(queued.status, JSON.stringify(queued.body)).toBe(202);
      const { id } = await ended(queued.body.jobId);
      const { body } = await admin.get<string>(`/admin/jobs/${id}/result`);
      return body.includes(sku) && body;
    });
    expect(csv).toContain(sku);
    const { body } = await buyer.get<{ id: string }>(`/products/${sku.toLowerCase()}`);
    const drawing = sharp({ create: { width: 20, height: 20, channels: 3, background: "red" } });
    const picture = await drawing.png().toBuffer();
    const made = await upload<{ url: string }>(
      `/admin/products/${body.id}/images`,
      "image/png",
      picture,
    );
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    // Each replica is asked in its turn.
    for (let i = 0; i < 4; i++) {
      const shown = await fetch(`${shop.url}${made.body.url}`);
      expect([shown.status, shown.headers.get("content-type")]).toEqual([200, "image/webp"]);
    }
  });

  async function upload<T>(path: string, type: string, content: string | Buffer) {
    const headers = { authorization: `Bearer ${admin.token}`, "content-type": type };
    const body = typeof content === "string" ? content : new Uint8Array(content);
    const answer = await fetch(`${shop.url}/api/v1${path}`, { method: "POST", headers, body });
    // What a test expects of an answer is the type it names.
    return { status: answer.status, body: (await answer.json()) as T };
  }

  const ended = (jobId: string): Promise<Job> =>
    eventually(
      async () => {
        const { body } = await admin.get<Job>(`/admin/jobs/${jobId}`);
        return ["completed", "failed"].includes(body.status) && body;
      },
      { timeoutMs: 20_000, what: `job ${jobId} to end` },
    );
});
