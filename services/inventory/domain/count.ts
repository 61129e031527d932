import type { StockRow } from "./stock-level";

export interface Level {
  readonly sku: string;
  readonly onHand: number;
}

export interface Count {
  /** What is to be added to each SKU that is counted now; zero too. */
  readonly moves: readonly { readonly sku: string; readonly delta: number }[];
  readonly refused: readonly { readonly sku: string; readonly message: string }[];
}

/** Counts each SKU at most once for a batch; never below what is reserved. */
export function count(
  levels: readonly Level[],
  rows: readonly (StockRow & { readonly counted_batch: string | null })[],
  batch: string | null,
): Count {
  const rowOf = new Map(rows.map((row) => [row.sku, row]));
  const moves: { sku: string; delta: number }[] = [];
  const refused: { sku: string; message: string }[] = [];
  // The last of two levels of one SKU counts.
  for (const [sku, onHand] of new Map(levels.map((level) => [level.sku, level.onHand]))) {
    const row = rowOf.get(sku);
    if (!row) throw new Error(`there is no row for ${sku}, which was to be added`);
    if (batch !== null && row.counted_batch === batch) continue;
    if (onHand < row.reserved) refused.push({ sku, message: faultOf(row) });
    else if (batch !== null || onHand !== row.on_hand) {
      moves.push({ sku, delta: onHand - row.on_hand });
    }
  }
  return { moves, refused };
}

/** Why less cannot be on hand. */
export const faultOf = ({ sku, on_hand, reserved }: StockRow): string =>
  `${reserved} of ${sku} are reserved, ${on_hand} on hand`;
