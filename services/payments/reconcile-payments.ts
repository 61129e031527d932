import type { PaymentStanding, SandboxCharge } from "../../contracts/payments";
import { pageOf, type CandidatePage } from "../../contracts/reconciliation";
import type { Database } from "../../lib/store/database";
import { NO_ID } from "../../lib/store/id-range";
import type { PaymentProvider } from "./provider/payment-provider";
import { paidOrders, paymentRows } from "./store/reconcile-store";

const PAGE = 100;

/** Orders with a payment here, or with a charge there: either may know what the other does not. */
export async function paymentsToReconcile(
  db: Database,
  provider: PaymentProvider,
  which: "open" | "recent",
  after: string = NO_ID,
): Promise<CandidatePage> {
  const ours = await paidOrders(db, which, after, PAGE);
  const theirs = which === "recent" ? await chargedOrders(provider, after) : [];
  return pageOf([...new Set([...ours, ...theirs])].sort().slice(0, PAGE), PAGE);
}

/** A provider that is away leaves out what only it knows; `standings` says that it is. */
async function chargedOrders(provider: PaymentProvider, after: string): Promise<string[]> {
  try {
    return (await provider.chargedOrders?.(after, PAGE)) ?? [];
  } catch {
    return [];
  }
}

export async function paymentStandings(
  db: Database,
  provider: PaymentProvider,
  orderIds: readonly string[],
): Promise<PaymentStanding[]> {
  const rows = new Map((await paymentRows(db, orderIds)).map((row) => [row.orderId, row]));
  const { charges, silent: providerSilent } = await chargesOf(provider, orderIds);
  return orderIds.flatMap((orderId) => {
    const row = rows.get(orderId);
    const charged = charges && (charges.get(orderId) ?? []);
    if (!row && !charged?.length) return [];
    const { orderId: _, ...payment } = row ?? { orderId };
    return [
      { orderId, payment: "status" in payment ? payment : null, charges: charged, providerSilent },
    ];
  });
}

interface Charged {
  /** By order; null when the provider does not answer, or cannot tell. */
  readonly charges: Map<string, SandboxCharge[]> | null;
  readonly silent: boolean;
}

async function chargesOf(provider: PaymentProvider, orderIds: readonly string[]): Promise<Charged> {
  try {
    const charges = await provider.chargesOf?.(orderIds);
    const byOrder = charges ? Map.groupBy(charges, ({ orderId }) => orderId) : null;
    return { charges: byOrder, silent: false };
  } catch {
    return { charges: null, silent: true };
  }
}
