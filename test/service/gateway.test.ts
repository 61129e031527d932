import type { Readable } from "node:stream";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { fail } from "../../contracts/errors";
import { newId } from "../../lib/ids";
import { startTestGateway, standIn, type TestGateway } from "../support/gateway";
import { aProduct } from "../support/products";

const ADA = newId();
const mug = aProduct({ slug: "mug" });
const cartId = newId();
const cart = {
  id: cartId,
  items: [],
  itemCount: 0,
  subtotal: { amount: 0, currency: "EUR" },
  updatedAt: new Date().toISOString(),
  degraded: [],
};

/** What the stand-ins saw of the last call. */
let seen: {
  params: Record<string, unknown>;
  identity: unknown;
  requestID: unknown;
  trace: unknown;
};
const see = (ctx: {
  params: unknown;
  identity: unknown;
  requestID: unknown;
  traceparent: unknown;
}) => {
  const { identity, requestID, traceparent: trace } = ctx;
  seen = { params: ctx.params as Record<string, unknown>, identity, requestID, trace };
};

let shop: TestGateway;
let ada: { authorization: string };
let admin: { authorization: string };

beforeAll(async () => {
  shop = await startTestGateway(
    [
      standIn("catalog", {
        get: (ctx) => {
          see(ctx);
          const { idOrSlug } = ctx.params as { idOrSlug: string };
          if (idOrSlug === "broken") throw new Error("SELECT secret FROM vault");
          if (idOrSlug !== "mug") throw fail("NOT_FOUND", `no product ${idOrSlug}`);
          return mug;
        },
        list: (ctx) => (see(ctx), { items: [mug], nextCursor: null }),
        create: (ctx) => (see(ctx), mug),
        archive: () => null,
        image: () => ({ svg: "<svg/>" }),
      }),
      standIn("carts", {
        setItem: (ctx) => (see(ctx), { cart, guestCartId: cartId }),
        get: (ctx) => (see(ctx), { cart, guestCartId: null }),
      }),
      standIn("inventory", {
        get: (ctx) => (see(ctx), { sku: "a", onHand: 1, reserved: 0, available: 1 }),
      }),
      standIn("payments", { webhook: (ctx) => (see(ctx), { received: true }) }),
      standIn("reports", {
        importProducts: async (ctx) => {
          see(ctx);
          let bytes = 0;
          for await (const chunk of ctx.stream as Readable) bytes += (chunk as Buffer).length;
          if (bytes === 0) throw fail("BAD_REQUEST", "the file is empty");
          return { jobId: newId() };
        },
      }),
    ],
    { CORS_ORIGINS: "https://shop.example" },
  );
  ada = await shop.as(ADA, "customer");
  admin = await shop.as(newId(), "customer", "admin");
});
afterAll(() => shop?.stop());
beforeEach(() => (seen = { params: {}, identity: null, requestID: null, trace: null }));

const json = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  body: typeof body === "string" ? body : JSON.stringify(body),
  headers: { "content-type": "application/json", ...headers },
});

describe("a route", () => {
  it("calls its action by name with what the path and the query say", async () => {
    const { status, json: body } = await shop.request("/api/v1/products?limit=5&sort=newest");
    expect([status, body]).toEqual([200, { items: [mug], nextCursor: null }]);
    expect(seen.params).toEqual({ limit: 5, sort: "newest" });
  });

  it("hands the caller's identity, request id and trace to the mesh", async () => {
    const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    const headers = {
      ...ada,
      "x-request-id": "req-1",
      "x-correlation-id": "x".repeat(5_000),
      traceparent: `00-${trace}-00f067aa0ba902b7-01`,
    };
    const answer = await shop.request("/api/v1/cart", { headers });
    expect(seen).toMatchObject({
      identity: { user: { id: ADA, roles: ["customer"] }, service: "gateway" },
      requestID: "req-1",
    });
    expect(answer.headers.get("x-request-id")).toBe("req-1");
    expect(answer.headers.get("traceparent")).toBe(seen.trace);
    expect(String(seen.trace)).toContain(trace);
  });

  it("answers what its reply makes of the result", async () => {
    const init = { method: "PUT", ...json({ quantity: 2 }, { "x-cart-id": "guest-1" }) };
    const { status, headers, json: body } = await shop.request("/api/v1/cart/items/SKU-1", init);
    expect([status, body]).toEqual([200, cart]);
    expect(headers.get("x-cart-id")).toBe(cartId);
    expect(seen.params).toEqual({ quantity: 2, sku: "SKU-1", cartId: "guest-1" });
  });

  it("answers 204 without a body", async () => {
    const init = { method: "DELETE", headers: admin };
    const { status, text, headers } = await shop.request(`/api/v1/admin/products/${mug.id}`, init);
    expect([status, text, headers.get("content-length")]).toEqual([204, "", null]);
  });

  it("sends what is not JSON as it is", async () => {
    const { headers, text } = await shop.request("/images/mug.svg");
    expect([headers.get("content-type"), text]).toEqual(["image/svg+xml; charset=utf-8", "<svg/>"]);
  });

  it("takes a slash within a parameter when it is encoded", async () => {
    await shop.request("/api/v1/admin/inventory/box%2Fred", { headers: admin });
    expect(seen.params).toEqual({ sku: "box/red" });
  });

  it("answers HEAD like GET, without the body", async () => {
    const got = await shop.request("/api/v1/products/mug");
    const { status, text, headers } = await shop.request("/api/v1/products/mug", {
      method: "HEAD",
    });
    expect([status, text]).toEqual([200, ""]);
    expect(headers.get("etag")).toBe(got.headers.get("etag"));
    expect(headers.get("content-length")).toBe(String(got.text.length));
  });

  it("tolerates a slash at the end", async () => {
    expect((await shop.request("/api/v1/products/")).status).toBe(200);
  });
});

