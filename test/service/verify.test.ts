import { afterAll, beforeAll, expect, test } from "vitest";
import { databaseNames, defaultLimits, type Finding } from "../../verify/check";
import { toLines, violated } from "../../verify/report";
import { runChecks, type Snapshots } from "../../verify/run-checks";
import { connect, Snapshot } from "../../verify/snapshot";
import type { Target } from "../../verify/target";
import { verify } from "../../verify/verify";
import { aHealthyShop } from "../support/healthy-shop";
import { plantedRows, type Planted } from "../support/planted";

let target: Target;
/** Nothing moves any more, so one of each serves all tests. */
let healthy: Snapshots;

beforeAll(async () => {
  target = await aHealthyShop();
  const opened = databaseNames.map(
    async (name) => [name, await Snapshot.open(target.databases[name])] as const,
  );
  // One for each name.
  healthy = Object.fromEntries(await Promise.all(opened)) as unknown as Snapshots;
});
afterAll(async () => {
  await Promise.all(Object.values(healthy ?? {}).map((snapshot) => snapshot.close()));
  await target?.close();
});

/** Snapshots of the shop, in one of which something is wrong; it is never committed. */
async function withPlanted(
  { database, sql }: Planted,
  use: (snapshots: Snapshots) => Promise<void>,
): Promise<void> {
  // The tables that it changes must not be locked by our own reading.
  await healthy[database].client.query("ROLLBACK; BEGIN");
  const client = await connect(target.databases[database]);
  try {
    await client.query("BEGIN");
    await client.query(sql);
    await use({ ...healthy, [database]: new Snapshot(client) });
  } finally {
    await client.end();
  }
}

const idsOf = (findings: readonly Finding[]): string[] =>
  [...new Set(violated(findings).map(({ id }) => id))].sort();

test("a healthy shop violates nothing, and says what it cannot check", async () => {
  const { findings, underWay } = await verify(target);
  expect(underWay).toEqual([]);
  expect(violated(findings)).toEqual([]);
  const left = findings.filter(({ unchecked }) => unchecked !== undefined);
  expect(left.map(({ id }) => id)).toContain("E6");
  expect(left.every(({ unchecked }) => (unchecked ?? "").length > 0)).toBe(true);
  const named = new Set(findings.map(({ id }) => id));
  const all = { M: 8, S: 7, O: 5, E: 6, N: 2 };
  for (const [group, count] of Object.entries(all)) {
    for (let n = 1; n <= count; n++) expect(named).toContain(`${group}${n}`);
  }
});

test.each(plantedRows)("$wrong: $breaks", async (planted) => {
  await withPlanted(planted, async (snapshots) => {
    const findings = await runChecks(snapshots, { limits: defaultLimits });
    expect(idsOf(findings), toLines(violated(findings)).join("\n")).toEqual(planted.breaks);
    expect(violated(findings).every(({ rows }) => rows.length > 0)).toBe(true);
  });
});

test.each([
  "somebody was not told",
  "a consumer has not handled an event",
  "an event was acknowledged away",
])("of what is wrong with an event, it is said whose order it is: %s", async (wrong) => {
  const planted = plantedRows.find((row) => row.wrong === wrong);
  if (!planted) throw new Error("no such row");
  const orders = await healthy.orders.query<{ id: string }>("SELECT id FROM orders");
  await withPlanted(planted, async (snapshots) => {
    const found = violated(await runChecks(snapshots, { limits: defaultLimits }));
    const named = found.flatMap(({ rows }) => rows as { aggregateId?: string }[]);
    const ids = orders.map(({ id }) => id);
    expect(named.length).toBeGreaterThan(0);
    for (const { aggregateId } of named) expect(ids).toContain(aggregateId);
  });
});

test("while something is under way, only what holds at every instant is judged", async () => {
  const planted = plantedRows.find(({ breaks }) => breaks.join() === "M3");
  if (!planted) throw new Error("no such row");
  await withPlanted(planted, async (snapshots) => {
    const options = { limits: defaultLimits, notQuiescent: "an order is pending" };
    const findings = await runChecks(snapshots, options);
    expect(violated(findings)).toEqual([]);
    const money = findings.filter(({ id }) => id === "M3");
    expect(money.map(({ unchecked }) => unchecked)).toEqual(money.map(() => "an order is pending"));
  });
});

test("what the shop's retention may have taken is not missed", async () => {
  const planted = plantedRows.find(({ wrong }) => wrong === "a consumer has not handled an event");
  if (!planted) throw new Error("no such row");
  await withPlanted(planted, async (snapshots) => {
    const limits = { ...defaultLimits, keptHours: 0 };
    expect(idsOf(await runChecks(snapshots, { limits }))).not.toContain("E3");
  });
});

test("an order that is older than what is kept of it has no beginning any more, and that is no fault", async () => {
  const longAgo = "00000000-0000-7000-8000-000000000001";
  const sql = `UPDATE outbox SET correlation_id = '${longAgo}', payload = '{"orderId":"${longAgo}"}',
    causation_id = NULL WHERE name = 'shipment.delivered'`;
  await withPlanted({ wrong: "", database: "shipping", sql, breaks: [] }, async (snapshots) => {
    expect(idsOf(await runChecks(snapshots, { limits: defaultLimits }))).not.toContain("E5");
  });
});

test("a dead letter that somebody deleted is accounted for by the audit, and only by it", async () => {
  const gone = `UPDATE inbox SET status = 'dead'
    WHERE event_id = (SELECT event_id FROM inbox WHERE name = 'order.confirmed' LIMIT 1);`;
  const audited = `INSERT INTO dead_letter_audit (id, letter_id, event_id, event, deed, by, note)
    SELECT event_id, event_id, event_id, name, 'deleted', 'me', 'void' FROM inbox WHERE status = 'dead'`;
  const judged = async (sql: string): Promise<string[]> => {
    let ids: string[] = [];
    await withPlanted({ wrong: "", database: "shipping", sql, breaks: [] }, async (snapshots) => {
      ids = idsOf(await runChecks(snapshots, { limits: defaultLimits }));
    });
    return ids;
  };
  expect(await judged(gone)).toContain("E3");
  expect(await judged(gone + audited)).not.toContain("E3");
});
