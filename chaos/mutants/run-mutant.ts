import { MortalShop } from "../mortal-shop";
import { NO_STRIKE, runTrial, SKU, type Flaw, type Trial } from "../trial";
import type { Hunt, Mutant, Patch } from "./mutant";
import { mutatedTree } from "./mutated-tree";
import type { Outcome } from "./table";

export interface HuntOptions {
  /** How often a trial may run until it finds its bug. */
  readonly maxRuns: number;
  /** How many times slower than a quiet one the machine is; all waits are so much longer. */
  readonly slow: number;
}

/** What does not settle in this time will not: nothing here waits for more than a lease of 8 s. */
const SETTLE_MS = 15_000;
/** An order that nobody moves on is over soon, so that a lost event shows. */
const ORDER_TIMEOUT_MS = 12_000;

const envOf = (slow: number) => ({ ORDER_TIMEOUT_MS: String(ORDER_TIMEOUT_MS * slow) });

/** What each trial finds on a shop without a bug: nothing, or the trial says nothing of its bug. */
export async function falseAlarms(
  trials: readonly Trial[],
  { slow }: Pick<HuntOptions, "slow">,
): Promise<Map<Trial, Flaw[]>> {
  const shop = await MortalShop.start(envOf(slow));
  try {
    await stockUp(shop);
    const alarms = new Map<Trial, Flaw[]>();
    // Poison last: the dead letters it leaves would be an alarm of those behind it.
    const inOrder = [...trials].sort(
      (a, b) => Number(a.allowDead ?? false) - Number(b.allowDead ?? false),
    );
    for (const trial of inOrder) {
      alarms.set(trial, await runTrial(shop, trial, SETTLE_MS * slow));
    }
    return alarms;
  } finally {
    await shop.process.remove();
  }
}

const stockUp = (shop: MortalShop): Promise<unknown> =>
  shop.ask((admin) => admin.sell(SKU, 2_500, 90).then(() => admin.get("/products")));

/** Runs a trial on a shop with these patches until something is wrong with it. */
export async function hunt(
  patches: readonly Patch[],
  trial: Trial,
  { maxRuns, slow }: HuntOptions,
): Promise<Hunt> {
  const tree = await mutatedTree(patches);
  try {
    const shop = await MortalShop.start(envOf(slow), tree.folder);
    try {
      await stockUp(shop);
      for (let runs = 1; runs <= maxRuns; runs++) {
        const flaws = await runTrial(shop, trial, SETTLE_MS * slow);
        const found = flaws.filter(({ by }) => by !== NO_STRIKE);
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

/** Hunts each bug in turn, once all their trials have run without any. */
export async function huntAll(
  chosen: readonly Mutant[],
  options: HuntOptions,
  tell: (outcome: Outcome) => void,
): Promise<Outcome[]> {
  const trials = new Map(chosen.map(({ trial }) => [JSON.stringify(trial), trial]));
  const alarms = await falseAlarms([...trials.values()], options);
  const outcomes: Outcome[] = [];
  for (const { name, patches, trial } of chosen) {
    const alarm = alarms.get(trials.get(JSON.stringify(trial)) ?? trial) ?? [];
    const outcome = { name, alarm, ...(await hunt(patches, trial, options)) };
    tell(outcome);
    outcomes.push(outcome);
  }
  return outcomes;
}
