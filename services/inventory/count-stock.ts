import { fail, invalidField } from "../../contracts/errors";
import { MAX_ON_HAND, type StockLevel } from "../../contracts/inventory";
import type { UnitOfWork } from "../../lib/messaging/event";
import { count, faultOf, type Count, type Level } from "./domain/count";
import { toLevel } from "./domain/stock-level";
import {
  addSkus,
  lockCounted,
  lockStock,
  moveCounted,
  moveStock,
  type StockVersion,
} from "./store/stock-store";

/**
 * Brings a SKU to what was counted (`onHand`) or moves it by `delta`; an equal value changes nothing.
 * Throws SKU_NOT_FOUND, STOCK_RESERVED when less would be left than is held, and VALIDATION_FAILED when
 * there would be more than a count can say.
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
    throw fail("STOCK_RESERVED", faultOf(row));
  }
  if (delta > 0 && row.on_hand + delta > MAX_ON_HAND) {
    throw invalidField("/delta", `${row.on_hand} are on hand, and ${MAX_ON_HAND} are the most`);
  }
  const moved = await moveStock(work, sku, delta, reason);
  publishLevel(work, moved);
  return { level: toLevel(moved), changed: true };
}

/**
 * Brings many SKUs to what was counted, new ones too, in one transaction. Those of which less would be
 * left than is held stay as they are, and are named.
 */
export async function countMany(
  work: UnitOfWork,
  levels: readonly Level[],
  { reason, batch = null }: { readonly reason: string; readonly batch?: string | null },
): Promise<{ changed: number; refused: Count["refused"] }> {
  const skus = levels.map(({ sku }) => sku);
  await addSkus(
    work,
    skus.map((sku) => ({ sku, onHand: 0 })),
  );
  const { moves, refused } = count(levels, await lockCounted(work, skus), batch);
  if (moves.length === 0) return { changed: 0, refused };
  const moved = await moveCounted(work, moves, { reason, batch });
  for (const row of moved) publishLevel(work, row);
  return { changed: moved.length, refused };
}

const publishLevel = (work: UnitOfWork, row: StockVersion): void =>
  work.publish({
    name: "stock.changed",
    payload: toLevel(row),
    aggregateId: row.sku,
    seq: row.version,
  });
