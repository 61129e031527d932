import { afterAll, beforeAll, expect, test } from "vitest";
import type { Reconciliation } from "../../contracts/operations";
import { newId } from "../../lib/ids";
import {
  lastRun,
  renewTurn,
  takeTurn,
  endTurn,
} from "../../services/operations/store/reconciliation-store";
import type { DatabaseName } from "../../verify/check";
import { connect } from "../../verify/snapshot";
import type { Target } from "../../verify/target";
import { verify } from "../../verify/verify";
import { AdminClient, Client } from "../support/client";
import { disorders, type Disorder } from "../support/disorder";
import { aShopAtRest } from "../support/healthy-shop";
import { dbOf } from "../support/service-db";
import { eventually, type TestShop } from "../support/shop";

const admin = { id: newId(), roles: ["admin"] };

let shop: TestShop;
let target: Target;
let buyer: Client;

beforeAll(async () => {
  ({ shop, target } = await aShopAtRest({ RECONCILE_GRACE_MS: "0" }));
  buyer = await new Client(shop.url).register();
}, 60_000);
afterAll(async () => {
  await shop?.stop();
  await target?.close();
});

const reconcile = () => shop.call("operations.reconcile", {}, admin);
const findings = async (orderId: string | null) =>
  (await reconcile()).findings.filter((finding) => finding.orderId === orderId);

