import type { Logger } from "moleculer";
import { reasonOf } from "../errors";

export interface LeaseOptions {
  readonly name: string;
  /** How long the store gives it to nobody else, from each renewal on, by the store's clock. */
  readonly leaseMs: number;
  /** False when somebody else has it by now. */
  readonly renew: () => Promise<boolean>;
  readonly logger: Pick<Logger, "warn">;
}

export interface KeptLease {
  /** Aborted once somebody else may have what the lease is on. */
  readonly lost: AbortSignal;
  end(): void;
}

/** Renewals that may fail in a row without harm. */
const SPARE_RENEWALS = 4;

/**
 * Renews a lease that was just taken, for as long as this process lives: it can be a short one then,
 * and what a dead process had in hand does not wait for long.
 */
export function keepLease({ name, leaseMs, renew, logger }: LeaseOptions): KeptLease {
  const lost = new AbortController();
  let heldSince = performance.now();
  const beat = async (): Promise<void> => {
    const asked = performance.now();
    try {
      if (await renew()) heldSince = asked;
      else lost.abort();
    } catch (error) {
      logger.warn(`the lease on ${name} was not renewed: ${reasonOf(error)}`);
    }
    // This process or the store stood still, and others may have gone on without it.
    if (performance.now() - heldSince >= leaseMs) lost.abort();
  };
  const beating = setInterval(() => void beat(), leaseMs / (SPARE_RENEWALS + 1));
  return { lost: lost.signal, end: () => clearInterval(beating) };
}
