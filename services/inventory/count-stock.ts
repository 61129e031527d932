import { fail } from "../../contracts/errors";
import type { StockLevel } from "../../contracts/inventory";
import type { UnitOfWork } from "../../lib/messaging/event";
import { toLevel } from "./domain/stock-level";
import { lockStock, moveStock } from "./store/stock-store";

/**
 * Brings a SKU to what was counted (`onHand`) or moves it by `delta`; an equal value changes nothing.
 * Throws SKU_NOT_FOUND, and STOCK_RESERVED when less would be left than is held.
 */
export async function countStock(
  work: UnitOfWork,
  sku: string,
  target: { readonly onHand: number } | { readonly delta: number },
  reason: string,
): Promise<{ level: StockLevel; changed: boolean }> {
  const row = await lockStock(work, sku);
  if (!row) throw fail("SKU_NOT_FOUND", `no SKU ${sku}`);
  const delta = "delta" in target ? target.delta : target.onHand - row.on_hand;
  if (delta === 0) return { level: toLevel(row), changed: false };
  if (row.on_hand + delta < row.reserved) {
    throw fail("STOCK_RESERVED", `${row.reserved} of ${sku} are reserved, ${row.on_hand} on hand`);
  }
  const moved = await moveStock(work, sku, delta, reason);
  const level = toLevel(moved);
  work.publish({ name: "stock.changed", payload: level, aggregateId: sku, seq: moved.version });
  return { level, changed: true };
}
