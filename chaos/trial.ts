import type { Finding } from "../verify/check";
import type { MortalShop } from "./mortal-shop";
import { struck } from "./run-cell";
import { stories, type Story, type StoryName } from "./stories";

/** Stories told to a shop, with faults, and then its judgement. */
export interface Trial {
  readonly stories: readonly StoryName[];
  /** Armed before the first step, or before `armBefore` of a single story. */
  readonly faults?: string;
  readonly armBefore?: string;
  /** How often each story is told, all at once (once). */
  readonly times?: number;
  /** How long to wait until nothing is under way, where that takes its time, in ms. */
  readonly settleMs?: number;
  /** The faults are poison: what they make dead is as it should be. */
  readonly allowDead?: boolean;
}

/** Something wrong after a trial. */
export interface Flaw {
  /** The claim of the judge that is violated, or what else came to another end. */
  readonly by: string;
  readonly text: string;
}

export const SKU = "TRIAL-1";

/** A trial whose fault did not strike says nothing. */
export const NO_STRIKE = "no strike";

/** What is wrong with the shop after the trial, the judge's word first; empty when all holds. */
export async function runTrial(shop: MortalShop, trial: Trial, settleMs: number): Promise<Flaw[]> {
  try {
    await shop.revive();
    const before = shop.revivals;
    await shop.ask((admin) => admin.put(`/admin/inventory/${SKU}`, { onHand: 90 }));
    if (trial.faults && !trial.armBefore) await shop.process.arm(trial.faults);
    const told = trial.stories.flatMap((name) =>
      Array.from({ length: trial.times ?? 1 }, () => tell(shop, stories[name], trial)),
    );
    const ends = await Promise.allSettled(told);
    const lost = ends.flatMap((end) => (end.status === "rejected" ? [ofStory(end.reason)] : []));
    // What follows an order, as a refund, runs behind its story.
    const isStruck = !trial.faults?.includes("=kill9") || (await struck(shop, before));
    await shop.revive();
    // Poison goes on for as long as it takes to become a dead letter.
    if (!trial.allowDead) await shop.process.arm("");
    const { wrong, underWay } = await shop.judge({
      settleMs: trial.settleMs ?? settleMs,
      allowDead: trial.allowDead ?? false,
    });
    return [
      ...wrong.map(toFlaw),
      ...underWay.map((text) => ({ by: "no end", text })),
      ...lost,
      ...(isStruck ? [] : [{ by: NO_STRIKE, text: trial.faults ?? "" }]),
    ];
  } catch (error) {
    return [ofStory(error)];
  }
}

const toFlaw = ({ id, title, violations }: Finding): Flaw => ({
  by: id,
  text: `${title}: ${violations}`,
});

const ofStory = (error: unknown): Flaw => ({ by: "its story", text: String(error) });

async function tell(shop: MortalShop, story: Story, trial: Trial): Promise<void> {
  const tale = { shop, sku: SKU, orderId: "" };
  for (const step of story) {
    if (trial.faults && step.name === trial.armBefore) await shop.process.arm(trial.faults);
    await step.take(tale);
  }
}
