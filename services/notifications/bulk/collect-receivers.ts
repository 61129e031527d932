import type { Caller } from "../../../lib/mesh/types";
import type { Database } from "../../../lib/store/database";
import { findOpenBulk, insertReceivers, moveOn } from "../store/bulk-store";

const PAGE = 500;

/**
 * One step of the walk through all customers: a page of them gets its rows in the transaction that
 * notes where the walk is, so a crash neither leaves anybody out nor writes to anybody twice. False
 * when there was nothing to do.
 */
export async function collectReceivers(db: Database, caller: Caller): Promise<boolean> {
  const bulk = await findOpenBulk(db);
  if (!bulk) return false;
  const { collected_after: after } = bulk;
  const userIds = await caller.call("users.page", { limit: PAGE, ...(after ? { after } : {}) });
  const step = { last: userIds.at(-1) ?? null, done: userIds.length < PAGE };
  await db.transaction(async (tx) => {
    if (await moveOn(tx, bulk, step)) await insertReceivers(tx, bulk.id, userIds);
  });
  return true;
}
