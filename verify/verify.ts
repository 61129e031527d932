import { setTimeout as sleep } from "node:timers/promises";
import {
  databaseNames,
  defaultLimits,
  type DatabaseName,
  type Finding,
  type Limits,
} from "./check";
import { pulseOf, unaware, underWay } from "./quiescence";
import { runChecks, type Snapshots } from "./run-checks";
import { Snapshot } from "./snapshot";
import type { Target } from "./target";

export interface VerifyOptions {
  /** How long to wait until nothing is under way any more, in ms (30 s). */
  readonly settleMs?: number;
  readonly limits?: Partial<Limits>;
}

export interface Verdict {
  readonly findings: readonly Finding[];
  /** What was still under way when the time to settle was over. */
  readonly underWay: readonly string[];
}

const PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/**
 * Judges all invariants: those of every instant on one snapshot of each database, the others once the
 * shop has come to rest. Only reads. Rejects when a store cannot be reached.
 */
export async function verify(target: Target, options: VerifyOptions = {}): Promise<Verdict> {
  const limits = { ...defaultLimits, ...options.limits };
  const settleMs = target.atRest ? 0 : (options.settleMs ?? 30_000);
  const { snapshots, open } = await settle(target, limits, performance.now() + settleMs);
  try {
    const streamed = target.stream?.ids(target.postgresUrl);
    const findings = await runChecks(snapshots, {
      limits,
      ...(streamed ? { streamed } : {}),
      ...(open.length > 0 ? { notQuiescent: `the shop is not at rest: ${open.join(", ")}` } : {}),
    });
    return { findings: [...findings, ...(await deadElsewhere(target, limits))], underWay: open };
  } finally {
    await closeAll(snapshots);
  }
}

/** Snapshots of the shop at rest; when it does not come to rest in time, of how it is. */
async function settle(
  target: Target,
  limits: Limits,
  deadline: number,
): Promise<{ snapshots: Snapshots; open: string[] }> {
  for (let pause = PAUSE_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
    const { snapshots, open } = await look(target, limits);
    if (open.length === 0 || performance.now() >= deadline) return { snapshots, open };
    await closeAll(snapshots);
    await sleep(pause);
  }
}

/**
 * One snapshot of each database, and what is under way in them. They are not taken at one instant,
 * so afterwards each database is asked whether anything moved meanwhile.
 */
async function look(
  target: Target,
  limits: Limits,
): Promise<{ snapshots: Snapshots; open: string[] }> {
  const snapshots = await openAll(target);
  try {
    // After the snapshots: a stream that grows meanwhile is no loss.
    const stream = await target.stream?.state();
    const open = await Promise.all([
      ...(stream ? databaseNames.map((name) => unaware(name, snapshots[name], stream)) : []),
      ...databaseNames.map((name) => underWay(name, snapshots[name], limits)),
      ...target.sources.map((source) => source.underWay()),
    ]);
    const moved = await Promise.all(databaseNames.map((name) => hasMoved(target, snapshots, name)));
    return { snapshots, open: [...open.flat(), ...moved.flat()] };
  } catch (error) {
    await closeAll(snapshots);
    throw error;
  }
}

async function hasMoved(
  { databases }: Target,
  snapshots: Snapshots,
  name: DatabaseName,
): Promise<string[]> {
  const before = await pulseOf(name, snapshots[name]);
  const live = await Snapshot.open(databases[name]);
  const after = await pulseOf(name, live).finally(() => live.close());
  return before === after ? [] : [`${name}: events at this moment`];
}

async function openAll({ databases }: Target): Promise<Snapshots> {
  const opened = await Promise.allSettled(
    databaseNames.map(async (name) => [name, await Snapshot.open(databases[name])] as const),
  );
  const good = opened.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const bad = opened.find((result) => result.status === "rejected");
  // One for each name, unless one could not be opened.
  const snapshots = Object.fromEntries(good) as unknown as Snapshots;
  if (!bad) return snapshots;
  await closeAll(snapshots);
  throw bad.reason;
}

const closeAll = async (snapshots: Snapshots): Promise<void> => {
  await Promise.all(Object.values(snapshots).map((snapshot) => snapshot.close()));
};

/** Dead letters of services whose inbox is not in PostgreSQL. */
async function deadElsewhere({ sources }: Target, { allowDead }: Limits): Promise<Finding[]> {
  const rows = (await Promise.all(sources.map((source) => source.dead()))).flat();
  const title = "nothing is dead in the inbox of carts, unless poison was injected";
  const violations = allowDead ? 0 : rows.length;
  return [{ id: "E3", when: "A", title, violations, rows: rows.slice(0, violations && 10) }];
}
