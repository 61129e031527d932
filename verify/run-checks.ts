import { messagingDatabases, Findings } from "./check";
import type { Claim, DatabaseName, Finding, Limits } from "./check";
import { announcedChecks } from "./checks/announced-sql";
import { chainChecks } from "./checks/chain-checks";
import { eventChecks, type EventCheck } from "./checks/event-checks";
import { leftOut } from "./checks/left-out";
import { messagingChecks } from "./checks/messaging-sql";
import { moneyChecks } from "./checks/money-sql";
import { moneyOfOrders } from "./checks/order-money";
import { orderSqlChecks } from "./checks/order-sql";
import { stepsOfOrders } from "./checks/order-steps";
import type { SqlCheck } from "./checks/sql-check";
import { stockChecks } from "./checks/stock-sql";
import { chains } from "./facts/chain-facts";
import { eventFacts, sourceOf, type StreamFact } from "./facts/event-facts";
import { orderFacts } from "./facts/order-facts";
import type { Snapshot } from "./snapshot";

export type Snapshots = Readonly<Record<DatabaseName, Snapshot>>;

export interface CheckOptions {
  readonly limits: Limits;
  /** Why nothing can be said of what holds at quiescence; undefined when it can. */
  readonly notQuiescent?: string;
  /** Ids of the broker's stream, sorted; undefined where there is none. */
  readonly streamed?: AsyncIterable<StreamFact>;
}

const messagingSql: readonly SqlCheck[] = messagingDatabases.flatMap((database) =>
  messagingChecks.map((check) => ({
    ...check,
    database,
    title: `${check.title} (${database})`,
    ...(check.sql.includes("$1") ? { values: () => [JSON.stringify(sourceOf)] } : {}),
  })),
);

const orderChecks = [...moneyOfOrders, ...stepsOfOrders];
const sqlChecks = [
  ...moneyChecks,
  ...stockChecks,
  ...orderSqlChecks,
  ...announcedChecks,
  ...messagingSql,
];

/** Judges every claim by what the snapshots say. Reads each table once, a thousand rows at a time. */
export async function runChecks(snapshots: Snapshots, options: CheckOptions): Promise<Finding[]> {
  const findings = new Findings();
  const { limits, notQuiescent, streamed } = options;
  const isOpen = (claim: Claim): boolean => claim.when === "A" || notQuiescent === undefined;
  const chosen = <C extends Claim>(checks: readonly C[]): C[] => {
    const open = checks.filter(isOpen);
    for (const claim of open) findings.begin(claim);
    for (const claim of checks) {
      if (!isOpen(claim)) findings.leaveOut(claim, notQuiescent ?? "");
    }
    return open;
  };

  for (const check of chosen(sqlChecks)) await runSql(snapshots, check, limits, findings);
  const ofOrders = chosen(orderChecks);
  for await (const facts of orderFacts(snapshots)) judge(ofOrders, facts, limits, findings);
  const ofEvents = chosen(eventChecks.filter((check) => has(check, streamed, findings)));
  for await (const facts of eventFacts(snapshots, limits, streamed)) {
    judge(ofEvents, facts, limits, findings);
  }
  const ofChains = chosen(chainChecks);
  for await (const chain of chains(snapshots, limits)) judge(ofChains, chain, limits, findings);
  for (const { reason, ...claim } of leftOut) findings.leaveOut(claim, reason);
  return findings.all();
}

async function runSql(
  snapshots: Snapshots,
  check: SqlCheck,
  limits: Limits,
  findings: Findings,
): Promise<void> {
  const rows = snapshots[check.database].stream<object>(check.sql, check.values?.(limits));
  for await (const row of rows) findings.add(check, row);
}

interface Judge<Facts> extends Claim {
  readonly violatedBy: (facts: Facts, limits: Limits) => object | undefined;
}

function judge<Facts>(
  checks: readonly Judge<Facts>[],
  facts: Facts,
  limits: Limits,
  findings: Findings,
): void {
  for (const check of checks) {
    const row = check.violatedBy(facts, limits);
    if (row) findings.add(check, row);
  }
}

function has(check: EventCheck, streamed: CheckOptions["streamed"], findings: Findings): boolean {
  if (!check.needsStream || streamed) return true;
  findings.leaveOut(check, "events go through this process, not through a stream");
  return false;
}
