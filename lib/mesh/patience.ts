import type { ActionContract } from "./contract";

const PARTS = 5;

/** ms that a call of the action may take; what the contract does not say is `fallbackMs`. */
export const deadlineOf = (contract: ActionContract | undefined, fallbackMs: number): number =>
  contract?.timeoutMs ?? fallbackMs;

/**
 * ms after which an answer is late: a fifth of the deadline, so that somebody else can still be
 * asked, and a node that is always late is noticed.
 */
export const patienceOf = (contract: ActionContract | undefined, fallbackMs: number): number =>
  deadlineOf(contract, fallbackMs) / PARTS;
