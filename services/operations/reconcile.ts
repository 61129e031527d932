import { setTimeout as sleep } from "node:timers/promises";
import type { Reconciliation } from "../../contracts/operations";
import { messageOf } from "../../lib/errors";
import type { Caller } from "../../lib/mesh/types";
import type { Suspicion } from "./domain/standing";
import { lookAtBacklogs, type Recoveries } from "./reconcile-backlogs";
import { candidatesFor, type Cursors } from "./reconcile-candidates";
import { lookAt, type Look } from "./reconcile-look";

export type Finding = Reconciliation["findings"][number];

/** What one run leaves to the next. */
export interface Memory {
  readonly cursors: Cursors;
  readonly recoveries: Recoveries;
}

/** What the run before has left and found. */
export interface LastRun {
  readonly memory: Memory;
  readonly findings: readonly Finding[];
}

export interface RunOptions {
  readonly caller: Caller;
  readonly last: LastRun;
  /** ms between the two looks. */
  readonly graceMs: number;
  /** Aborted once another replica may reconcile. */
  readonly lost: AbortSignal;
  readonly repaired: (kind: Finding["kind"]) => void;
}

export interface Run extends Pick<Reconciliation, "checked" | "findings"> {
  readonly memory: Memory;
}

/** More than this is one trouble, and not so many: the rest is counted, and waits for its orders' next turn. */
const MOST_FINDINGS = 500;

/**
 * Compares all that the owners know of orders. What does not agree is looked at again a grace period
 * later; what then still does not is a finding, and brought in order by its owner where that is safe.
 * What the last run found is looked at in any case: it stays on the list for as long as it is so.
 */
export async function reconcile(options: RunOptions): Promise<Run> {
  const { caller, last, lost } = options;
  const backlogs = await lookAtBacklogs(caller, last.memory.recoveries);
  const candidates = await candidatesFor(caller, last.memory.cursors);
  const found = last.findings.flatMap(({ orderId }) => orderId ?? []);
  const orderIds = [...new Set([...candidates.orderIds, ...found])];
  const first = await lookAt(caller, orderIds);
  const again = await lookAgain(options, first);
  const unseen = new Set([...first.unseen, ...again.unseen]);
  const unheard = [...first.silent, ...again.silent];
  const silent = new Set([...backlogs.silent, ...candidates.silent, ...unheard]);
  const findings = [...silent].map(notChecked);
  // What only waits for a person keeps nothing waiting that can be mended.
  const suspicions = [
    ...again.suspicions.filter(({ repairer }) => repairer),
    ...again.suspicions.filter(({ repairer }) => !repairer),
  ];
  for (const suspicion of suspicions.slice(0, MOST_FINDINGS)) {
    lost.throwIfAborted();
    findings.push(await repair(options, suspicion));
  }
  if (suspicions.length > MOST_FINDINGS) findings.push(more(suspicions.length - MOST_FINDINGS));
  const seen = new Set(findings.map(keyOf));
  const still = last.findings.filter((f) => unseen.has(f.orderId ?? "") && !seen.has(keyOf(f)));
  // Whom nobody told all of is looked at again, and not passed over.
  const cursors = unseen.size > 0 ? last.memory.cursors : candidates.cursors;
  return {
    checked: orderIds.length,
    findings: [...findings, ...still, ...backlogs.findings],
    memory: { cursors, recoveries: backlogs.recoveries },
  };
}

/** Those that stand after the grace period as they stood before. */
async function lookAgain(
  { caller, graceMs, lost }: Pick<RunOptions, "caller" | "graceMs" | "lost">,
  before: Look,
): Promise<Look> {
  if (before.suspicions.length === 0) return { suspicions: [], silent: [], unseen: [] };
  await sleep(graceMs, undefined, { signal: lost });
  const suspected = new Set(before.suspicions.map(keyOf));
  const orderIds = [...new Set(before.suspicions.map(({ orderId }) => orderId))];
  const look = await lookAt(caller, orderIds);
  return { ...look, suspicions: look.suspicions.filter((s) => suspected.has(keyOf(s))) };
}

const keyOf = ({ kind, orderId }: Suspicion | Finding): string => `${kind} ${orderId}`;

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

const more = (count: number): Finding => ({
  kind: "not_listed",
  orderId: null,
  detail: `${count} more do not agree`,
  action: "listed and mended in later runs",
});

const notChecked = (owner: string): Finding => ({
  kind: "not_checked",
  orderId: null,
  detail: `${owner} does not answer`,
  action: "compared at the next run",
});
