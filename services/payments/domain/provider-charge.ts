import type { Money } from "../../../lib/money/money";

/** Why a charge that was never made is known to never be made. */
export const VOIDED = "voided";

/** A charge as the provider's own ledger tells it. */
export interface ProviderCharge {
  readonly id: string;
  readonly orderId: string;
  readonly amount: Money;
  readonly status: "processing" | "succeeded" | "failed";
  /** Why it failed, in the provider's words; `VOIDED` when we asked for that. */
  readonly failureCode: string | null;
}

/** What is known after the provider was asked, or was not. */
export type ChargeOutcome =
  | { readonly kind: "answered"; readonly charge: ProviderCharge }
  /** Timeout, 5xx, connection lost: it may have charged. */
  | { readonly kind: "unknown"; readonly error: string }
  /** Never asked: the order's time was over. */
  | { readonly kind: "expired" };

/** A charge of another amount is nobody's answer: its outcome stays unknown until a person looks. */
export function assertSameMoney(
  charge: ProviderCharge,
  { amount, currency }: { readonly amount: number; readonly currency: string },
): void {
  const { amount: theirs } = charge;
  if (theirs.amount === amount && theirs.currency === currency) return;
  throw new Error(
    `the provider has a charge of ${theirs.amount} ${theirs.currency} for ${amount} ${currency}`,
  );
}
