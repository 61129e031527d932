import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { fail } from "../../contracts/errors";
import type { OrderStatus } from "../../contracts/orders";
import { newId } from "../../lib/ids";
import { EventStream } from "../support/event-stream";
import { startTestGateway, standIn, type TestGateway } from "../support/gateway";
import { eventually } from "../support/shop";

const ADA = newId();
const ORDER = newId();
const at = new Date().toISOString();

interface Entry {
  version: number;
  status: OrderStatus;
  at: string;
  reason?: string;
}

let history: Entry[] = [];
let polls = 0;
let shop: TestGateway;
let ada: { authorization: string };

beforeAll(async () => {
  shop = await startTestGateway([
    standIn("orders", {
      history: ({ params }: { params: { id: string; userId?: string; afterVersion?: number } }) => {
        polls++;
        const { id, userId, afterVersion = 0 } = params;
        if (id !== ORDER || (userId && userId !== ADA)) throw fail("NOT_FOUND");
        return history.filter(({ version }) => version > afterVersion);
      },
    }),
  ]);
  ada = await shop.as(ADA, "customer");
});
afterAll(() => shop?.stop());
beforeEach(() => {
  history = [{ version: 1, status: "pending", at }];
  polls = 0;
});

const path = (id = ORDER) => `/api/v1/orders/${id}/events`;
const listen = (headers: Record<string, string> = {}) =>
  EventStream.open(`${shop.url}${path()}`, { ...ada, ...headers });

function advance(status: OrderStatus, reason?: string): void {
  history.push({ version: history.length + 1, status, at, ...(reason ? { reason } : {}) });
}

describe("the events of an order", () => {
  it("tell what it went through, what it goes through, and end with it", async () => {
    advance("confirmed");
    const stream = await listen();
    expect(stream.response.headers.get("content-type")).toBe("text/event-stream");
    expect(stream.response.headers.get("cache-control")).toBe("no-store");
    expect(await stream.next()).toEqual({
      event: "order.status",
      id: "1",
      data: { orderId: ORDER, status: "pending", at, version: 1 },
    });
    expect(await stream.next()).toMatchObject({ id: "2", data: { status: "confirmed" } });
    advance("cancelled", "CUSTOMER_REQUEST");
    expect(await stream.rest()).toMatchObject([
      { id: "3", data: { status: "cancelled", reason: "CUSTOMER_REQUEST" } },
    ]);
  });

  it("come at once when the orders service says so", async () => {
    const stream = await listen();
    await stream.next();
    await eventually(async () => polls >= 2, { what: "the watch to begin" });
    const began = performance.now();
    advance("confirmed");
    await shop.broker.broadcast("order.status", { orderId: ORDER });
    expect(await stream.next()).toMatchObject({ data: { status: "confirmed" } });
    expect(performance.now() - began).toBeLessThan(250);
    stream.abort();
  });

  it("go on where a client left", async () => {
    advance("confirmed");
    advance("shipped");
    const stream = await listen({ "last-event-id": "2" });
    expect(await stream.next()).toMatchObject({ id: "3" });
    stream.abort();
  });

  it("end at once after a final state, and tell who has seen it to stay away", async () => {
    advance("cancelled", "TIMEOUT");
    expect((await (await listen()).rest()).map(({ id }) => id)).toEqual(["1", "2"]);
    const answer = await shop.request(path(), { headers: { ...ada, "last-event-id": "2" } });
    expect([answer.status, answer.text]).toEqual([204, ""]);
  });

  it.each(["-1", "x", "99999999999999"])("begin anew for the nonsense %s", async (id) => {
    const stream = await listen({ "last-event-id": id });
    expect(await stream.next()).toMatchObject({ id: "1" });
    stream.abort();
  });

  it("are nobody else's", async () => {
    const bob = await shop.as(newId(), "customer");
    expect((await shop.request(path(), { headers: bob })).json).toMatchObject({ status: 404 });
    expect((await shop.request(path(newId()), { headers: ada })).status).toBe(404);
    expect((await shop.request(path("no-id"), { headers: ada })).status).toBe(404);
    expect((await shop.request(path())).status).toBe(401);
  });

  it("are polled for once, however many listen, and for nobody not at all", async () => {
    const streams = await Promise.all(Array.from({ length: 5 }, () => listen()));
    for (const stream of streams) await stream.next();
    const before = polls;
    advance("confirmed");
    for (const stream of streams) expect(await stream.next()).toMatchObject({ id: "2" });
    expect(polls - before).toBeLessThan(5);
    for (const stream of streams) stream.abort();
    await eventually(
      async () => {
        const seen = polls;
        await new Promise((resolve) => setTimeout(resolve, 700));
        return polls === seen;
      },
      { what: "polling to end" },
    );
  });

  it("are ten streams at most for one user", async () => {
    const streams = await Promise.all(Array.from({ length: 10 }, () => listen()));
    const refused = await shop.request(path(), { headers: ada });
    expect(refused.json).toMatchObject({ status: 429, code: "RATE_LIMITED" });
    for (const stream of streams) stream.abort();
    const stream = await eventually(
      async () => {
        const again = await listen();
        return again.response.status === 200 && again;
      },
      { what: "a slot" },
    );
    stream.abort();
  });

  it("outlive listeners that go away at any moment", async () => {
    for (let ms = 0; ms < 30; ms += 3) {
      const stream = await listen();
      setTimeout(stream.abort, ms);
      advance("confirmed");
      await shop.broker.broadcast("order.status", { orderId: ORDER });
    }
    expect((await shop.request("/health/live")).status).toBe(200);
  });

  it("answer HEAD without a stream", async () => {
    const { status, headers } = await shop.request(path(), { method: "HEAD", headers: ada });
    expect([status, headers.get("content-type")]).toEqual([200, "text/event-stream"]);
  });
});
