import { generateKeyPairSync } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import { eventually } from "../support/eventually";
import { freePort } from "../support/free-port";
import { isRunning } from "../support/is-running";
import { ShopProcess } from "../support/shop-process";

let shop: ShopProcess | undefined;
afterEach(() => shop?.remove());

/** A shop that waits for what is not there; `start` ends with the process. */
async function waiting(env: Record<string, string>) {
  shop = await ShopProcess.create(env);
  const process = shop;
  const ended = process.start().catch((error: Error) => error.message);
  const waits = eventually(async () => process.output.includes("is waited for"));
  await Promise.race([waits, ended.then((why) => Promise.reject(new Error(String(why))))]);
  return { process, ended };
}

const nowhere = async (): Promise<string> => `127.0.0.1:${await freePort()}`;
const LIMIT_MS = 5_000;

test("told to stop while it waits for PostgreSQL, a shop ends at once and in order", async () => {
  const { process, ended } = await waiting({ POSTGRES_URL: `postgres://a:b@${await nowhere()}/` });
  const began = performance.now();
  expect(await process.interrupt("SIGTERM")).toBe(0);
  expect(performance.now() - began).toBeLessThan(LIMIT_MS);
  expect(await ended).toMatch(/^ended with 0/);
  expect(process.output).not.toMatch(/cannot start|unhandled|stopping failed/);
});

test("and while it waits for MongoDB, its own PostgreSQL ends with it", async () => {
  const { process } = await waiting({ MONGO_URL: `mongodb://${await nowhere()}` });
  const postgres = await process.postgresPid();
  expect(postgres).not.toBeNull();
  const began = performance.now();
  expect(await process.interrupt("SIGTERM")).toBe(0);
  expect(performance.now() - began).toBeLessThan(LIMIT_MS);
  expect(await process.postgresPid()).toBeNull();
  expect(isRunning(postgres ?? 0)).toBe(false);
});

test("and while it waits for NATS, as a part of a cluster does", async () => {
  const { privateKey } = generateKeyPairSync("ed25519");
  const { process, ended } = await waiting({
    SERVICES: "orders",
    NATS_URL: `nats://${await nowhere()}`,
    POSTGRES_URL: `postgres://a:b@${await nowhere()}/`,
    MESH_KEY: "a key of thirty-two letters or more",
    JWT_PRIVATE_KEY: privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
  });
  expect(await process.interrupt("SIGTERM")).toBe(0);
  expect(await ended).toMatch(/^ended with 0/);
  expect(process.output).not.toMatch(/cannot start|unhandled|stopping failed/);
});
