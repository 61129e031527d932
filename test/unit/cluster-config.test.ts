import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { expect, test } from "vitest";
import { ConfigError, readConfig } from "../../config/env";

const { privateKey } = generateKeyPairSync("ed25519");
const CLUSTER = {
  NATS_URL: "nats://localhost:4222",
  JWT_PRIVATE_KEY: privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
};
const POSTGRES_URL = "postgres://localhost";

const faultsOf = (env: Record<string, string>): readonly string[] => {
  try {
    readConfig({ ...CLUSTER, ...env });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
};

test("a cluster needs each server that its services keep data in, a line for each", () => {
  expect(faultsOf({})).toEqual([
    expect.stringMatching(/^POSTGRES_URL is required in a cluster, for users, search, inventory/),
    "MONGO_URL is required in a cluster, for catalog",
    "REDIS_URL is required in a cluster, for carts",
  ]);
});

test("the key of access tokens may be Ed25519, P-256 or RSA", () => {
  const faultOf = ({ privateKey }: { privateKey: KeyObject }) =>
    faultsOf({
      SERVICES: "gateway",
      JWT_PRIVATE_KEY: privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
    });
  expect(faultOf(generateKeyPairSync("rsa", { modulusLength: 2048 }))).toEqual([]);
  expect(faultOf(generateKeyPairSync("ec", { namedCurve: "P-256" }))).toEqual([]);
  const refused = [expect.stringMatching(/^JWT_PRIVATE_KEY must be a private key as PKCS#8 PEM/)];
  expect(faultOf(generateKeyPairSync("rsa", { modulusLength: 1024 }))).toEqual(refused);
  expect(faultsOf({ SERVICES: "gateway", JWT_PRIVATE_KEY: "rubbish" })).toEqual(refused);
});

test("a process of a cluster needs the servers of its own services only", () => {
  expect(faultsOf({ SERVICES: "gateway" })).toEqual([]);
  expect(faultsOf({ SERVICES: "gateway,operations" })).toEqual([
    "POSTGRES_URL is required in a cluster, for operations",
  ]);
  expect(faultsOf({ SERVICES: "orders,payments", POSTGRES_URL })).toEqual([]);
  expect(faultsOf({ SERVICES: "carts" })).toEqual([
    "REDIS_URL is required in a cluster, for carts",
  ]);
});

test("a service with a database of its own needs no POSTGRES_URL", () => {
  const env = { SERVICES: "orders,payments", ORDERS_DATABASE_URL: `${POSTGRES_URL}/o` };
  expect(faultsOf(env)).toEqual(["POSTGRES_URL is required in a cluster, for payments"]);
  expect(faultsOf({ ...env, PAYMENTS_DATABASE_URL: `${POSTGRES_URL}/p` })).toEqual([]);
});

test("a malformed server is one fault, not two", () => {
  expect(faultsOf({ SERVICES: "catalog", MONGO_URL: "localhost" })).toEqual([
    expect.stringMatching(/^MONGO_URL must be a URL/),
  ]);
});

test("without a mesh every server is optional", () => {
  expect(readConfig({}).mongoUrl).toBeNull();
});

test("an authority that is no certificate, or not there, is named", () => {
  for (const NATS_CA of ["/nowhere/ca.pem", __filename]) {
    expect(faultsOf({ SERVICES: "gateway", NATS_CA })).toEqual([
      expect.stringMatching(/^NATS_CA must be a PEM file with a certificate: /),
    ]);
  }
});

test("files of TLS that cannot be used stop a gateway before anything starts, and no other node", () => {
  const env = { TLS_CERT: "/nowhere/cert.pem", TLS_KEY: "/nowhere/key.pem" };
  expect(faultsOf({ SERVICES: "gateway", ...env })).toEqual([
    expect.stringMatching(/^TLS_CERT: ENOENT/),
    expect.stringMatching(/^TLS_KEY: ENOENT/),
  ]);
  expect(faultsOf({ SERVICES: "orders,payments", POSTGRES_URL, ...env })).toEqual([]);
});

test("a host that can be none is refused before anything starts", () => {
  const faultOf = (HOST: string) => faultsOf({ SERVICES: "gateway", HOST });
  for (const good of ["0.0.0.0", "::", "fe80::1%eth0", "localhost", "my-host.example"]) {
    expect(faultOf(good)).toEqual([]);
  }
  expect(faultOf("not a host")).toEqual(["HOST must be an address or a host's name"]);
  expect(faultOf("http://localhost")).toEqual(["HOST must be an address or a host's name"]);
});

test("an order may be given any time from a millisecond on", () => {
  const faultOf = (ORDER_TIMEOUT_MS: string) => faultsOf({ SERVICES: "gateway", ORDER_TIMEOUT_MS });
  expect(faultOf("500")).toEqual([]);
  expect(faultOf("0")).toEqual(["ORDER_TIMEOUT_MS must be a whole number from 1 to 86400000"]);
});
