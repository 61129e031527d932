import { describe, expect, it } from "vitest";
import type { PaymentStatus } from "../../contracts/payments";
import { assertSameMoney, VOIDED } from "../../services/payments/domain/provider-charge";
import { settleCharge } from "../../services/payments/domain/settle-charge";
import { aCapturedPayment, aPayment, answered } from "./payments-builders";

const unknown = { kind: "unknown", error: "no answer" } as const;
const expired = { kind: "expired" } as const;

describe("a payment that waits for its charge", () => {
  it("is captured when the provider charged", () => {
    expect(settleCharge(aPayment(), answered("succeeded"))).toEqual({
      kind: "captured",
      status: "captured",
      chargeId: "ch_1",
      giveBack: null,
    });
  });

  it("is captured only to be given back when its order was cancelled meanwhile", () => {
    const payment = aPayment({ cancelReason: "TIMEOUT" });
    expect(settleCharge(payment, answered("succeeded"))).toMatchObject({
      kind: "captured",
      giveBack: "TIMEOUT",
    });
  });

  it("is declined with the provider's code", () => {
    expect(settleCharge(aPayment(), answered("failed", "insufficient_funds"))).toEqual({
      kind: "ended",
      status: "declined",
      chargeId: "ch_1",
      code: "insufficient_funds",
      announce: true,
    });
  });

  it("ends in silence when its order was cancelled meanwhile", () => {
    const payment = aPayment({ cancelReason: "CUSTOMER_REQUEST" });
    for (const outcome of [answered("failed", "card_declined"), answered("failed", VOIDED)]) {
      expect(settleCharge(payment, outcome)).toMatchObject({ kind: "ended", announce: false });
    }
  });

  it("waits for the provider's webhook while it is processed", () => {
    expect(settleCharge(aPayment(), answered("processing"))).toEqual({
      kind: "waiting",
      status: "processing",
      chargeId: "ch_1",
      error: null,
    });
  });

  it("is asked for again when nothing is known", () => {
    expect(settleCharge(aPayment(), unknown)).toMatchObject({
      kind: "waiting",
      status: "requested",
      error: "no answer",
    });
  });

  it("stays in process when a later answer is lost", () => {
    const payment = aPayment({ status: "processing", chargeId: "ch_1" });
    expect(settleCharge(payment, unknown)).toMatchObject({ status: "processing" });
  });

  it("is voided as expired when its time is over, whether or not the provider knew of it", () => {
    const voided = { kind: "ended", status: "voided", code: "EXPIRED", announce: true };
    expect(settleCharge(aPayment(), expired)).toMatchObject(voided);
    expect(settleCharge(aPayment(), answered("failed", VOIDED))).toMatchObject(voided);
  });
});

describe("a payment that is settled", () => {
  const settled: PaymentStatus[] = ["captured", "partially_refunded", "refunded"];

  it("is not captured twice, whatever is reported again", () => {
    for (const status of settled) {
      for (const outcome of [answered("succeeded"), answered("failed", "x"), unknown, expired]) {
        expect(settleCharge(aCapturedPayment({ status }), outcome)).toEqual({ kind: "unchanged" });
      }
    }
  });

  it("is captured and given back when the provider charged after all", () => {
    for (const status of ["declined", "voided"] as const) {
      expect(settleCharge(aPayment({ status }), answered("succeeded"))).toMatchObject({
        kind: "captured",
        giveBack: "LATE_CAPTURE",
      });
    }
  });

  it("stays as it is when anything else is reported late", () => {
    for (const status of ["declined", "voided"] as const) {
      for (const outcome of [answered("processing"), answered("failed", "x"), unknown, expired]) {
        expect(settleCharge(aPayment({ status }), outcome)).toEqual({ kind: "unchanged" });
      }
    }
  });
});

describe("an answer about another amount", () => {
  const { charge } = answered("succeeded") as Extract<
    ReturnType<typeof answered>,
    { kind: "answered" }
  >;

  it("is no answer", () => {
    expect(() => assertSameMoney(charge, { amount: 5000, currency: "EUR" })).not.toThrow();
    expect(() => assertSameMoney(charge, { amount: 5001, currency: "EUR" })).toThrow("5000 EUR");
    expect(() => assertSameMoney(charge, { amount: 5000, currency: "USD" })).toThrow("5000 USD");
  });
});
