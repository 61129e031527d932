import type { SandboxCharge } from "../../contracts/payments";
import { newId } from "../../lib/ids";
import type { EventEnvelope } from "../../lib/messaging/event";
import type { EventName, EventPayload } from "../../lib/mesh/types";
import type { Database } from "../../lib/store/database";
import { startTestShop, type TestShop, type TestShopOptions } from "../support/shop";

export const admin = { id: newId(), roles: ["admin"] };
export const euros = (amount: number) => ({ amount, currency: "EUR" });

/** A shop of which only payments runs, with what a test needs to play the rest of it. */
export interface Desk {
  readonly shop: TestShop;
  readonly db: Database;
  /** What payments said, by order, in the order of arrival. */
  saidOf(orderId: string): EventEnvelope[];
  /** Says that an order is held, and so to be paid; resolves with its id. */
  hold(method: string, options?: HoldOptions): Promise<string>;
  cancel(orderId: string, reason?: "TIMEOUT" | "CUSTOMER_REQUEST"): Promise<void>;
  statusOf(orderId: string): Promise<string | undefined>;
  /** The provider's charges of an order. */
  chargesOf(orderId: string): Promise<SandboxCharge[]>;
  /** What the provider has of an order's money, after refunds. */
  netOf(orderId: string): Promise<number>;
  stop(): Promise<void>;
}

export interface HoldOptions {
  readonly orderId?: string;
  readonly amount?: number;
  readonly deadlineMs?: number;
}

export async function openDesk(options: TestShopOptions = {}): Promise<Desk> {
  const shop = await startTestShop({ services: ["payments"], ...options });
  return deskOf(shop);
}

export async function deskOf(shop: TestShop): Promise<Desk> {
  const said: EventEnvelope[] = [];
  await shop.runtime.transport.subscribe({
    name: "test",
    events: ["payment.completed", "payment.failed", "payment.refunded"],
    receive: async (batch) => void said.push(...batch),
  });
  const chargesOf = async (orderId: string): Promise<SandboxCharge[]> =>
    (await shop.call("payments.sandboxCharges", { orderId }, admin)).items;
  return {
    shop,
    db: dbOf(shop),
    saidOf: (orderId) => said.filter((event) => event.aggregateId === orderId),
    hold: (method, hold) => publishHold(shop, method, hold),
    cancel: (orderId, reason = "CUSTOMER_REQUEST") =>
      publish(shop, "order.cancelled", orderId, { orderId, number: "S-1", userId, reason }),
    statusOf: async (orderId) =>
      (await shop.call("payments.ofOrders", { orderIds: [orderId] }))[0]?.status,
    chargesOf,
    netOf: async (orderId) =>
      (await chargesOf(orderId))
        .filter(({ status }) => status === "succeeded")
        .reduce((sum, { amount, refunded }) => sum + amount.amount - refunded.amount, 0),
    stop: () => shop.stop(),
  };
}

const userId = newId();

async function publishHold(
  shop: TestShop,
  method: string,
  { orderId = newId(), amount = 5000, deadlineMs = 60_000 }: HoldOptions = {},
): Promise<string> {
  const deadline = new Date(Date.now() + deadlineMs).toISOString();
  await publish(shop, "stock.reserved", orderId, {
    orderId,
    userId,
    total: euros(amount),
    paymentMethod: method,
    expiresAt: deadline,
    deadline,
  });
  return orderId;
}

async function publish<N extends EventName>(
  { runtime }: TestShop,
  name: N,
  orderId: string,
  payload: EventPayload<N>,
): Promise<void> {
  await runtime.transport.publish({
    id: newId(),
    name,
    version: 1,
    source: name === "stock.reserved" ? "inventory" : "orders",
    aggregateId: orderId,
    seq: 1,
    payload,
    correlationId: orderId,
    causationId: null,
    traceparent: null,
    occurredAt: new Date().toISOString(),
  });
}

/** The database of the payments service itself, for what no action tells. */
export function dbOf({ broker }: TestShop): Database {
  // A local service is typed without the members of its mixins.
  const service = broker.getLocalService("payments") as unknown as { db: Database };
  return service.db;
}

/** Sums that must be zero, payments that are inconsistent with the ledger: none, ever. */
export const ledgerFaults = (db: Database): Promise<object[]> =>
  db.query(
    `SELECT 'unbalanced' AS fault, tx_id::text AS id FROM ledger_entry
     GROUP BY tx_id, currency HAVING sum(amount) <> 0
     UNION ALL
     SELECT 'differs from its payment', p.order_id::text FROM payment p
     LEFT JOIN ledger_tx t USING (order_id)
     LEFT JOIN ledger_entry e ON e.tx_id = t.tx_id AND e.account = 'provider'
     GROUP BY p.order_id HAVING coalesce(sum(e.amount), 0) <> p.captured - p.refunded`,
  );
