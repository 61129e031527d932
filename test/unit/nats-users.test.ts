import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readConfig } from "../../config/env";
import { natsOptions } from "../../lib/messaging/nats-options";
import { renderNatsUsers } from "../../deploy/nats-users";

const file = join(__dirname, "../../deploy/nats/users.conf");

describe("the users of NATS", () => {
  it("are those that the contracts make (npm run nats:render)", () => {
    expect(readFileSync(file, "utf8")).toBe(renderNatsUsers("souk"));
  });
});

describe("a NATS URL", () => {
  it("gives one login for several servers, decoded, and an inbox of its own", () => {
    const url = "nats://nats-1:4222,nats://the%20orders:p%40%3A%2F@nats-2:4223";
    expect(natsOptions(url)).toMatchObject({
      servers: ["nats-1:4222", "nats-2:4223"],
      user: "the orders",
      pass: "p@:/",
      inboxPrefix: "_INBOX_the_orders",
      maxReconnectAttempts: -1,
    });
  });

  it("without a login gives none, and no TLS", () => {
    const options = natsOptions("nats://localhost:4222");
    for (const key of ["user", "pass", "inboxPrefix", "tls"])
      expect(options).not.toHaveProperty(key);
  });

  it("asks for verified TLS by one tls:// among them, or by an authority", () => {
    expect(natsOptions("nats://a:4222,tls://b:4222").tls).toEqual({});
    expect(natsOptions("tls://a:4222", "/ca.pem").tls).toEqual({ caFile: "/ca.pem" });
    expect(natsOptions("nats://a:4222", "/ca.pem").tls).toEqual({ caFile: "/ca.pem" });
  });
});

describe("the configuration of a node", () => {
  const cluster = {
    NATS_URL: "nats://localhost:4222",
    POSTGRES_URL: "postgres://localhost",
    SERVICES: "orders",
  };
  const key = "k".repeat(32);

  it("needs the key of access tokens for users only, once the mesh has one of its own", () => {
    expect(() => readConfig(cluster)).toThrow("MESH_KEY is required in a cluster");
    expect(readConfig({ ...cluster, MESH_KEY: `${key}, ${key}2` }).meshKeys).toEqual([
      key,
      `${key}2`,
    ]);
    const users = { ...cluster, MESH_KEY: key, SERVICES: "users" };
    expect(() => readConfig(users)).toThrow("JWT_PRIVATE_KEY is required in a cluster");
  });

  it("names a key that is too short, and a node id that is no part of a subject", () => {
    expect(() => readConfig({ MESH_KEY: "short" })).toThrow(/^MESH_KEY must be 32 characters/);
    for (const NODE_ID of ["a b", "a.*", ">", "a..b", ".a"]) {
      expect(() => readConfig({ NODE_ID })).toThrow(/^NODE_ID must be words/);
    }
    expect(readConfig({ NODE_ID: "rack-1.host_2" }).nodeId).toBe("rack-1.host_2");
  });
});
