import { beforeEach, expect, it, onTestFinished } from "vitest";
import { newId } from "../../lib/ids";
import { Retention, type RetentionRule } from "../../lib/messaging/retention";
import type { Database } from "../../lib/store/database";
import { keyedRequestTable, oldKeyedRequests } from "../../mixins/keyed-request";
import { aDatabase, silent } from "../support/messaging";
import { dbOf } from "../support/service-db";
import { eventually, startTestShop } from "../support/shop";

const HOUR = 3_600_000;
/** The stream keeps 7 hours, and so the outbox 8 and the inbox 30. */
const keep = { streamHours: 7 };
let db: Database;

beforeEach(async () => {
  db = (await aDatabase())();
});

const prune = (rules: readonly RetentionRule[] = []) =>
  new Retention({ db, keep, rules, logger: { ...silent, info: () => undefined } }).prune();

/** A UUIDv7 of that many hours ago. */
function idOf(hoursAgo: number): string {
  const time = (Date.now() - hoursAgo * HOUR).toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}${newId().slice(13)}`;
}

const publish = (hoursAgo: number, published = true) =>
  db.query(
    `INSERT INTO outbox (id, name, version, aggregate_id, seq, payload, correlation_id, published_at)
     VALUES ($1, 'a.b', 1, $1::uuid::text, 1, '{}', 'c',
       CASE WHEN $3 THEN now() - $2::float8 * interval '1 hour' END)`,
    [idOf(hoursAgo), hoursAgo, published],
  );

const handle = (hoursAgo: number, status = "done") =>
  db.query(
    `INSERT INTO inbox (event_id, name, aggregate_id, seq, correlation_id, occurred_at, status,
       attempts, node, handled_at)
     VALUES ($1, 'a.b', 'a', 1, 'c', now(), $3, 1, 'n', now() - $2::float8 * interval '1 hour')`,
    [idOf(hoursAgo), hoursAgo, status],
  );

const count = async (table: string): Promise<number> =>
  (await db.query(`SELECT FROM ${table}`)).length;

it("what was published longer ago than the stream keeps it leaves the outbox, and nothing else", async () => {
  for (const hours of [0, 6, 7.5]) await publish(hours);
  await publish(9);
  await publish(100, false);
  await prune();
  expect(await count("outbox")).toBe(4);
});

it("what was handled leaves the inbox after everything that could deliver it again", async () => {
  for (const hours of [0, 9, 29]) await handle(hours);
  await handle(31);
  await handle(31, "parked");
  await prune();
  expect(await count("inbox")).toBe(4);
});

it("a dead event stays for as long as its letter waits for somebody", async () => {
  await handle(31, "dead");
  await db.query(
    `INSERT INTO dead_letter (id, event_id, event, error, attempts)
     SELECT $1, event_id, '{}', 'no', 8 FROM inbox`,
    [newId()],
  );
  await prune();
  expect(await count("inbox")).toBe(1);
  await db.query("DELETE FROM dead_letter");
  await prune();
  expect(await count("inbox")).toBe(0);
});

it("more than one batch goes in one round", async () => {
  await db.query(
    `INSERT INTO outbox (id, name, version, aggregate_id, seq, payload, correlation_id, published_at)
     SELECT (left($1, 24) || lpad(to_hex(n), 12, '0'))::uuid, 'a.b', 1, n::text, 1, '{}', 'c',
       now() - interval '9 hours' FROM generate_series(1, 2500) n`,
    [idOf(9)],
  );
  await prune();
  expect(await count("outbox")).toBe(0);
});

it("a service's own rule deletes in batches too", async () => {
  await db.query("INSERT INTO effect (aggregate_id) SELECT 'old' FROM generate_series(1, 1500)");
  await db.query("INSERT INTO effect (aggregate_id) VALUES ('new')");
  const sql = `DELETE FROM effect WHERE position IN (
    SELECT position FROM effect WHERE aggregate_id = 'old' LIMIT $1)`;
  await prune([{ name: "effects", sql }]);
  expect(await count("effect")).toBe(1);
});

it("what was asked under an Idempotency-Key is known for three months", async () => {
  await db.query(keyedRequestTable);
  await db.query(
    `INSERT INTO keyed_request (user_id, action, key, fingerprint, id, created_at)
     SELECT $1, 'a.b', days::text, 'f', $1, now() - days * interval '1 day'
     FROM unnest(ARRAY[0, 89, 91, 900]) AS days`,
    [newId()],
  );
  await prune([oldKeyedRequests]);
  expect(await db.query("SELECT key FROM keyed_request ORDER BY key")).toEqual([
    { key: "0" },
    { key: "89" },
  ]);
});

it("inventory, notifications and orders forget old keys", async () => {
  const services = ["inventory", "notifications", "orders"] as const;
  const before = await startTestShop({ services });
  for (const service of services) {
    await dbOf(before, service).query(
      `INSERT INTO keyed_request (user_id, action, key, fingerprint, id, created_at)
       VALUES ($1, 'a.b', 'k', 'f', $1, now() - interval '91 days')`,
      [newId()],
    );
  }
  await before.stop();
  const shop = await startTestShop({ services, env: { NAMESPACE: before.config.namespace } });
  onTestFinished(() => shop.stop());
  for (const service of services) {
    const keys = () => dbOf(shop, service).query("SELECT FROM keyed_request");
    await eventually(async () => (await keys()).length === 0, { what: `${service} to forget` });
  }
});
