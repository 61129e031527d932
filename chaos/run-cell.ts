import { setTimeout as sleep } from "node:timers/promises";
import { toLines } from "../verify/report";
import type { Cell } from "./cells";
import type { MortalShop } from "./mortal-shop";
import { stories, type Story } from "./stories";

/** How a cell came out: well when `faults` is empty. */
export interface Outcome {
  readonly cell: Cell;
  readonly ms: number;
  readonly faults: readonly string[];
}

/** How long after its story a fault may still strike: what follows an order runs behind it. */
const STRIKE_MS = 10_000;

/** Tells the story, kills the shop at the cell's point, lets it recover, and judges all that is left. */
export async function runCell(shop: MortalShop, cell: Cell, sku: string): Promise<Outcome> {
  const began = performance.now();
  const outcome = (faults: readonly string[]): Outcome => {
    return { cell, ms: Math.round(performance.now() - began), faults };
  };
  const story: Story = stories[cell.story];
  const before = shop.revivals;
  try {
    await shop.revive();
    await tell(shop, { story, sku }, cell);
    if (!(await struck(shop, before))) return outcome(["the fault never struck"]);
    const { wrong, underWay } = await shop.judge();
    const open = underWay.map((what) => `did not end: ${what}`);
    return outcome([...open, ...(wrong.length > 0 ? toLines(wrong) : [])]);
  } catch (error) {
    return outcome([error instanceof Error ? error.message : String(error)]);
  } finally {
    if (!shop.process.isGone) await shop.process.arm("");
  }
}

async function tell(
  shop: MortalShop,
  { story, sku }: { readonly story: Story; readonly sku: string },
  { armBefore, point }: Cell,
): Promise<void> {
  const tale = { shop, sku, orderId: "" };
  const from = armBefore ?? story[0]?.name;
  for (const step of story) {
    if (step.name === from) await shop.process.arm(`${point}=kill9@1`);
    await step.take(tale);
  }
}

/** Whether the process died of its fault, since it had been revived so often; it is alive again afterwards. */
export async function struck(shop: MortalShop, revivalsBefore: number): Promise<boolean> {
  const end = performance.now() + STRIKE_MS;
  while (shop.revivals === revivalsBefore && !shop.process.isGone) {
    if (performance.now() > end) return false;
    await sleep(20);
  }
  await shop.revive();
  return true;
}
