import { afterEach, expect, test } from "vitest";
import { armFaults } from "../../lib/faults/points";
import { messagingDatabases } from "../../verify/check";
import { fingerprintOf } from "../../verify/fingerprint";
import { violated } from "../../verify/report";
import { connect } from "../../verify/snapshot";
import type { Target } from "../../verify/target";
import { verify } from "../../verify/verify";
import { aShopAtRest } from "../support/healthy-shop";

const UNRULY = {
  FAULTS: "*.deliver=dup,*.publish=shuffle",
  FAULTS_TOKEN: "this shop may be broken on purpose",
};

afterEach(() => armFaults([], 1));

async function rowsOf<Row extends object>(url: string, sql: string): Promise<Row[]> {
  const client = await connect(url);
  return client
    .query<Row>(sql)
    .then(({ rows }) => rows)
    .finally(() => client.end());
}

/** What became of all orders, and of the stock. */
async function stateOf({ databases }: Target): Promise<object[]> {
  return [
    ...(await rowsOf(
      databases.orders,
      "SELECT status, cancel_reason, total FROM orders ORDER BY id",
    )),
    ...(await rowsOf(
      databases.payments,
      "SELECT status, captured, refunded FROM payment ORDER BY order_id",
    )),
    ...(await rowsOf(databases.shipping, "SELECT status FROM shipment ORDER BY order_id")),
    ...(await rowsOf(databases.inventory, "SELECT sku, on_hand, reserved FROM stock ORDER BY sku")),
    ...(await rowsOf(
      databases.notifications,
      "SELECT template, channel, count(*) FROM notification GROUP BY template, channel ORDER BY 1, 2",
    )),
  ];
}

test("every event delivered anew from the first on changes no business row", async () => {
  const { shop, target } = await aShopAtRest();
  try {
    const before = await fingerprintOf(target);
    expect(before.find(({ table }) => table === "orders.orders")?.rows).toBeGreaterThan(5);
    for (const name of messagingDatabases) {
      await rowsOf(target.databases[name], "UPDATE outbox SET published_at = NULL");
    }
    const { underWay, findings } = await verify(target);
    expect(underWay).toEqual([]);
    expect(violated(findings)).toEqual([]);
    expect(await fingerprintOf(target)).toEqual(before);
    await rowsOf(target.databases.orders, "UPDATE orders SET updated_at = now()");
    expect(await fingerprintOf(target)).not.toEqual(before);
  } finally {
    await target.close();
    await shop.stop();
  }
});

test("every event delivered three times, mixed in windows of fifty: the same end as once and in order", async () => {
  const orderly = await aShopAtRest();
  const wanted = await stateOf(orderly.target);
  await orderly.target.close();
  await orderly.shop.stop();

  const { shop, target } = await aShopAtRest(UNRULY);
  try {
    const { findings, underWay } = await verify(target);
    expect(underWay).toEqual([]);
    expect(violated(findings)).toEqual([]);
    expect(await stateOf(target)).toEqual(wanted);
  } finally {
    await target.close();
    await shop.stop();
  }
});
