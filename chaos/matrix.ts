import { cells, type Cell } from "./cells";
import { MortalShop } from "./mortal-shop";
import { runCell, type Outcome } from "./run-cell";

/** Every `step`th cell, from the first: a sample that touches each kind of boundary. */
export const sample = (step: number): Cell[] => cells.filter((_, n) => n % step === 0);

/** Runs cells one after the other on one shop, whose data lives through all its deaths. */
export async function runMatrix(
  chosen: readonly Cell[],
  told: (outcome: Outcome, n: number) => void = () => undefined,
): Promise<Outcome[]> {
  const shop = await MortalShop.start();
  try {
    const sku = "MATRIX-1";
    await shop.ask((admin) => admin.sell(sku, 2_500, 90).then(() => admin.get("/products")));
    const outcomes: Outcome[] = [];
    for (const cell of chosen) {
      // Less than anybody may order at once, more than anybody does.
      await shop.ask((admin) => admin.put(`/admin/inventory/${sku}`, { onHand: 90 }));
      const outcome = await runCell(shop, cell, sku);
      outcomes.push(outcome);
      told(outcome, outcomes.length);
    }
    return outcomes;
  } finally {
    await shop.process.remove();
  }
}
