import type { TraceEntry } from "../../../contracts/durable";
import type { Money } from "../../../contracts/common";
import type { inventory } from "../../../contracts/inventory";
import type { OrderStatus, orders } from "../../../contracts/orders";
import type { Payment, payments } from "../../../contracts/payments";
import type { shipping } from "../../../contracts/shipping";

type SagaEvent =
  | keyof typeof orders.events
  | keyof typeof inventory.events
  | keyof typeof payments.events
  | keyof typeof shipping.events;

type Entry = Pick<TraceEntry, "kind" | "service" | "event" | "status" | "attempts" | "error">;

export interface PaymentView extends Pick<Payment, "status" | "amount" | "refunded"> {
  /** What can still be given back: not what is on its way. */
  readonly refundable: Money | null;
}

export interface SagaView {
  readonly status: OrderStatus;
  readonly entries: readonly Entry[];
  /** Null when there is none, or nobody says. */
  readonly payment: PaymentView | null;
  /** Services whose entries are missing, since they did not answer. */
  readonly silent: readonly string[];
}

/** Who does what next. */
interface Step {
  readonly by: string;
  readonly to: string;
}

/**
 * What an order's saga waits for, in words for an operator: the first event that is stuck, else the
 * next step by the order's status and what is known to have happened. Null when all is done.
 */
export function waitingFor(view: SagaView): string | null {
  const stuck = stuckEvent(view.entries);
  if (stuck) return stuck;
  const step = nextStep(view);
  if (!step) return null;
  // What it has done already would be in its own records.
  return view.silent.includes(step.by)
    ? `${step.by}, which does not answer`
    : `${step.by} to ${step.to}`;
}

function stuckEvent(entries: readonly Entry[]): string | null {
  const dead = entries.find((entry) => entry.status === "dead");
  if (dead) {
    return `a person: ${dead.service} gave up on ${dead.event} after ${dead.attempts} attempts: ${dead.error}`;
  }
  // One without an attempt only waits behind another one.
  const parked = entries.find((entry) => entry.status === "parked" && entry.attempts > 0);
  if (parked) return failing(parked, "handle");
  const unpublished = entries.find((entry) => entry.status === "pending" && entry.error !== null);
  return unpublished ? failing(unpublished, "publish") : null;
}

const failing = ({ service, event, attempts, error }: Entry, verb: string): string =>
  `${service} to ${verb} ${event} (attempt ${attempts}: ${error})`;

function nextStep({ status, entries, payment }: SagaView): Step | null {
  const names = new Set(entries.map((entry) => entry.event));
  const happened = (name: SagaEvent): boolean => names.has(name);
  switch (status) {
    case "pending":
      return settle(happened);
    case "confirmed":
      return payment && isLeaving(payment) ? GIVE_BACK : ship(happened);
    case "shipped":
      return happened("shipment.delivered")
        ? { by: "orders", to: "note the delivery" }
        : { by: "the carrier", to: "deliver the parcel" };
    case "cancelled":
    case "refunded":
      return compensate(happened, payment);
    case "delivered":
      return null;
    default:
      throw new Error(`unknown status ${String(status satisfies never)}`);
  }
}

type Happened = (name: SagaEvent) => boolean;

function settle(happened: Happened): Step {
  if (happened("stock.rejected") || happened("payment.failed")) {
    return { by: "orders", to: "cancel the order" };
  }
  if (happened("payment.completed")) return { by: "orders", to: "confirm the order" };
  if (happened("stock.reserved")) return { by: "payments", to: "charge the customer" };
  return { by: "inventory", to: "hold the stock" };
}

function ship(happened: Happened): Step {
  if (happened("order.dispatch_requested")) return { by: "shipping", to: "dispatch the parcel" };
  if (happened("shipment.created")) return { by: "a person", to: "dispatch it" };
  return { by: "shipping", to: "prepare the shipment" };
}

/** An order that ended is over once what was done for it is undone. */
function compensate(happened: Happened, payment: PaymentView | null): Step | null {
  const dispatched = happened("order.dispatch_requested");
  if (happened("stock.reserved") && !happened("stock.released") && !dispatched) {
    return { by: "inventory", to: "release the stock" };
  }
  if (payment) return settleMoney(payment);
  if (happened("payment.completed") && !happened("payment.refunded")) return GIVE_BACK;
  return null;
}

const GIVE_BACK: Step = { by: "payments", to: "give the money back" };

/** Whether all of it is on its way back: its order is not dispatched any more. */
const isLeaving = ({ amount, refundable }: PaymentView): boolean =>
  amount.amount > 0 && refundable?.amount === 0;

/** Not every refund is an event yet, nor every charge that has to be undone. */
function settleMoney({ status, amount, refunded }: PaymentView): Step | null {
  switch (status) {
    case "requested":
    case "processing":
      return { by: "payments", to: "end the charge" };
    case "captured":
    case "partially_refunded":
      return amount.amount > refunded.amount ? GIVE_BACK : null;
    case "declined":
    case "voided":
    case "refunded":
      return null;
    default:
      throw new Error(`unknown status ${String(status satisfies never)}`);
  }
}
