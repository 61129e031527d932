import { writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { seededRandom } from "./random";
import type { Fault, FaultAction } from "./spec";

/** What an armed fault throws. Nobody expects it, as nobody expects what it stands for. */
export class FaultError extends Error {}

interface Armed {
  readonly faults: readonly { readonly fault: Fault; readonly matches: RegExp; times: number }[];
  readonly random: () => number;
}

let armed: Armed | null = null;
let released: (() => void)[] = [];

/**
 * A place where something may go wrong. While no fault is armed, which is always so outside of
 * tests, it looks at one variable. The parts of its name are joined by dots.
 */
export function failpoint(...name: readonly string[]): Promise<void> | undefined {
  return armed === null ? undefined : reach(armed, name.join("."));
}

/** The same for each of several events. */
export function failpoints(
  service: string,
  what: string,
  events: readonly { readonly name: string }[],
  moment: string,
): Promise<void> | undefined {
  return armed === null ? undefined : reachAll(service, what, events, moment);
}

async function reachAll(
  service: string,
  what: string,
  events: readonly { readonly name: string }[],
  moment: string,
): Promise<void> {
  for (const { name } of events) await failpoint(service, what, name, moment);
}

/** Whether a fault of this kind is armed for a point; it is not counted. */
export const isArmed = (point: string, kind: FaultAction["kind"]): boolean =>
  armed?.faults.some(({ fault, matches }) => fault.action.kind === kind && matches.test(point)) ??
  false;

/** Arms these faults in place of those before; an empty list disarms. Counts begin anew. */
export function armFaults(faults: readonly Fault[], seed: number): void {
  armed =
    faults.length === 0
      ? null
      : {
          faults: faults.map((fault) => ({ fault, matches: patternOf(fault.point), times: 0 })),
          random: seededRandom(seed),
        };
  releaseHung();
}

/** Lets everything go on that hangs at a point. */
export function releaseHung(): void {
  const waiting = released;
  released = [];
  for (const release of waiting) release();
}

const patternOf = (point: string): RegExp =>
  new RegExp(`^${point.replaceAll(".", "\\.").replaceAll("*", ".*")}$`);

async function reach({ faults, random }: Armed, point: string): Promise<void> {
  for (const entry of faults) {
    if (!entry.matches.test(point)) continue;
    entry.times++;
    const { nth, probability, action } = entry.fault;
    if (nth === null ? random() < probability : entry.times === nth) await strike(action, point);
  }
}

async function strike(action: FaultAction, point: string): Promise<void> {
  if (action.kind === "dup" || action.kind === "shuffle") return; // asked for by isArmed
  // Written through at once: a killed process flushes nothing.
  writeSync(2, `FAULT ${action.kind} at ${point}\n`);
  switch (action.kind) {
    case "kill9":
      process.kill(process.pid, "SIGKILL");
      return new Promise(() => undefined); // the signal may take a moment
    case "throw":
      throw new FaultError(`fault at ${point}`);
    case "hang":
      return new Promise((resolve) => released.push(resolve));
    case "delay":
      await sleep(action.ms);
      return;
    default:
      throw new Error(`unknown fault ${String(action satisfies never)}`);
  }
}
