import { beforeEach, expect, it } from "vitest";
import { newId } from "../../lib/ids";
import { Retention, type RetentionRule } from "../../lib/messaging/retention";
import type { Database } from "../../lib/store/database";
import { aDatabase, silent } from "../support/messaging";

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
  for (const status of ["parked", "dead"]) await handle(31, status);
  await prune();
  expect(await count("inbox")).toBe(5);
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
