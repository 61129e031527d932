import { describe, expect, it } from "vitest";
import { isOpen, moveTo, toPayment, transitions } from "../../services/payments/domain/payment";
import { PaymentStatus } from "../../contracts/payments";
import { aPayment } from "./payments-builders";

// The schema type keeps the values of an enum untyped.
const statuses = PaymentStatus.enum as readonly PaymentStatus[];

describe("the states of a payment", () => {
  it("are these, and go nowhere else", () => {
    expect(transitions).toEqual({
      requested: ["processing", "captured", "declined", "voided"],
      processing: ["captured", "declined", "voided"],
      captured: ["partially_refunded", "refunded"],
      partially_refunded: ["refunded"],
      refunded: [],
      declined: ["captured"],
      voided: ["captured"],
    });
  });

  it("are exactly those of the contract", () => {
    expect(Object.keys(transitions).sort()).toEqual([...statuses].sort());
  });

  it("are all within reach of the first", () => {
    const reached = new Set<PaymentStatus>(["requested"]);
    for (const status of reached) for (const next of transitions[status]) reached.add(next);
    expect(reached.size).toBe(Object.keys(transitions).length);
  });

  it("never lead from money that was taken to money that was not", () => {
    const taken: PaymentStatus[] = ["captured", "partially_refunded", "refunded"];
    for (const status of taken) {
      for (const next of transitions[status]) expect(taken).toContain(next);
    }
  });

  it("allow to stay, and refuse a step that is not in the table", () => {
    expect(moveTo("refunded", "refunded")).toBe("refunded");
    expect(() => moveTo("refunded", "captured")).toThrow(
      "a payment cannot go from refunded to captured",
    );
  });

  it("are open until the provider's answer is known", () => {
    const open = statuses.filter((status) => isOpen({ status }));
    expect(open).toEqual(["requested", "processing"]);
  });

  it("show a client no more than the contract says", () => {
    expect(toPayment(aPayment({ status: "captured", captured: 5000, refunding: 200 }))).toEqual({
      orderId: aPayment().orderId,
      status: "captured",
      amount: { amount: 5000, currency: "EUR" },
      refunded: { amount: 0, currency: "EUR" },
      method: "pm_card_visa",
    });
  });
});
