import type { EventRetention } from "../lib/messaging/retention";

/** The databases that the checks read: of services, and of the sandbox provider. */
export const databaseNames = [
  "orders",
  "inventory",
  "payments",
  "sandbox",
  "shipping",
  "notifications",
  "reports",
  "search",
] as const;
export type DatabaseName = (typeof databaseNames)[number];

/** Those with an outbox and an inbox. */
export const messagingDatabases = databaseNames.filter((name) => name !== "sandbox");

/**
 * When an invariant holds: `A` at every instant, on a snapshot of one database; `Q` once nothing is
 * under way any more.
 */
export type When = "A" | "Q";

/** Names of RELIABILITY §2. */
export interface Claim {
  readonly id: string;
  readonly when: When;
  /** What holds, in words. */
  readonly title: string;
}

export interface Limits {
  /** How long a payment or refund may wait for its provider (M8), in seconds. */
  readonly reconcileSeconds: number;
  /** How long after its end something may still wait for the next sweep, in seconds. */
  readonly sweepSeconds: number;
  /** What is younger no retention may have taken, in hours. */
  readonly keptHours: number;
  /** Dead letters are there on purpose: events that nobody can handle were injected. */
  readonly allowDead: boolean;
}

/** A day of seven less than the stream keeps, which is the shortest retention of anything found by an event's id. */
export const keptHoursOf = ({ streamHours }: EventRetention): number => (streamHours * 6) / 7;

export const defaultLimits: Limits = {
  reconcileSeconds: 900,
  sweepSeconds: 10,
  keptHours: keptHoursOf({ streamHours: 168 }),
  allowDead: false,
};

/** How a claim came out. */
export interface Finding extends Claim {
  /** How many violate it. */
  readonly violations: number;
  /** The first of them, as they stand in the databases. */
  readonly rows: readonly object[];
  /** Why nothing can be said; then there are no violations. */
  readonly unchecked?: string;
}

const SHOWN = 10;

/** Collects violations of claims, and keeps the first rows of each. */
export class Findings {
  readonly #found = new Map<string, { claim: Claim; count: number; rows: object[] }>();
  readonly #unchecked: Finding[] = [];

  /** Says that a claim is being checked, so that it is reported also when it holds. */
  begin(claim: Claim): void {
    const key = `${claim.id} ${claim.title}`;
    if (!this.#found.has(key)) this.#found.set(key, { claim, count: 0, rows: [] });
  }

  add(claim: Claim, row: object): void {
    this.begin(claim);
    const entry = this.#found.get(`${claim.id} ${claim.title}`);
    if (!entry) return;
    entry.count++;
    if (entry.rows.length < SHOWN) entry.rows.push(row);
  }

  leaveOut(claim: Claim, reason: string): void {
    const { id, when, title } = claim;
    this.#unchecked.push({ id, when, title, violations: 0, rows: [], unchecked: reason });
  }

  all(): Finding[] {
    const checked = [...this.#found.values()].map(
      ({ claim: { id, when, title }, count, rows }) => ({
        ...{ id, when, title },
        violations: count,
        rows,
      }),
    );
    return [...checked, ...this.#unchecked].sort(byName);
  }
}

const GROUPS = "MSOEN";

const byName = (a: Finding, b: Finding): number =>
  GROUPS.indexOf(a.id.charAt(0)) - GROUPS.indexOf(b.id.charAt(0)) ||
  Number(a.id.slice(1)) - Number(b.id.slice(1));
