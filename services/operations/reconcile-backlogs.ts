import type { Reconciliation } from "../../contracts/operations";
import type { Caller } from "../../lib/mesh/types";
import { ASK, askServices } from "./ask-services";

type Finding = Reconciliation["findings"][number];

const LATE_MS = 60_000;
const REPORTED = "reported";

/** How often each service had published everything again, when it was looked at last. */
export type Recoveries = Readonly<Record<string, number>>;

/** Events that do not move, and what was lost by the broker and published again since the last run. */
export async function lookAtBacklogs(
  caller: Caller,
  before: Recoveries,
): Promise<{ findings: Finding[]; recoveries: Recoveries; silent: readonly string[] }> {
  const { answers, silent } = await askServices((service) =>
    caller.call(`${service}.backlog`, {}, ASK),
  );
  const recoveries = { ...before };
  const findings = answers.flatMap(({ service, answer }) => {
    const { oldestPendingMs, pendingEvents, oldestParkedMs, parkedEvents } = answer;
    const found: Finding[] = [];
    const add = (kind: Finding["kind"], detail: string, action = REPORTED): void =>
      void found.push({ kind, orderId: null, detail: `${service}: ${detail}`, action });
    if (oldestPendingMs > LATE_MS) {
      add("outbox_late", `${pendingEvents} events wait to be published, ${ago(oldestPendingMs)}`);
    }
    if (oldestParkedMs > LATE_MS) {
      add("events_parked", `${parkedEvents} events fail again and again, ${ago(oldestParkedMs)}`);
    }
    const lost = answer.recoveries - (before[service] ?? 0);
    if (lost > 0) {
      add(
        "events_republished",
        "the broker had lost events",
        "published all again from the outbox",
      );
    }
    recoveries[service] = answer.recoveries;
    return found;
  });
  return { findings, recoveries, silent };
}

const ago = (ms: number): string => `the oldest for ${Math.round(ms / 1000)} s`;
