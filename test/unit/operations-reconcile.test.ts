import { describe, expect, it } from "vitest";
import { durableServices } from "../../contracts";
import { newId } from "../../lib/ids";
import type { Caller } from "../../lib/mesh/types";
import { reconcile, type LastRun, type Run } from "../../services/operations/reconcile";

const orderId = newId();
const charge = { amount: { amount: 5, currency: "EUR" }, refunded: { amount: 0, currency: "EUR" } };
const charges = ["ch_1", "ch_2"].map((id) => ({ ...charge, id, orderId, status: "succeeded" }));
const payment = {
  ...{ status: "captured", captured: 5, refunded: 0, refunding: 0, currency: "EUR" },
  ...{ late: false, refundLate: false },
};
const backlog = { oldestPendingMs: 0, oldestParkedMs: 0, recoveries: 0 };
const EMPTY = { orderIds: [], next: null };
const first: LastRun = { memory: { cursors: {}, recoveries: {} }, findings: [] };

type Answer = () => unknown;

/** A delivered order that was charged twice, as the owners tell of it. */
const told: Readonly<Record<string, Answer>> = {
  "orders.toReconcile": () => ({ orderIds: [orderId], next: null }),
  "payments.toReconcile": () => EMPTY,
  "inventory.toReconcile": () => EMPTY,
  "orders.standings": () => [
    { orderId, status: "delivered", total: charge.amount, dispatched: true, overdue: false },
  ],
  "inventory.standings": () => [{ orderId, status: "committed", expired: false }],
  "payments.standings": () => [{ orderId, payment, charges, providerSilent: false }],
  "shipping.ofOrders": () => [{ orderId, status: "delivered" }],
  ...Object.fromEntries(durableServices.map((name) => [`${name}.backlog`, () => backlog])),
};
const nothingNew: Readonly<Record<string, Answer>> = { "orders.toReconcile": () => EMPTY };
const away = (): never => {
  throw new Error("away");
};

function runWith(answers: Readonly<Record<string, Answer>>, last: LastRun = first): Promise<Run> {
  const call = async (name: string) => ({ ...told, ...answers })[name]?.();
  // It is asked for nothing else.
  const caller = { call } as unknown as Caller;
  const lost = new AbortController().signal;
  return reconcile({ caller, last, graceMs: 0, lost, repaired: () => undefined });
}

const kindsOf = ({ findings }: Run): string[] => findings.map(({ kind }) => kind);

describe("what was found", () => {
  it("stays on the list when its order is neither open nor recent any more", async () => {
    const found = await runWith({});
    expect(kindsOf(found)).toEqual(["charged_twice"]);
    const later = await runWith(nothingNew, found);
    expect(later.findings).toEqual(found.findings);
    const [one] = charges;
    const mended = () => [{ orderId, payment, charges: [one], providerSilent: false }];
    expect(kindsOf(await runWith({ ...nothingNew, "payments.standings": mended }, later))).toEqual(
      [],
    );
  });

  it("stays on the list while somebody does not say whether it is still so", async () => {
    const found = await runWith({});
    const dark = await runWith({ ...nothingNew, "shipping.ofOrders": away }, found);
    expect(kindsOf(dark)).toEqual(["not_checked", "charged_twice"]);
    const mute = () => [{ orderId, payment, charges: null, providerSilent: true }];
    const half = await runWith({ ...nothingNew, "payments.standings": mute }, dark);
    expect(half.findings.map(({ detail }) => detail)).toEqual([
      "the payment provider does not answer",
      "charged ch_1 and ch_2",
    ]);
    expect(kindsOf(await runWith(nothingNew, half))).toEqual(["charged_twice"]);
  });
});

describe("more than can be listed", () => {
  it("is counted, and keeps nothing waiting that can be mended", async () => {
    const unpaid = Array.from({ length: 600 }, newId);
    const ids = [...unpaid, orderId];
    const { findings } = await runWith({
      "orders.toReconcile": () => ({ orderIds: ids, next: null }),
      "orders.standings": () =>
        ids.map((id) => ({
          ...{ orderId: id, total: charge.amount, dispatched: false, overdue: id === orderId },
          status: id === orderId ? "pending" : "delivered",
        })),
      "inventory.standings": () => ids.map((id) => ({ orderId: id, status: "committed" })),
      "payments.standings": () => [],
      "shipping.ofOrders": () => ids.map((id) => ({ orderId: id, status: "delivered" })),
      "orders.settle": () => ({ status: "cancelled" }),
    });
    expect(findings).toHaveLength(501);
    expect(findings[0]).toMatchObject({ orderId, action: "orders settled it: cancelled" });
    expect(findings.at(-1)).toMatchObject({ kind: "not_listed", detail: "101 more do not agree" });
  });
});

describe("who does not answer", () => {
  it("is named when it goes between the two looks, and what it would have said is asked next time", async () => {
    let looks = 0;
    const once = () => (looks++ > 0 ? away() : [{ orderId, status: "committed", expired: false }]);
    const page = () => ({ orderIds: [orderId], next: orderId });
    const run = await runWith({ "inventory.standings": once, "orders.toReconcile": page });
    expect(run.findings).toEqual([
      {
        kind: "not_checked",
        orderId: null,
        detail: "inventory does not answer",
        action: "compared at the next run",
      },
    ]);
    expect(run.memory.cursors).toEqual({});
  });

  it("is not a provider that cannot list charges", async () => {
    const ours = () => [{ orderId, payment, charges: null, providerSilent: false }];
    expect((await runWith({ "payments.standings": ours })).findings).toEqual([]);
  });
});
