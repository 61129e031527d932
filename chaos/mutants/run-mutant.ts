import { MortalShop } from "../mortal-shop";
import { runTrial, SKU, type Flaw, type Trial } from "../trial";
import type { Patch } from "./mutant";
import { mutatedTree } from "./mutated-tree";

/** Of a bug: after how many runs it was found, and by what; `runs` is null when it was not. */
export interface Hunt {
  readonly runs: number | null;
  readonly found: readonly Flaw[];
}

/** What does not settle in this time will not: nothing here waits for more than a lease of 8 s. */
const SETTLE_MS = 15_000;
/** An order that nobody moves on is over soon, so that a lost event shows. */
const ENV = { ORDER_TIMEOUT_MS: "12000" };

/** What each trial finds on a shop without a bug: nothing, or the trial says nothing of its bug. */
export async function falseAlarms(trials: readonly Trial[]): Promise<Map<Trial, Flaw[]>> {
  const shop = await MortalShop.start(ENV);
  try {
    await stockUp(shop);
    const alarms = new Map<Trial, Flaw[]>();
    // Poison last: the dead letters it leaves would be an alarm of those behind it.
    const inOrder = [...trials].sort(
      (a, b) => Number(a.allowDead ?? false) - Number(b.allowDead ?? false),
    );
    for (const trial of inOrder) alarms.set(trial, await runTrial(shop, trial, SETTLE_MS));
    return alarms;
  } finally {
    await shop.process.remove();
  }
}

const stockUp = (shop: MortalShop): Promise<unknown> =>
  shop.ask((admin) => admin.sell(SKU, 2_500, 90).then(() => admin.get("/products")));

/** Runs a trial on a shop with these patches until something is wrong with it, at most so often. */
export async function hunt(
  patches: readonly Patch[],
  trial: Trial,
  maxRuns: number,
): Promise<Hunt> {
  const tree = await mutatedTree(patches);
  try {
    const shop = await MortalShop.start(ENV, tree.folder);
    try {
      await stockUp(shop);
      for (let runs = 1; runs <= maxRuns; runs++) {
        const found = await runTrial(shop, trial, SETTLE_MS);
        if (found.length > 0) return { runs, found };
      }
      return { runs: null, found: [] };
    } finally {
      await shop.process.remove();
    }
  } finally {
    await tree.remove();
  }
}
