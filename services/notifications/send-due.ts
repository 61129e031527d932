import { setImmediate as nextTurn } from "node:timers/promises";
import { messageOf } from "../../lib/errors";
import { failpoint } from "../../lib/faults/points";
import type { Database } from "../../lib/store/database";
import { keepLease } from "../../lib/store/keep-lease";
import { Undeliverable } from "./channel/channel";
import { deliver } from "./deliver";
import type { Desk } from "./desk";
import { MAX_TRIES, nextTry } from "./domain/next-try";
import { findReceivers, type FindReceiver } from "./find-receivers";
import {
  claimBulk,
  claimDue,
  markTried,
  renewDue,
  type Batch,
  type DueNotification,
  type Tried,
} from "./store/delivery-store";

/** So many in a round: what a crash may repeat, and what one query each claims, looks up and marks. */
const BATCH = 16;
/** So many at a time: each may be a connection to the mail server. */
const LANES = 8;

/** What a process that died had in hand is taken by another one after this. */
const LEASE_MS = 10_000;

/**
 * One round: sends what is due. A crash between sending and marking sends again after the lease: the
 * same file, or one more mail with the same Message-ID. False when there was nothing to do.
 */
export async function sendDue(desk: Desk): Promise<boolean> {
  const { db, logger } = desk;
  const due = await claim(db, { leaseMs: LEASE_MS, limit: BATCH });
  if (due.length === 0) return false;
  const renew = () => renewDue(db, due, LEASE_MS);
  const lease = keepLease({ name: "notifications", leaseMs: LEASE_MS, renew, logger });
  try {
    const receiverOf = await findReceivers(desk, due);
    const outcomes = await inLanes(due, async (notification) =>
      // Somebody else has it by now, and sends it.
      lease.lost.aborted ? [] : [await tryOne(desk, notification, receiverOf)],
    );
    await markTried(db, outcomes.flat());
  } finally {
    lease.end();
  }
  return true;
}

/** What somebody waits for goes first, what everybody gets has time. */
async function claim(db: Database, batch: Batch): Promise<DueNotification[]> {
  const due = await claimDue(db, batch);
  return due.length > 0 ? due : claimBulk(db, batch);
}

async function tryOne(
  desk: Desk,
  notification: DueNotification,
  receiverOf: FindReceiver,
): Promise<Tried> {
  const { id, attempts } = notification;
  try {
    if (attempts > MAX_TRIES) throw new Undeliverable("the process died while sending it");
    await failpoint("notifications.send", "before_call");
    const outcome = await deliver(desk, notification, receiverOf(notification.user_id));
    await failpoint("notifications.send", "after_call");
    return { ...outcome, attempts };
  } catch (error) {
    const reason = messageOf(error);
    desk.logger.warn(`notification ${id} is not sent, try ${attempts}: ${reason}`);
    const retryIn = error instanceof Undeliverable ? null : nextTry(attempts);
    return retryIn === null
      ? { id, attempts, status: "failed", reason }
      : { id, attempts, status: "queued", reason, retryIn };
  }
}

/** Some at a time, with a turn of the event loop between two, so that orders are not kept waiting. */
async function inLanes<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = items.values();
  const lane = async (): Promise<void> => {
    for (const item of waiting) {
      results.push(await work(item));
      await nextTurn();
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return results;
}
