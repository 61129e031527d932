import type { Socket } from "node:net";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "../../lib/ids";
import { startTestGateway, standIn, type TestGateway } from "../support/gateway";
import { aProduct } from "../support/products";
import { head, sendRaw } from "../support/raw-http";

let shop: TestGateway;
let token: string;
beforeAll(async () => {
  shop = await startTestGateway([
    standIn("catalog", { get: () => aProduct(), create: () => aProduct() }),
    standIn("reports", {
      importProducts: async (ctx) => {
        for await (const _chunk of ctx.stream as Readable);
        return { jobId: newId() };
      },
    }),
  ]);
  token = (await shop.as(newId(), "admin")).authorization;
});
afterAll(() => shop?.stop());

const chunk = (size: number): string => `${size.toString(16)}\r\n${"x".repeat(size)}\r\n`;

/** Sends chunks for as long as the other side takes them. */
async function pour(socket: Socket, size: number): Promise<void> {
  while (socket.writable) {
    if (!socket.write(chunk(size))) await sleep(5);
  }
}

const close = "connection: close";

describe("the server", () => {
  it("answers a problem to what is not HTTP", async () => {
    const { text } = await sendRaw(shop.url, "HELO shop\r\n\r\n");
    expect(text).toMatch(/^HTTP\/1\.1 400 Bad Request/);
    expect(text).toContain('"code":"BAD_REQUEST"');
  });

  it("refuses two lengths for one body", async () => {
    const lines = ["content-length: 5", "transfer-encoding: chunked"];
    const { text } = await sendRaw(
      shop.url,
      head("POST /api/v1/auth/login", ...lines) + "0\r\n\r\n",
    );
    expect(text).toMatch(/^HTTP\/1\.1 400/);
  });

  it("refuses headers that are too long", async () => {
    const { text } = await sendRaw(shop.url, head("GET /health/live", `x: ${"y".repeat(70_000)}`));
    expect(text).toMatch(/^HTTP\/1\.1 431/);
  });

  it("takes a target as it is sent to a proxy", async () => {
    const { text } = await sendRaw(shop.url, head("GET http://shop.example/health/live", close));
    expect(text).toMatch(/^HTTP\/1\.1 200/);
  });

  it.each([
    "OPTIONS *",
    "GET *",
    "GET ?x=1",
    "GET //api/v1/products",
    "GET /api/v1/products//",
    "GET /..//../etc/passwd",
    "BREW /api/v1/cart",
  ])("answers %s with a problem", async (line) => {
    const { text } = await sendRaw(shop.url, head(line, close));
    expect(text).toMatch(/^HTTP\/1\.1 4\d\d/);
  });

  it("answers who does not say the host with a problem, under the id that was sent", async () => {
    const lines = ["GET /health/live HTTP/1.1", "x-request-id: mine", close, "", ""];
    const { text } = await sendRaw(shop.url, lines.join("\r\n"));
    expect(text).toMatch(/^HTTP\/1\.1 400/);
    expect(text).toMatch(/^x-request-id: mine\r$/im);
    expect(text).toMatch(/^content-type: application\/problem\+json\r$/im);
    expect(text).toContain('"code":"BAD_REQUEST"');
  });

  it("needs no host over HTTP/1.0", async () => {
    const { text } = await sendRaw(shop.url, "GET /health/live HTTP/1.0\r\n\r\n");
    expect(text).toMatch(/^HTTP\/1\.1 200/);
  });

  it("answers who expects more of it than it knows", async () => {
    const expecting = head("GET /health/live", "expect: 200-ok", close);
    const { text } = await sendRaw(shop.url, expecting);
    expect(text).toMatch(/^HTTP\/1\.1 200/);
    expect(text).toMatch(/^x-request-id: /im);
  });

  it("does not reflect an id that is none", async () => {
    const evil = "x-request-id: <script>alert(1)</script>";
    const { text } = await sendRaw(shop.url, head("GET /nope", evil, close));
    expect(text).not.toContain("script>");
  });

  it("says at once that a declared body is too large, before it comes", async () => {
    const lines = [`authorization: ${token}`, "content-type: application/json"];
    const declared = ["content-length: 50000000", "expect: 100-continue"];
    const request = head("POST /api/v1/admin/products", ...lines, ...declared);
    const { text } = await sendRaw(shop.url, request);
    expect(text).toMatch(/^HTTP\/1\.1 413/);
    expect(text).toMatch(/connection: close/i);
  });

  it("asks a client that asked first for the body that it wants", async () => {
    const lines = [`authorization: ${token}`, "content-type: application/json", close];
    const request = head(
      "POST /api/v1/admin/products",
      ...lines,
      "content-length: 2",
      "expect: 100-continue",
    );
    const { text } = await sendRaw(shop.url, (socket) => {
      socket.write(request);
      socket.once("data", () => socket.write("{}"));
    });
    expect(text).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 422/);
  });

  it("answers a body without an end, and then stops listening to it", async () => {
    const lines = [`authorization: ${token}`, "content-type: application/json"];
    const request = head("POST /api/v1/admin/products", ...lines, "transfer-encoding: chunked");
    const { text, ms } = await sendRaw(shop.url, (socket) => {
      socket.write(request);
      void pour(socket, 64 * 1024);
    });
    expect(text).toMatch(/^HTTP\/1\.1 413/);
    expect(ms).toBeLessThan(6_000);
  });

  it("answers who may not upload before the upload", async () => {
    const request = head(
      "POST /api/v1/admin/products/import",
      "content-type: text/csv",
      "transfer-encoding: chunked",
    );
    const { text } = await sendRaw(shop.url, (socket) => {
      socket.write(request);
      void pour(socket, 64 * 1024);
    });
    expect(text).toMatch(/^HTTP\/1\.1 401/);
  });

  it("outlives clients that go away in the middle of a body", async () => {
    const json = [
      `authorization: ${token}`,
      "content-type: application/json",
      "content-length: 100",
    ];
    const csv = [`authorization: ${token}`, "content-type: text/csv", "content-length: 1000000"];
    for (const request of [
      head("POST /api/v1/admin/products", ...json),
      head("POST /api/v1/admin/products/import", ...csv),
    ]) {
      await sendRaw(shop.url, (socket) => {
        socket.write(`${request}{"name"`, () => setTimeout(() => socket.destroy(), 50));
      });
    }
    expect((await shop.request("/health/live")).status).toBe(200);
  });

  it("answers requests of one connection in their order", async () => {
    const requests = ["/health/live", "/nope", "/api/v1/products/mug"].map((path) =>
      head(`GET ${path}`),
    );
    const { text } = await sendRaw(shop.url, requests.join("") + head("GET /health/live", close));
    expect([...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual([
      "200",
      "404",
      "200",
      "200",
    ]);
  });
});
