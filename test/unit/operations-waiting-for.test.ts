import { expect, test } from "vitest";
import type { PaymentStatus } from "../../contracts/payments";
import { waitingFor, type SagaView } from "../../services/operations/domain/waiting-for";

type Entry = SagaView["entries"][number];

const published = (...names: string[]): Entry[] =>
  names.map((event) => ({
    kind: "published",
    service: "somebody",
    event,
    status: "published",
    attempts: 1,
    error: null,
  }));
const handling = (status: string, attempts: number, over: Partial<Entry> = {}): Entry => ({
  kind: "handled",
  service: "payments",
  event: "stock.reserved",
  status,
  attempts,
  error: attempts > 0 ? "no answer" : null,
  ...over,
});
const view = (status: SagaView["status"], ...entries: Entry[]) =>
  waitingFor({ status, entries, payment: null, silent: [] });

test("a pending order waits for the next step of its saga", () => {
  expect(view("pending")).toBe("inventory to hold the stock");
  expect(view("pending", ...published("order.created"))).toBe("inventory to hold the stock");
  const held = published("order.created", "stock.reserved");
  expect(view("pending", ...held)).toBe("payments to charge the customer");
  expect(view("pending", ...held, ...published("payment.completed"))).toBe(
    "orders to confirm the order",
  );
  expect(view("pending", ...held, ...published("payment.failed"))).toBe(
    "orders to cancel the order",
  );
  expect(view("pending", ...published("stock.rejected"))).toBe("orders to cancel the order");
});

test("a confirmed order waits for its shipment, then for a person, then for its carrier", () => {
  expect(view("confirmed")).toBe("shipping to prepare the shipment");
  expect(view("confirmed", ...published("shipment.created"))).toBe("a person to dispatch it");
  expect(view("confirmed", ...published("shipment.created", "order.dispatch_requested"))).toBe(
    "shipping to dispatch the parcel",
  );
  expect(view("shipped", ...published("shipment.dispatched"))).toBe(
    "the carrier to deliver the parcel",
  );
  expect(view("shipped", ...published("shipment.delivered"))).toBe("orders to note the delivery");
  expect(view("delivered", ...published("stock.reserved", "payment.completed"))).toBeNull();
});

test("an order that ended waits until what was done for it is undone", () => {
  expect(view("cancelled", ...published("stock.rejected"))).toBeNull();
  const done = published("stock.reserved", "payment.completed");
  expect(view("cancelled", ...done)).toBe("inventory to release the stock");
  expect(view("cancelled", ...done, ...published("stock.released"))).toBe(
    "payments to give the money back",
  );
  expect(view("cancelled", ...done, ...published("stock.released", "payment.refunded"))).toBeNull();
});

test("a cancelled order waits for all its money, whatever was given back before", () => {
  const waiting = (status: PaymentStatus, refunded: number, amount = 100) =>
    waitingFor({
      status: "cancelled",
      entries: published("payment.completed", "payment.refunded"),
      payment: {
        status,
        amount: { amount, currency: "EUR" },
        refunded: { amount: refunded, currency: "EUR" },
        refundable: null,
      },
      silent: [],
    });
  expect(waiting("partially_refunded", 99)).toBe("payments to give the money back");
  expect(waiting("captured", 0)).toBe("payments to give the money back");
  expect(waiting("processing", 0)).toBe("payments to end the charge");
  expect(waiting("requested", 0)).toBe("payments to end the charge");
  expect(waiting("refunded", 100)).toBeNull();
  expect(waiting("voided", 0)).toBeNull();
  expect(waiting("captured", 0, 0)).toBeNull();
});

test("a confirmed order waits for its money to go back, once all of it is on its way", () => {
  const waiting = (refundable: number, amount = 100) =>
    waitingFor({
      status: "confirmed",
      entries: published("shipment.created"),
      payment: {
        status: "captured",
        amount: { amount, currency: "EUR" },
        refunded: { amount: 0, currency: "EUR" },
        refundable: { amount: refundable, currency: "EUR" },
      },
      silent: [],
    });
  expect(waiting(0)).toBe("payments to give the money back");
  expect(waiting(1)).toBe("a person to dispatch it");
  expect(waiting(0, 0)).toBe("a person to dispatch it");
});

test("goods that left the house are not waited for when their order is refunded", () => {
  const gone = published("stock.reserved", "payment.completed", "payment.refunded");
  expect(view("refunded", ...gone, ...published("order.dispatch_requested"))).toBeNull();
  expect(view("refunded", ...gone)).toBe("inventory to release the stock");
});

test("an event that is stuck is what an order waits for, whatever its status", () => {
  expect(view("pending", handling("parked", 3))).toBe(
    "payments to handle stock.reserved (attempt 3: no answer)",
  );
  expect(view("delivered", handling("dead", 8))).toBe(
    "a person: payments gave up on stock.reserved after 8 attempts: no answer",
  );
  const unpublished = handling("pending", 2, { kind: "published", error: "no leader" });
  expect(view("pending", unpublished)).toBe(
    "payments to publish stock.reserved (attempt 2: no leader)",
  );
});

test("an event that only waits behind another one, or is just being published, is not stuck", () => {
  const behind = handling("parked", 0);
  const fresh = handling("pending", 0, { kind: "published" });
  expect(view("pending", behind, fresh)).toBe("payments to charge the customer");
});

test("nothing is claimed of a service that did not answer", () => {
  const silent = ["inventory"];
  expect(waitingFor({ status: "pending", entries: [], payment: null, silent })).toBe(
    "inventory, which does not answer",
  );
  const entries = published("stock.reserved");
  expect(waitingFor({ status: "pending", entries, payment: null, silent })).toBe(
    "payments to charge the customer",
  );
});