describe("what is not there", () => {
  it.each([
    "/nope",
    "/api/v1",
    "/api/v1/nope",
    "/api/v1//products",
    "/api/v2/products",
    "/$node/services",
    "/~node/list",
    "/gateway/listAliases",
    "/api/v1/orders.list",
    "/__proto__",
  ])("answers 404 for %s", async (path) => {
    const { status, json: body, headers } = await shop.request(path);
    expect([status, body]).toMatchObject([404, { code: "NOT_FOUND", status: 404 }]);
    expect(headers.get("content-type")).toBe("application/problem+json");
  });

  it.each(["/api/v1/products/%00", "/api/v1/products/%zz", "/api/v1/products/%c3%28"])(
    "answers 400 for the badly encoded %s",
    async (path) => expect((await shop.request(path)).json).toMatchObject({ code: "BAD_REQUEST" }),
  );

  it.each(["no_such", "..%2f..%2fetc%2fpasswd", "'%20or%201=1", "a".repeat(500)])(
    "answers 404 for the name %s, which nothing can have",
    async (name) => expect((await shop.request(`/api/v1/products/${name}`)).status).toBe(404),
  );

  it("says what the service says of what it does not have", async () => {
    expect((await shop.request("/api/v1/products/cup")).json).toMatchObject({
      status: 404,
      code: "NOT_FOUND",
      detail: "no product cup",
    });
  });

  it("answers 405 with the methods that are there", async () => {
    const {
      status,
      headers,
      json: body,
    } = await shop.request("/api/v1/products", {
      method: "DELETE",
    });
    expect([status, body]).toMatchObject([405, { code: "METHOD_NOT_ALLOWED" }]);
    expect(headers.get("allow")).toBe("GET, HEAD, OPTIONS");
  });
});

describe("params", () => {
  const put = (body: unknown, query = "") =>
    shop.request(`/api/v1/cart/items/SKU-1${query}`, { method: "PUT", ...json(body) });

  it.each([
    [{ quantity: 1, price: 1 }, "/price"],
    [{ quantity: 100 }, "/quantity"],
    [{ quantity: 1.5 }, "/quantity"],
    [{ quantity: "1" }, "/quantity"],
    [{}, "/quantity"],
    [{ quantity: 1, sku: "OTHER" }, "/sku"],
    [{ quantity: 1, cartId: "OTHER" }, "/cartId"],
    ['{"quantity":1,"__proto__":{"admin":true}}', "/__proto__"],
    ['{"quantity":1,"constructor":1}', "/constructor"],
    ['{"quantity":1e400}', "/quantity"],
  ])("refuses the body %j because of %s", async (body, path) => {
    const { status, json: problem } = await put(body);
    expect(status).toBe(422);
    expect(problem).toMatchObject({ code: "VALIDATION_FAILED", errors: [{ path }] });
  });

  it.each(["?quantity=1", "?x=1"])("takes nothing of a body from the query %s", async (query) => {
    expect((await put({ quantity: 1 }, query)).status).toBe(422);
  });

  it.each(["limit=0", "limit=20abc", "limit=1&limit=2", "limit[$gt]=1", "offset=1", "cursor="])(
    "refuses the query %s by name",
    async (query) => {
      const { status, json: problem } = await shop.request(`/api/v1/products?${query}`);
      const path = `/${query.split("=")[0]}`;
      expect([status, problem]).toMatchObject([422, { errors: [{ path }] }]);
    },
  );

  it("names a header as the client knows it", async () => {
    const { json: problem } = await shop.request("/api/v1/cart", {
      headers: { "x-cart-id": "x".repeat(65) },
    });
    expect(problem).toMatchObject({ status: 422, errors: [{ path: "/x-cart-id" }] });
  });
});

