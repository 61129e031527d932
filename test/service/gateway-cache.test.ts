import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { fail } from "../../contracts/errors";
import type { Product } from "../../contracts/catalog";
import { newId } from "../../lib/ids";
import { eventually } from "../support/eventually";
import { startTestGateway, standIn, type TestGateway } from "../support/gateway";
import { aProduct } from "../support/products";

const PATH = "/api/v1/products/mug";
let mug: Product;
let calls = 0;
let identities: unknown[] = [];
let down = false;
let shop: TestGateway;

beforeAll(async () => {
  shop = await startTestGateway([
    standIn("catalog", {
      get: async (ctx) => {
        calls++;
        identities.push(ctx.identity.user);
        await sleep(10);
        if (down) throw fail("SERVICE_UNAVAILABLE");
        return mug;
      },
    }),
  ]);
});
afterAll(() => shop?.stop());
beforeEach(async () => {
  await shop.broker.broadcast("cache.invalidate.catalog");
  mug = aProduct({ slug: "mug", name: "Mug" });
  calls = 0;
  identities = [];
  down = false;
});

describe("a catalogue page", () => {
  it("is asked for once, however many come at once", async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => shop.request(PATH)));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(calls).toBe(1);
  });

  it("has an ETag and an age, an id and a trace of its own, hit or not", async () => {
    const [first, second] = [await shop.request(PATH), await shop.request(PATH)];
    expect(calls).toBe(1);
    for (const { headers } of [first, second]) {
      expect(headers.get("cache-control")).toBe("public, max-age=5");
      expect(headers.get("etag")).toBe(first.headers.get("etag"));
      expect(headers.get("content-security-policy")).not.toBeNull();
    }
    expect(first.headers.get("x-request-id")).not.toBe(second.headers.get("x-request-id"));
    expect(first.headers.get("traceparent")).not.toBe(second.headers.get("traceparent"));
    const echoed = await shop.request(PATH, { headers: { "x-request-id": "mine" } });
    expect(echoed.headers.get("x-request-id")).toBe("mine");
  });

  it("is not sent again to who has it", async () => {
    const { headers } = await shop.request(PATH);
    const etag = headers.get("etag") ?? "";
    for (const header of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const again = await shop.request(PATH, { headers: { "if-none-match": header } });
      expect([again.status, again.text, again.headers.get("etag")]).toEqual([304, "", etag]);
    }
    const other = await shop.request(PATH, { headers: { "if-none-match": '"other"' } });
    expect(other.status).toBe(200);
  });

  it("is the new one as soon as the catalogue says that it changed", async () => {
    await shop.request(PATH);
    mug = { ...mug, name: "Better mug" };
    await shop.broker.broadcast("cache.invalidate.catalog");
    expect((await shop.request(PATH)).json).toMatchObject({ name: "Better mug" });
  });

  it("is the new one when the old one has lived its five seconds, even if nobody says so", async () => {
    await shop.request(PATH);
    mug = { ...mug, name: "Better mug" };
    await eventually(async () => (await shop.request(PATH)).text.includes("Better mug"), {
      what: "the new page",
    });
  });

  it("is the same for a customer, whose token is looked at, but who asks as nobody", async () => {
    await shop.request(PATH);
    const headers = await shop.as(newId(), "customer");
    expect((await shop.request(PATH, { headers })).json).toEqual(mug);
    expect(calls).toBe(1);
    const forged = await shop.request(PATH, { headers: { authorization: "Bearer forged" } });
    expect(forged.status).toBe(401);
    await shop.broker.broadcast("cache.invalidate.catalog");
    await shop.request(PATH, { headers });
    expect(identities).toEqual([null, null]);
  });

  it("that failed is asked for again", async () => {
    down = true;
    expect((await shop.request(PATH)).status).toBe(503);
    down = false;
    expect((await shop.request(PATH)).status).toBe(200);
  });
});
