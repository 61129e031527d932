import { readFileSync } from "node:fs";
import { connect as connectHttp2 } from "node:http2";
import { request } from "node:https";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { ServiceSchema } from "moleculer";
import { afterEach, describe, expect, it } from "vitest";
import { contracts, durableActions } from "../../contracts";
import { newId } from "../../lib/ids";
import { certificate } from "../support/certificate";
import { EventStream } from "../support/event-stream";
import { startTestGateway, standIn, type TestGateway } from "../support/gateway";
import { aProduct } from "../support/products";
import { head, sendRaw } from "../support/raw-http";

let shop: TestGateway | undefined;
afterEach(async () => {
  await shop?.stop();
  shop = undefined;
});
async function start(doubles: ServiceSchema[], env: Record<string, string> = {}) {
  shop = await startTestGateway(doubles, env);
  return shop;
}

const slowCatalog = standIn("catalog", {
  get: async () => {
    await sleep(400);
    return aProduct();
  },
});

describe("a stop", () => {
  it("lets answers in hand go out, which say goodbye, and takes no new connections", async () => {
    const gateway = await start([slowCatalog]);
    const answer = gateway.request("/api/v1/products/mug");
    const kept = sendRaw(gateway.url, head("GET /api/v1/products/cup"));
    await sleep(100);
    const stopped = gateway.stop();
    shop = undefined;
    expect((await answer).status).toBe(200);
    expect((await kept).text).toMatch(/^HTTP\/1\.1 200[\s\S]*connection: close/i);
    await stopped;
    await expect(fetch(`${gateway.url}/health/live`)).rejects.toThrow();
  });

  it("ends streams and does not wait for idle connections", async () => {
    const at = new Date().toISOString();
    const history = () => [{ version: 1, status: "pending" as const, at }];
    const gateway = await start([standIn("orders", { history })]);
    const ada = await gateway.as(newId(), "customer");
    const url = `${gateway.url}/api/v1/orders/${newId()}/events`;
    const stream = await EventStream.open(url, ada);
    const idle = sendRaw(gateway.url, head("GET /health/live"));
    await stream.next();
    const began = performance.now();
    shop = undefined;
    await gateway.stop();
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(await stream.rest()).toEqual([]);
    expect((await idle).text).toMatch(/^HTTP\/1\.1 200/);
  });

  it("cuts off who does not come to an end", async () => {
    const gateway = await start([]);
    const half = sendRaw(gateway.url, "POST /api/v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-le");
    await sleep(50);
    shop = undefined;
    await gateway.stop();
    await half.catch(() => null);
  });
});

describe("a start", () => {
  it("says which variable is at fault when the port is taken", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as { port: number };
    await expect(start([], { PORT: String(port) })).rejects.toThrow(
      `PORT ${port} is in use by another process; set PORT to a free one`,
    );
    other.close();
  });

  it("announces where the shop is", async () => {
    const { announcements, url } = await start([]);
    expect(announcements).toContain(`shop: ${url}  docs: ${url}/docs`);
  });
});

/** A stand-in for a whole service, of which only its presence matters. */
const presence = (name: keyof typeof contracts): ServiceSchema => {
  const names = [
    ...Object.keys(contracts[name].actions),
    ...("durable" in contracts[name] ? Object.keys(durableActions) : []),
  ];
  const backlog = {
    ...{ pendingEvents: 0, oldestPendingMs: 0, parkedEvents: 0, oldestParkedMs: 0 },
    ...{ deadLetters: 0, recoveries: 0 },
  };
  return standIn(name, Object.fromEntries(names.map((action) => [action, () => backlog])));
};

describe("health", () => {
  const others = (Object.keys(contracts) as (keyof typeof contracts)[]).filter(
    (name) => name !== "gateway",
  );

  it("is ready when every service answers", async () => {
    const gateway = await start(others.map(presence));
    const { status, json } = await gateway.request("/health/ready");
    expect([status, json]).toMatchObject([200, { status: "ok", checks: { orders: "ok" } }]);
  });

  it("names the services that do not run, or whose database does not answer", async () => {
    const broken = standIn("payments", {
      ...Object.fromEntries(
        [...Object.keys(contracts.payments.actions), ...Object.keys(durableActions)].map((name) => [
          name,
          () => {
            throw new Error("connection refused");
          },
        ]),
      ),
    });
    const present = others.filter((name) => name !== "orders" && name !== "payments");
    const gateway = await start([...present.map(presence), broken]);
    const { status, json, headers } = await gateway.request("/health/ready");
    expect(status).toBe(503);
    expect(json).toMatchObject({
      code: "SERVICE_UNAVAILABLE",
      detail: "A part of the shop is unavailable: orders, payments",
      checks: { orders: "not running", payments: "does not answer", users: "ok" },
    });
    expect(headers.get("retry-after")).toBe("1");
    expect((await gateway.request("/health/live")).json).toEqual({ status: "ok" });
  });
});

const tls = certificate();

describe.skipIf(!tls)("over TLS", () => {
  const env = tls ?? {};
  const ca = tls ? readFileSync(tls.TLS_CERT) : "";

  it("speaks HTTP/2", async () => {
    const gateway = await start([standIn("catalog", { get: () => aProduct() })], env);
    const session = connectHttp2(gateway.url.replace("http:", "https:"), { ca });
    const stream = session.request({ ":path": "/api/v1/products/mug", "x-request-id": "h2" });
    const headers = await new Promise<Record<string, unknown>>((resolve, reject) =>
      stream.once("response", resolve).once("error", reject),
    );
    expect(headers).toMatchObject({
      ":status": 200,
      "x-request-id": "h2",
      "strict-transport-security": "max-age=15552000",
    });
    let body = "";
    for await (const chunk of stream) body += String(chunk);
    expect(JSON.parse(body)).toMatchObject({ status: "active" });

    const post = session.request({
      ":path": "/api/v1/auth/login",
      ":method": "POST",
      "content-type": "application/json",
    });
    post.end("{");
    const answered = await new Promise<Record<string, unknown>>((resolve) =>
      post.once("response", resolve),
    );
    expect(answered[":status"]).toBe(400);
    post.resume();
    session.close();
  });

  it("speaks HTTP/1.1 to who does not, and stops while they are connected", async () => {
    const gateway = await start([], env);
    const status = await new Promise((resolve, reject) => {
      const url = gateway.url.replace("http:", "https:");
      request(`${url}/health/live`, { ca }, (res) => resolve(res.resume().statusCode))
        .on("error", reject)
        .end();
    });
    expect(status).toBe(200);
  });

  it("says which variable is at fault when a file is not there", async () => {
    const missing = { ...env, TLS_CERT: "/nowhere/cert.pem" };
    await expect(start([], missing)).rejects.toThrow(/^TLS_CERT: ENOENT/);
    const swapped = { TLS_CERT: tls?.TLS_KEY ?? "", TLS_KEY: tls?.TLS_CERT ?? "" };
    await expect(start([], swapped)).rejects.toThrow(/^TLS_CERT and TLS_KEY are no pair/);
  });
});
