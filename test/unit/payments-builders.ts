import type { PaymentState } from "../../services/payments/domain/payment";
import type { ChargeOutcome, ProviderCharge } from "../../services/payments/domain/provider-charge";

/** A payment of 50 EUR that was asked for once. */
export const aPayment = (fields: Partial<PaymentState> = {}): PaymentState => ({
  orderId: "01890a5d-ac96-774b-bcce-b302099a8057",
  userId: "01890a5d-ac96-774b-bcce-b302099a8058",
  status: "requested",
  amount: 5000,
  currency: "EUR",
  method: "pm_card_visa",
  chargeId: null,
  captured: 0,
  refunded: 0,
  refunding: 0,
  attempts: 1,
  cancelReason: null,
  ...fields,
});

export const aCapturedPayment = (fields: Partial<PaymentState> = {}): PaymentState =>
  aPayment({ status: "captured", captured: 5000, chargeId: "ch_1", ...fields });

export const answered = (
  status: ProviderCharge["status"],
  failureCode: string | null = null,
): ChargeOutcome => ({
  kind: "answered",
  charge: {
    id: "ch_1",
    orderId: aPayment().orderId,
    amount: { amount: 5000, currency: "EUR" },
    status,
    failureCode,
  },
});
