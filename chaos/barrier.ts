import { setTimeout as sleep } from "node:timers/promises";
import { seededRandom } from "../lib/faults/random";
import { AdminClient } from "../test/support/client";
import { eventually } from "../test/support/eventually";
import type { MortalShop } from "./mortal-shop";

/** Where somebody is held until the others are there as well; then all go on at one instant. */
export interface Barrier {
  readonly name: string;
  /** The point that holds a payment on its way to its order. */
  readonly payment: string;
  /** The point that holds whoever comes first of the others; the payment goes on as soon as it is armed. */
  readonly other?: string;
}

/** Every place at which a payment that completes and a cancellation can meet. */
export const barriers: readonly Barrier[] = [
  {
    name: "before the order is looked at",
    payment: "orders.handle.payment.completed.before_handle",
  },
  { name: "with the order locked", payment: "orders.handle.payment.completed.before_commit" },
  {
    name: "behind a cancellation",
    payment: "orders.handle.payment.completed.before_handle",
    other: "orders.publish.order.cancelled.before_commit",
  },
  {
    name: "before a parcel that leaves",
    payment: "orders.handle.payment.completed.before_handle",
    other: "orders.publish.order.dispatch_requested.before_commit",
  },
  {
    name: "in the write of a capture",
    payment: "payments.publish.payment.completed.before_commit",
  },
  { name: "with a capture that nobody knows of", payment: "payments.charge.after_call" },
  { name: "before the charge", payment: "payments.charge.before_call" },
];

/** What was said to whom about one order. */
export interface Meeting {
  readonly orderId: string;
  readonly barrier: string;
  readonly cancel: number;
  /** The last answer to the warehouse, which tries for as long as the order is not cancelled. */
  readonly dispatch: number;
}

export const SKU = "BARRIER-1";
/** At once at a barrier; fewer than the connections of a service, which each of them holds. */
const AT_ONCE = 5;
/** The payment goes on so long after the others set out, at the most: before, amid and after them. */
const JITTER_MS = 40;

/** Lets so many orders be cancelled, paid and sent off at the same instant, at each barrier by turns. */
export async function meet(shop: MortalShop, orders: number, seed: number): Promise<Meeting[]> {
  const random = seededRandom(seed);
  const admin = await AdminClient.signIn(shop.url);
  await admin.sell(SKU, 2_500, orders);
  const meetings: Meeting[] = [];
  for (let round = 0; meetings.length < orders; round++) {
    const barrier = barriers[round % barriers.length] as Barrier; // there is one at least
    meetings.push(...(await meetAt(shop, admin, barrier, random)));
  }
  return meetings;
}

async function meetAt(
  shop: MortalShop,
  admin: AdminClient,
  { name, payment, other }: Barrier,
  random: () => number,
): Promise<Meeting[]> {
  const paymentIsHeld = heldAgain(shop, payment);
  await shop.process.arm(`${payment}=hang`);
  const ids = await Promise.all(Array.from({ length: AT_ONCE }, () => place(admin)));
  await eventually(async () => paymentIsHeld(), { what: `a payment at ${payment}` });
  const otherIsHeld = other ? heldAgain(shop, other) : () => true;
  if (other) await shop.process.arm(`${other}=hang`);
  const answers = Promise.all(ids.map((id) => cancelAndDispatch(admin, id, random() * JITTER_MS)));
  await sleep(random() * JITTER_MS);
  // Unless the others were all faster.
  await Promise.race([answers, eventually(async () => otherIsHeld())]);
  // Disarms, and lets all go on that are held.
  await shop.process.arm("");
  return (await answers).map((answer) => ({ ...answer, barrier: name }));
}

/** Tells whether somebody came to be held at a point after this was called. */
function heldAgain({ process }: MortalShop, point: string): () => boolean {
  const times = (): number => process.output.split(`FAULT hang at ${point}\n`).length;
  const before = times();
  return () => times() > before;
}

async function place(admin: AdminClient): Promise<string> {
  const { status, body } = await admin.order([{ sku: SKU, quantity: 1 }]);
  if (status !== 202) throw new Error(`place: ${status} ${JSON.stringify(body)}`);
  return body.id;
}

async function cancelAndDispatch(
  admin: AdminClient,
  orderId: string,
  waitMs: number,
): Promise<Omit<Meeting, "barrier">> {
  let cancelled = false;
  const dispatching = dispatchOnceConfirmed(admin, orderId, () => cancelled);
  await sleep(waitMs);
  const { status: cancel } = await admin.post(`/orders/${orderId}/cancel`);
  cancelled = cancel === 202;
  return { orderId, cancel, dispatch: await dispatching };
}

/** The warehouse sends a parcel as soon as it may: 409 says that the order is not confirmed, or over. */
async function dispatchOnceConfirmed(
  admin: AdminClient,
  orderId: string,
  isOver: () => boolean,
): Promise<number> {
  const parcel = { carrier: "DHL", trackingNumber: "JD0001" };
  for (;;) {
    const last = isOver();
    const { status } = await admin.post(`/admin/orders/${orderId}/dispatch`, parcel);
    if (status !== 409 || last) return status;
    await sleep(5);
  }
}
