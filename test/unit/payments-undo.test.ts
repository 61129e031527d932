import { describe, expect, it } from "vitest";
import type { PaymentState } from "../../services/payments/domain/payment";
import { cancelCharge } from "../../services/payments/domain/cancel-charge";
import { afterRefund, refundAmount } from "../../services/payments/domain/refund";
import { hasCode } from "../../lib/errors";
import { aCapturedPayment, aPayment } from "./payments-builders";

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    const codes = ["INVALID_TRANSITION", "REFUND_EXCEEDS_PAYMENT", "VALIDATION_FAILED"];
    return codes.find((code) => hasCode(error, code)) ?? "another error";
  }
  return "none";
};
const euros = (amount: number) => ({ amount, currency: "EUR" });

describe("a cancelled order", () => {
  it("voids a payment that the provider never heard of", () => {
    expect(cancelCharge(aPayment({ attempts: 0 }))).toEqual({ kind: "void" });
  });

  it("asks first when the provider may have charged", () => {
    expect(cancelCharge(aPayment({ attempts: 1 }))).toEqual({ kind: "ask" });
    expect(cancelCharge(aPayment({ status: "processing" }))).toEqual({ kind: "ask" });
  });

  it("gives back what is left, and what is on its way back not twice", () => {
    expect(cancelCharge(aCapturedPayment())).toEqual({ kind: "give_back", amount: 5000 });
    const partly = aCapturedPayment({ status: "partially_refunded", refunded: 1000 });
    expect(cancelCharge({ ...partly, refunding: 500 })).toEqual({
      kind: "give_back",
      amount: 3500,
    });
    expect(cancelCharge(aCapturedPayment({ refunding: 5000 }))).toEqual({ kind: "nothing" });
  });

  it("has nothing to undo where nothing was taken", () => {
    expect(cancelCharge(aPayment({ status: "declined" }))).toEqual({ kind: "nothing" });
    expect(cancelCharge(aPayment({ status: "voided" }))).toEqual({ kind: "nothing" });
  });
});

describe("a refund", () => {
  it("is of all that is left unless an amount is named", () => {
    expect(refundAmount(aCapturedPayment({ refunding: 1200 }), undefined)).toBe(3800);
    expect(refundAmount(aCapturedPayment(), euros(5000))).toBe(5000);
  });

  it("never exceeds what is left", () => {
    const payment = aCapturedPayment({ refunding: 1200 });
    expect(codeOf(() => refundAmount(payment, euros(3801)))).toBe("REFUND_EXCEEDS_PAYMENT");
    const emptied = aCapturedPayment({ refunding: 5000 });
    expect(codeOf(() => refundAmount(emptied, undefined))).toBe("REFUND_EXCEEDS_PAYMENT");
  });

  it("is of more than nothing, and in the payment's currency", () => {
    expect(codeOf(() => refundAmount(aCapturedPayment(), euros(0)))).toBe("VALIDATION_FAILED");
    const dollars = { amount: 100, currency: "USD" };
    expect(codeOf(() => refundAmount(aCapturedPayment(), dollars))).toBe("VALIDATION_FAILED");
  });

  it("needs money that was captured", () => {
    for (const status of ["requested", "processing", "declined", "voided", "refunded"] as const) {
      expect(codeOf(() => refundAmount(aPayment({ status }), undefined))).toBe(
        "INVALID_TRANSITION",
      );
    }
  });

  it("is full once the parts sum to the whole", () => {
    let payment: PaymentState = aCapturedPayment({ refunding: 5000 });
    const parts = [1, 1999, 2000, 1000];
    const seen = parts.map((part) => {
      const { status, total, full } = afterRefund(payment, part);
      payment = { ...payment, status, refunded: total, refunding: payment.refunding - part };
      return full;
    });
    expect(seen).toEqual([false, false, false, true]);
    expect(payment).toMatchObject({ status: "refunded", refunded: 5000, refunding: 0 });
  });
});