describe("a header that a route requires", () => {
  it.each([
    ["no body", {}],
    ["half a body", json("{")],
    ["a body without fields", json({})],
    ["a body of another type", { body: "x", headers: { "content-type": "text/plain" } }],
  ])("is missed before %s is", async (_what, init: RequestInit) => {
    for (const key of [{}, { "idempotency-key": "" }, { "idempotency-key": "  " }]) {
      const { json: problem } = await shop.request("/api/v1/orders?nonsense=1", {
        method: "POST",
        ...init,
        headers: { ...(init.headers as Record<string, string>), ...ada, ...key },
      });
      expect(problem).toMatchObject({ status: 400, code: "IDEMPOTENCY_KEY_REQUIRED" });
    }
  });

  it("is not asked of who may not use the route", async () => {
    const { json: problem } = await shop.request("/api/v1/orders", { method: "POST" });
    expect(problem).toMatchObject({ status: 401, code: "UNAUTHENTICATED" });
  });
});

describe("a body", () => {
  const create = (init: RequestInit) =>
    shop.request("/api/v1/admin/products", {
      method: "POST",
      ...init,
      headers: { ...admin, ...(init.headers as Record<string, string>) },
    });

  it("that is no JSON is malformed", async () => {
    expect((await create(json("{"))).json).toMatchObject({ status: 400, code: "MALFORMED_JSON" });
  });

  it.each([
    "text/plain",
    "application/xml",
    "application/json; charset=latin1",
    "multipart/form-data",
  ])("of type %s is not supported", async (type) => {
    const answer = await create({ body: "{}", headers: { "content-type": type } });
    expect(answer.json).toMatchObject({ status: 415, code: "UNSUPPORTED_MEDIA_TYPE" });
  });

  it("may name its charset", async () => {
    const type = "application/json; charset=UTF-8";
    expect((await create({ body: "{}", headers: { "content-type": type } })).status).toBe(422);
  });

  it("that is compressed is not supported", async () => {
    const answer = await create(json("{}", { "content-encoding": "gzip" }));
    expect(answer.status).toBe(415);
  });

  it("that is missing has no fields", async () => {
    expect((await create({})).json).toMatchObject({ status: 422, code: "VALIDATION_FAILED" });
  });

  it("of a megabyte is read, one byte more is too large", async () => {
    const padded = (length: number) => `{"name":"${"x".repeat(length - 11)}"}`;
    expect((await create(json(padded(1_048_576)))).status).toBe(422);
    expect((await create(json(padded(1_048_577)))).json).toMatchObject({
      status: 413,
      code: "PAYLOAD_TOO_LARGE",
    });
  });

  it("is raw text where a signature covers it, of whatever type", async () => {
    const headers = {
      "content-type": "text/weird",
      "sandbox-signature": "t=1,v1=a",
      "stripe-signature": "t=2,v1=b",
      authorization: "junk",
    };
    const body = '{ "id" : 1 }\n';
    const path = "/api/v1/webhooks/payments/sandbox";
    expect((await shop.request(path, { method: "POST", body, headers })).status).toBe(200);
    expect(seen.params).toEqual({
      provider: "sandbox",
      rawBody: body,
      sandboxSignature: "t=1,v1=a",
      stripeSignature: "t=2,v1=b",
    });
  });
});

