import { isOpen, moveTo, type PaymentState } from "./payment";
import { VOIDED, type ChargeOutcome, type ProviderCharge } from "./provider-charge";

/** The code of a payment that was not made because its order's time was over. */
export const EXPIRED = "EXPIRED";

export type Settlement =
  | {
      readonly kind: "captured";
      readonly status: "captured";
      readonly chargeId: string;
      /** Why the money goes back at once instead of being kept; null when it is kept. */
      readonly giveBack: string | null;
    }
  | {
      readonly kind: "ended";
      readonly status: "declined" | "voided";
      readonly chargeId: string | null;
      readonly code: string;
      /** Whether the order still waits to be told. */
      readonly announce: boolean;
    }
  | {
      readonly kind: "waiting";
      readonly status: "requested" | "processing";
      readonly chargeId: string | null;
      readonly error: string | null;
    }
  | { readonly kind: "unchanged" };

const unchanged: Settlement = { kind: "unchanged" };

/**
 * What an outcome means for a payment whose row is locked. The provider's ledger wins: money that it
 * took is captured whatever was thought before, and goes back at once when nobody waits for it.
 */
export function settleCharge(payment: PaymentState, outcome: ChargeOutcome): Settlement {
  switch (outcome.kind) {
    case "answered":
      return settleAnswer(payment, outcome.charge);
    case "unknown":
      return isOpen(payment) ? wait(payment, null, outcome.error) : unchanged;
    case "expired":
      return isOpen(payment) ? end(payment, "voided", EXPIRED, null) : unchanged;
    default:
      throw new Error(`unknown outcome ${String(outcome satisfies never)}`);
  }
}

function settleAnswer(payment: PaymentState, charge: ProviderCharge): Settlement {
  switch (charge.status) {
    case "succeeded":
      return capture(payment, charge);
    case "processing":
      return isOpen(payment) ? wait(payment, charge.id, null) : unchanged;
    case "failed": {
      if (!isOpen(payment)) return unchanged;
      const code = charge.failureCode ?? "unknown";
      return code === VOIDED
        ? end(payment, "voided", EXPIRED, charge.id)
        : end(payment, "declined", code, charge.id);
    }
    default:
      throw new Error(`unknown charge status ${String(charge.status satisfies never)}`);
  }
}

function capture(payment: PaymentState, charge: ProviderCharge): Settlement {
  const { status, chargeId, cancelReason } = payment;
  if (status === "captured" || status === "partially_refunded" || status === "refunded") {
    return unchanged;
  }
  const late = status === "declined" || status === "voided" ? "LATE_CAPTURE" : null;
  return {
    kind: "captured",
    status: moveTo(status, "captured"),
    chargeId: chargeId ?? charge.id,
    giveBack: cancelReason ?? late,
  };
}

function end(
  payment: PaymentState,
  status: "declined" | "voided",
  code: string,
  chargeId: string | null,
): Settlement {
  return {
    kind: "ended",
    status: moveTo(payment.status, status),
    chargeId,
    code,
    announce: payment.cancelReason === null,
  };
}

/** Processing is never unlearnt: an unknown answer about such a charge leaves it there. */
function wait(payment: PaymentState, chargeId: string | null, error: string | null): Settlement {
  const known = chargeId !== null || payment.status === "processing";
  const status = moveTo(payment.status, known ? "processing" : "requested");
  return { kind: "waiting", status, chargeId, error };
}
