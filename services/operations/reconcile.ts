import { setTimeout as sleep } from "node:timers/promises";
import type { Reconciliation } from "../../contracts/operations";
import { messageOf } from "../../lib/errors";
import type { Caller } from "../../lib/mesh/types";
import type { Suspicion } from "./domain/standing";
import { lookAtBacklogs, type Recoveries } from "./reconcile-backlogs";
import { candidatesFor, type Cursors } from "./reconcile-candidates";
import { lookAt } from "./reconcile-look";

export type Finding = Reconciliation["findings"][number];

/** What one run leaves to the next. */
export interface Memory {
  readonly cursors: Cursors;
  readonly recoveries: Recoveries;
}

export interface RunOptions {
  readonly caller: Caller;
  readonly memory: Memory;
  /** ms between the two looks. */
  readonly graceMs: number;
  /** Aborted once another replica may reconcile. */
  readonly lost: AbortSignal;
  readonly repaired: (kind: Finding["kind"]) => void;
}

export interface Run extends Pick<Reconciliation, "checked" | "findings"> {
  readonly memory: Memory;
}

/** More than this is one trouble, and not so many: the rest waits for the next run. */
const MOST_FINDINGS = 500;

/**
 * Compares all that the owners know of orders. What does not agree is looked at again a grace period
 * later; what then still does not is a finding, and brought in order by its owner where that is safe.
 */
export async function reconcile(options: RunOptions): Promise<Run> {
  const { caller, memory, graceMs, lost } = options;
  const backlogs = await lookAtBacklogs(caller, memory.recoveries);
  const candidates = await candidatesFor(caller, memory.cursors);
  const first = await lookAt(caller, candidates.orderIds);
  const suspicions = await lookAgain(caller, first.suspicions, { graceMs, lost });
  const silent = new Set([...backlogs.silent, ...candidates.silent, ...first.silent]);
  const findings = [...silent].map(notChecked);
  for (const suspicion of suspicions.slice(0, MOST_FINDINGS)) {
    lost.throwIfAborted();
    findings.push(await repair(options, suspicion));
  }
  return {
    checked: candidates.orderIds.length,
    findings: [...findings, ...backlogs.findings],
    memory: { cursors: candidates.cursors, recoveries: backlogs.recoveries },
  };
}

/** Those that stand after the grace period as they stood before. */
async function lookAgain(
  caller: Caller,
  before: readonly Suspicion[],
  { graceMs, lost }: { readonly graceMs: number; readonly lost: AbortSignal },
): Promise<Suspicion[]> {
  if (before.length === 0) return [];
  await sleep(graceMs, undefined, { signal: lost });
  const suspected = new Set(before.map(keyOf));
  const orderIds = [...new Set(before.map(({ orderId }) => orderId))];
  const { suspicions } = await lookAt(caller, orderIds);
  return suspicions.filter((suspicion) => suspected.has(keyOf(suspicion)));
}

const keyOf = ({ kind, orderId }: Suspicion): string => `${kind} ${orderId}`;

type Settle = (caller: Caller, order: { orderId: string }) => Promise<{ status: string | null }>;

const settlers: Readonly<Record<NonNullable<Suspicion["repairer"]>, Settle>> = {
  orders: (caller, order) => caller.call("orders.settle", order),
  inventory: (caller, order) => caller.call("inventory.settle", order),
  payments: (caller, order) => caller.call("payments.settle", order),
  shipping: (caller, order) => caller.call("shipping.settle", order),
};

async function repair({ caller, repaired }: RunOptions, suspicion: Suspicion): Promise<Finding> {
  const { kind, orderId, detail, repairer } = suspicion;
  const found = { kind, orderId, detail };
  if (!repairer) return { ...found, action: "reported" };
  try {
    const { status } = await settlers[repairer](caller, { orderId });
    repaired(kind);
    return { ...found, action: `${repairer} settled it: ${status ?? "unknown there"}` };
  } catch (error) {
    return { ...found, action: `${repairer} could not settle it: ${messageOf(error)}` };
  }
}

const notChecked = (owner: string): Finding => ({
  kind: "not_checked",
  orderId: null,
  detail: `${owner} does not answer`,
  action: "compared at the next run",
});