async function run(database: DatabaseName, sql: string, values: unknown[]): Promise<object[]> {
  const client = await connect(target.databases[database]);
  try {
    return (await client.query<object>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

const plant = async ({ sql }: Pick<Disorder, "sql">, orderId: string): Promise<void> => {
  for (const [database, text] of sql) {
    await run(database, text, text.includes("$1") ? [orderId] : []);
  }
};

/** What finds such things by itself, and would be quicker. */
async function stopSweeps(): Promise<void> {
  const sweepOf = (service: string, name: string) =>
    (shop.broker.getLocalService(service) as unknown as Record<string, { stop(): Promise<void> }>)[
      name
    ]?.stop();
  await sweepOf("orders", "deadlines");
  await sweepOf("inventory", "expiry");
}

const METHODS = {
  confirmed: "pm_card_visa",
  declined: "pm_card_chargeDeclined",
  processing: "pm_card_webhook",
};

/** An order for which all has been done that its fate asks for. */
async function anOrder(fate: Disorder["order"]): Promise<string> {
  if (fate === "none") return newId();
  const { status, body } = await buyer.order([{ sku: "A-1", quantity: 1 }], METHODS[fate]);
  if (status !== 202) throw new Error(JSON.stringify(body));
  if (fate !== "processing") {
    await buyer.until(body.id, fate === "confirmed" ? "confirmed" : "cancelled");
    await eventually(async () => (await findings(body.id)).length === 0);
    return body.id;
  }
  await eventually(async () => {
    const held = `UPDATE webhook_delivery SET next_attempt_at = now() + interval '1 hour'
      WHERE delivered_at IS NULL RETURNING id`;
    return (await run("sandbox", held, [])).length > 0;
  });
  return body.id;
}

test("a healthy shop has orders of every fate, and nothing to find", async () => {
  const { checked, findings: found, ranAt } = await reconcile();
  expect(found).toEqual([]);
  expect(checked).toBeGreaterThanOrEqual(7);
  expect(Date.parse(ranAt ?? "")).toBeGreaterThan(Date.now() - 60_000);
  expect((await verify(target)).findings.filter(({ violations }) => violations > 0)).toEqual([]);
});

test("the last run is what the route tells an admin, and nobody else", async () => {
  const ran = await reconcile();
  const admin = await AdminClient.signIn(shop.url);
  const told = await admin.get<Reconciliation>("/admin/reconciliation");
  expect(told.status).toBe(200);
  expect(told.body).toEqual(ran);
  expect((await buyer.get("/admin/reconciliation")).status).toBe(403);
});

test.each(disorders)("$wrong: $finds", async (disorder) => {
  await stopSweeps();
  const orderId = await anOrder(disorder.order);
  await plant(disorder, orderId);
  const found = await findings(orderId);
  expect(found.map(({ kind }) => kind).sort()).toEqual(disorder.finds);
  const { repaired } = disorder;
  for (const { action } of found) {
    if (repaired) expect(action).toMatch(/ settled it: /);
    else expect(action).toBe("reported");
  }
  if (!repaired) {
    expect((await findings(orderId)).map(({ kind }) => kind).sort()).toEqual(disorder.finds);
    return;
  }
  const [database, sql] = repaired;
  await eventually(async () => (await run(database, sql, [orderId])).length > 0);
  await eventually(async () => (await findings(orderId)).length === 0);
});

test("events that do not move, and those that were published again, are told by service", async () => {
  const db = dbOf(shop, "shipping");
  const [event] = await db.query<{ id: string }>(
    `UPDATE outbox SET published_at = NULL, available_at = now() + interval '1 hour',
       occurred_at = now() - interval '2 minutes' WHERE id = (SELECT id FROM outbox ORDER BY id DESC LIMIT 1) RETURNING id`,
  );
  const [parked] = await db.query<{ event_id: string }>(
    `UPDATE inbox SET status = 'parked', next_attempt_at = now() + interval '1 hour', event = '{}',
       handled_at = now() - interval '2 minutes'
     WHERE event_id = (SELECT event_id FROM inbox ORDER BY event_id DESC LIMIT 1) RETURNING event_id`,
  );
  await db.query(
    `INSERT INTO stream_mark AS m (created, last_seq, recoveries) VALUES ('then', 1, 1)
     ON CONFLICT (one) DO UPDATE SET recoveries = m.recoveries + 1`,
  );
  const told = (await findings(null)).map(({ kind, detail }) => `${kind} ${detail.split(":")[0]}`);
  expect(told.sort()).toEqual([
    "events_parked shipping",
    "events_republished shipping",
    "outbox_late shipping",
  ]);
  await db.query("UPDATE outbox SET published_at = now() WHERE id = $1", [event?.id]);
  await db.query("UPDATE inbox SET status = 'done', event = NULL WHERE event_id = $1", [
    parked?.event_id,
  ]);
  expect(await findings(null)).toEqual([]);
});

test("an owner that does not answer is named, and nothing is made of what it would have said", async () => {
  const orderId = await anOrder("confirmed");
  await plant({ sql: [["inventory", "DELETE FROM reservation WHERE order_id = $1"]] }, orderId);
  await dbOf(shop, "inventory").query("ALTER TABLE reservation RENAME TO gone");
  try {
    const { findings: found } = await reconcile();
    expect(found).toContainEqual({
      kind: "not_checked",
      orderId: null,
      detail: "inventory does not answer",
      action: "compared at the next run",
    });
    expect(found.filter((finding) => finding.orderId === orderId)).toEqual([]);
  } finally {
    await dbOf(shop, "inventory").query("ALTER TABLE gone RENAME TO reservation");
  }
});

test("of two replicas one has the turn, until it ends it or is gone", async () => {
  const db = dbOf(shop, "operations");
  const [one, other] = [newId(), newId()];
  const early = { early: true, everyMs: 60_000 };
  const turns = await Promise.all([takeTurn(db, one, early), takeTurn(db, other, early)]);
  expect(turns.filter((memory) => memory !== null)).toHaveLength(1);
  const [leader, follower] = turns[0] ? [one, other] : [other, one];
  await expect(reconcile()).rejects.toMatchObject({ type: "CONFLICT" });
  expect(await renewTurn(db, leader)).toBe(true);
  expect(await renewTurn(db, follower)).toBe(false);
  await endTurn(db, leader);
  expect(await takeTurn(db, follower, { ...early, early: false })).toBeNull();
  await db.query("UPDATE reconciliation SET due_at = now()");
  expect(await takeTurn(db, follower, { ...early, early: false })).not.toBeNull();
  // The follower has died with its turn.
  await db.query("UPDATE reconciliation SET lease_until = now() - interval '1 second'");
  expect(await takeTurn(db, leader, early)).not.toBeNull();
  await endTurn(db, leader);
  expect((await lastRun(db)).ranAt).not.toBeNull();
});
