import type { Logger } from "moleculer";
import { messageOf } from "../../lib/errors";
import { newId } from "../../lib/ids";
import type { NewEvent, UnitOfWork } from "../../lib/messaging/event";
import type { Outbox } from "../../lib/messaging/outbox";
import { isUnavailable } from "../../lib/store/database";
import { backoffMs } from "./domain/backoff";
import type { ChargeOutcome } from "./domain/provider-charge";
import { settleCharge, type Settlement } from "./domain/settle-charge";
import { book, chargeBooking } from "./store/ledger-store";
import {
  lockFreePayments,
  lockPayment,
  updatePayments,
  type PaymentRow,
  type SettledPayment,
} from "./store/payment-store";
import { insertRefunds } from "./store/refund-store";

/** What is known of the charge of an order. */
export interface Known {
  readonly orderId: string;
  /** The attempt that told it; the wait before the next one grows with it. */
  readonly attempts: number;
  readonly outcome: ChargeOutcome;
}

export interface SettleOptions {
  readonly outbox: Outbox;
  readonly logger: Pick<Logger, "warn">;
  /** Called after a commit that asks for a refund. */
  readonly wakeRefunds: () => void;
}

interface Change {
  readonly payment: PaymentRow;
  readonly attempts: number;
  readonly settlement: Exclude<Settlement, { kind: "unchanged" }>;
}

/**
 * Writes down what is known of several charges in one transaction. Those that somebody else holds
 * at the moment, or all of them when the batch fails, are then written one by one. Rejects when the
 * database is away; the leases of the payments bring them back.
 */
export async function settleCharges(
  options: SettleOptions,
  batch: readonly Known[],
): Promise<void> {
  let left = batch;
  try {
    left = await settleFree(options, batch);
  } catch (error) {
    if (isUnavailable(error)) throw error;
    options.logger.warn(`settling one by one: ${messageOf(error)}`);
  }
  for (const known of left) await settleAlone(options, known);
}

/** Resolves with those that were not free. */
function settleFree({ outbox, wakeRefunds }: SettleOptions, batch: readonly Known[]) {
  const known = new Map(batch.map((one) => [one.orderId, one]));
  return outbox.unitOfWork(async (work): Promise<Known[]> => {
    const left = new Map(known);
    const changes: Change[] = [];
    for (const payment of await lockFreePayments(work, [...known.keys()])) {
      const one = known.get(payment.orderId);
      if (one) changes.push(...changeOf(payment, one));
      left.delete(payment.orderId);
    }
    await write(work, changes, wakeRefunds);
    return [...left.values()];
  });
}

async function settleAlone(options: SettleOptions, known: Known): Promise<void> {
  try {
    await options.outbox.unitOfWork((work) => settleOne(work, known, options.wakeRefunds));
  } catch (error) {
    if (isUnavailable(error)) throw error;
    options.logger.warn(`order ${known.orderId} is not settled: ${messageOf(error)}`);
  }
}

/** Writes down what is known of one charge, within a unit of work. */
export async function settleOne(
  work: UnitOfWork,
  known: Known,
  wakeRefunds: () => void,
): Promise<void> {
  const payment = await lockPayment(work, known.orderId);
  if (payment) await write(work, changeOf(payment, known), wakeRefunds);
}

function changeOf(payment: PaymentRow, { attempts, outcome }: Known): Change[] {
  const settlement = settleCharge(payment, outcome);
  return settlement.kind === "unchanged" ? [] : [{ payment, attempts, settlement }];
}

async function write(
  work: UnitOfWork,
  changes: readonly Change[],
  wakeRefunds: () => void,
): Promise<void> {
  if (changes.length === 0) return;
  await updatePayments(work, changes.map(toRow));
  const captured = changes.filter(({ settlement }) => settlement.kind === "captured");
  if (captured.length > 0) {
    await book(
      work,
      captured.map(({ payment: { orderId, amount, currency } }) =>
        chargeBooking(orderId, amount, currency),
      ),
    );
  }
  const refunds = captured.flatMap(toRefund);
  if (refunds.length > 0) {
    await insertRefunds(work, refunds);
    work.afterCommit(wakeRefunds);
  }
  for (const event of changes.flatMap(toEvent)) work.publish(event);
}

function toRow(change: Change): SettledPayment {
  const { payment, attempts, settlement } = change;
  const { orderId, amount } = payment;
  const { status, chargeId } = settlement;
  const row = { orderId, status, chargeId, events: toEvent(change).length, refunding: 0 };
  switch (settlement.kind) {
    case "captured": {
      const refunding = settlement.giveBack === null ? 0 : amount;
      return { ...row, captured: amount, refunding, failureCode: null, error: null, retryMs: null };
    }
    case "ended":
      return { ...row, captured: 0, failureCode: settlement.code, error: null, retryMs: null };
    case "waiting": {
      const processing = status === "processing";
      const retryMs = backoffMs(attempts, Math.random(), { processing });
      return { ...row, captured: 0, failureCode: null, error: settlement.error, retryMs };
    }
    default:
      throw new Error(`unknown settlement ${String(settlement satisfies never)}`);
  }
}

/** What was captured for an order that is over goes back in full; nothing has nothing to give. */
function toRefund({ payment, settlement }: Change) {
  if (settlement.kind !== "captured" || settlement.giveBack === null) return [];
  const { orderId, amount, causedBy, traceparent } = payment;
  const reason = settlement.giveBack;
  return amount > 0 ? [{ id: newId(), orderId, amount, reason, causedBy, traceparent }] : [];
}

function toEvent({ payment, settlement }: Change): NewEvent[] {
  const { orderId, userId, amount, currency, method, version, causedBy, traceparent } = payment;
  const paid = { orderId, userId, amount: { amount, currency } };
  const event = { aggregateId: orderId, seq: version + 1, causationId: causedBy, traceparent };
  switch (settlement.kind) {
    case "captured":
      if (settlement.giveBack !== null) return [];
      return [{ ...event, name: "payment.completed", payload: { ...paid, method } }];
    case "ended":
      if (!settlement.announce) return [];
      return [{ ...event, name: "payment.failed", payload: { ...paid, code: settlement.code } }];
    case "waiting":
      return [];
    default:
      throw new Error(`unknown settlement ${String(settlement satisfies never)}`);
  }
}
