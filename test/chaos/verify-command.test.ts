import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findEmbeddedPostgres } from "../../lib/embedded/postgres";
import { databaseUrl } from "../../lib/store/postgres";
import { connect } from "../../verify/snapshot";
import { ADMIN, AdminClient } from "../support/client";
import { ShopProcess } from "../support/shop-process";

const root = join(__dirname, "../..");

let shop: ShopProcess;

beforeAll(async () => {
  shop = await ShopProcess.create(ADMIN);
  await shop.start();
});
afterAll(() => shop.remove());

/** Runs the command as a user would; resolves with what it printed and its exit code. */
function runVerify(dataDir: string, ...args: string[]): Promise<{ code: number; text: string }> {
  return new Promise((resolve) => {
    const env = { PATH: process.env.PATH, DATA_DIR: dataDir };
    const command = [join(root, "scripts/verify.mjs"), ...args];
    execFile(process.execPath, command, { cwd: root, env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), text: stdout + stderr }),
    );
  });
}

async function onOrders(sql: string): Promise<void> {
  const server = await findEmbeddedPostgres(shop.dataDir);
  if (!server) throw new Error("no PostgreSQL runs");
  const client = await connect(databaseUrl(server, "souk", "orders"));
  await client.query(sql).finally(() => client.end());
}

test("it waits for a shop that runs to come to rest, finds nothing wrong, and leaves it running", async () => {
  const admin = await AdminClient.signIn(shop.url);
  await admin.sell("V-1", 2_500, 5);
  const placed = await admin.order([{ sku: "V-1", quantity: 1 }]);
  expect(placed.status).toBe(202);
  const { code, text } = await runVerify(shop.dataDir);
  expect(text).toMatch(/ ok .*M1 A/);
  expect({ code, wrong: /WRONG.*/.exec(text)?.[0] }).toEqual({ code: 0, wrong: undefined });
  await admin.until(placed.body.id, "confirmed");
});

test("it shows what is violated, with its rows, and ends with 1", async () => {
  await onOrders("UPDATE orders SET version = version + 1");
  const { code, text } = await runVerify(shop.dataDir);
  await onOrders("UPDATE orders SET version = version - 1");
  expect(text).toMatch(/WRONG {2}O1 A .*: 1\n\s+\{.*"status":"confirmed"/);
  expect(code).toBe(1);
});

test("it cannot judge a shop that does not come to rest, says why and ends with 2", async () => {
  const later = "available_at = now() + interval '1 hour'";
  await onOrders(`UPDATE outbox SET published_at = NULL, ${later} WHERE name = 'order.confirmed'`);
  const { code, text } = await runVerify(shop.dataDir, "--settle", "0");
  await onOrders("UPDATE outbox SET published_at = now() WHERE published_at IS NULL");
  expect(text).toMatch(/E1 Q .*not checked: the shop is not at rest: orders: 1 unpublished events/);
  expect(code).toBe(2);
});

test("it starts the PostgreSQL of a shop that does not run, and stops it again", async () => {
  expect(await shop.interrupt()).toBe(0);
  const { code, text } = await runVerify(shop.dataDir);
  expect({ code, wrong: /WRONG.*/.exec(text)?.[0] }).toEqual({ code: 0, wrong: undefined });
  expect(await shop.postgresPid()).toBeNull();
});

test("where there is no shop it ends with 2, and makes none", async () => {
  const empty = await mkdtemp(join(tmpdir(), "souk-empty-"));
  const { code, text } = await runVerify(empty);
  await rm(empty, { recursive: true });
  expect(text).toContain("there is no shop in");
  expect(code).toBe(2);
  expect((await runVerify(empty, "--settle", "soon")).text).toContain("--settle must be");
});
