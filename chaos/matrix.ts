import { cells, type Cell } from "./cells";
import { MortalShop } from "./mortal-shop";
import { runCell, type Outcome } from "./run-cell";

/** Shops that run at the same time: one alone waits most of the time. */
const SHOPS = 2;
const SKU = "MATRIX-1";

/** Every `step`th cell, from the first: a sample that touches each kind of boundary. */
export const sample = (step: number): Cell[] => cells.filter((_, n) => n % step === 0);

/** Runs cells, each shop one after the other; the data of a shop lives through all its deaths. */
export async function runMatrix(
  chosen: readonly Cell[],
  told: (outcome: Outcome, n: number) => void = () => undefined,
): Promise<Outcome[]> {
  const waiting = [...chosen];
  const outcomes = new Map<Cell, Outcome>();
  async function runSome(): Promise<void> {
    const shop = await MortalShop.start();
    try {
      await shop.ask((admin) => admin.sell(SKU, 2_500, 90).then(() => admin.get("/products")));
      for (let cell = waiting.shift(); cell; cell = waiting.shift()) {
        // Less than anybody may order at once, more than anybody does.
        await shop.ask((admin) => admin.put(`/admin/inventory/${SKU}`, { onHand: 90 }));
        const outcome = await runCell(shop, cell, SKU);
        outcomes.set(cell, outcome);
        told(outcome, outcomes.size);
      }
    } finally {
      await shop.remove();
    }
  }
  await Promise.all(Array.from({ length: Math.min(SHOPS, chosen.length) }, runSome));
  return chosen.flatMap((cell) => outcomes.get(cell) ?? []);
}