describe("an upload", () => {
  const upload = (body: RequestInit["body"] | undefined, headers: Record<string, string> = {}) =>
    shop.request("/api/v1/admin/products/import?currency=EUR", {
      method: "POST",
      ...(body === undefined ? {} : { body }),
      duplex: "half",
      headers: { ...admin, "content-type": "text/csv", ...headers },
    });

  it("is streamed to its service", async () => {
    const { status, headers } = await upload("a,b\n".repeat(600_000));
    expect(status).toBe(202);
    expect(headers.get("location")).toMatch(/^\/api\/v1\/admin\/jobs\//);
    expect(seen.params).toEqual({ currency: "EUR" });
  });

  it("of another type is refused", async () => {
    expect((await upload("{}", { "content-type": "application/json" })).status).toBe(415);
  });

  it("fails as its service says", async () => {
    expect((await upload(undefined)).json).toMatchObject({
      status: 400,
      detail: "the file is empty",
    });
  });

  it("ends at 64 MiB, whether its length was declared or not", async () => {
    const block = new Uint8Array(1024 * 1024).fill(97);
    let sent = 0;
    const endless = new ReadableStream({
      pull: (controller) => {
        if (sent++ < 70) controller.enqueue(block);
        else controller.close();
      },
    });
    expect((await upload(endless)).json).toMatchObject({ status: 413, code: "PAYLOAD_TOO_LARGE" });
    expect((await upload(new Uint8Array(65 * 1024 * 1024))).status).toBe(413);
  });
});

describe("who calls", () => {
  it.each([
    ["/api/v1/users/me", {}, 401, "UNAUTHENTICATED"],
    ["/api/v1/admin/inventory/a", {}, 401, "UNAUTHENTICATED"],
    ["/api/v1/products/mug", { authorization: "Bearer nonsense" }, 401, "UNAUTHENTICATED"],
    ["/api/v1/cart", { authorization: "Basic YTpi" }, 401, "UNAUTHENTICATED"],
  ])("%s with %j answers %i", async (path, headers, status, code) => {
    const answer = await shop.request(path, { headers });
    expect([answer.status, answer.json]).toMatchObject([status, { code }]);
    expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer/);
  });

  it("needs the role of an admin for what admins do", async () => {
    const path = "/api/v1/admin/inventory/a";
    expect((await shop.request(path, { headers: ada })).json).toMatchObject({ code: "FORBIDDEN" });
    expect((await shop.request(path, { headers: admin })).status).toBe(200);
  });

  it("is told so before the body is looked at", async () => {
    const answer = await shop.request("/api/v1/admin/products", { method: "POST", ...json("{") });
    expect(answer.status).toBe(401);
  });

  it("may bring any token where tokens are not looked at", async () => {
    const headers = { authorization: "Bearer expired" };
    expect((await shop.request("/.well-known/jwks.json", { headers })).status).toBe(200);
    expect((await shop.request("/health/live", { headers })).status).toBe(200);
  });
});

describe("a failure", () => {
  it("that nobody expected says nothing but an id", async () => {
    const answer = await shop.request("/api/v1/products/broken", {
      headers: { "x-request-id": "find-me" },
    });
    expect(answer.json).toMatchObject({
      status: 500,
      code: "INTERNAL_ERROR",
      requestId: "find-me",
    });
    expect(answer.text).not.toMatch(/SELECT|vault|stack|catalog/);
  });

  it("of a service that does not run is 503, to be tried again", async () => {
    const { status, headers, text } = await shop.request("/api/v1/search?q=mug");
    expect([status, headers.get("retry-after")]).toEqual([503, "1"]);
    expect(text).not.toMatch(/search\.query/);
  });
});

describe("other origins", () => {
  const from = (origin: string, method = "GET", more: Record<string, string> = {}) =>
    shop.request("/api/v1/products/mug", { method, headers: { origin, ...more } });

  it("may read answers when they are listed", async () => {
    const { headers } = await from("https://shop.example");
    expect(headers.get("access-control-allow-origin")).toBe("https://shop.example");
    expect(headers.get("access-control-expose-headers")).toContain("X-Cart-Id");
    expect(headers.get("vary")).toBe("Origin");
  });

  it.each(["https://shop.exampl", "https://shop.example.evil", "http://shop.example", "null", "*"])(
    "may not when they are called %s",
    async (origin) => {
      const { headers } = await from(origin);
      expect(headers.get("access-control-allow-origin")).toBeNull();
    },
  );

  it("hear from a preflight what they may do", async () => {
    const ask = { "access-control-request-method": "PUT" };
    const { status, headers } = await from("https://shop.example", "OPTIONS", ask);
    expect([status, headers.get("access-control-allow-methods")]).toEqual([
      204,
      "GET, HEAD, OPTIONS",
    ]);
    expect(headers.get("access-control-allow-headers")).toContain("Idempotency-Key");
    const stranger = await from("https://evil.example", "OPTIONS", ask);
    expect(stranger.headers.get("access-control-allow-methods")).toBeNull();
  });

  it("get a plain OPTIONS answered, and 404 for what is not there", async () => {
    const { status, headers } = await shop.request("/api/v1/orders", { method: "OPTIONS" });
    expect([status, headers.get("allow")]).toEqual([204, "GET, HEAD, OPTIONS, POST"]);
    expect((await shop.request("/nope", { method: "OPTIONS" })).status).toBe(404);
  });
});

describe("every answer", () => {
  it.each(["/api/v1/products/mug", "/nope", "/health/live", "/docs", "/api/v1/users/me"])(
    "of %s carries an id, a trace and what browsers need to know",
    async (path) => {
      const { headers } = await shop.request(path);
      expect(headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers.get("traceparent")).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(headers.get("x-powered-by")).toBeNull();
    },
  );

  it("of somebody's own data is not to be stored", async () => {
    const { headers } = await shop.request("/api/v1/admin/inventory/a", { headers: admin });
    expect(headers.get("cache-control")).toBe("no-store");
  });
});
