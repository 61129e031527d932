import type { Offer } from "../../contracts/catalog";
import type { Caller } from "../../lib/mesh/types";
import { Batcher } from "../../lib/batcher";

interface Question {
  readonly ctx: Pick<Caller, "call">;
  readonly skus: readonly string[];
}

/** As many SKUs as one call may name; an order has a hundred at most. */
const SKUS = 200;
const ORDERS = 64;
/** So that one call that hangs, with a node that died, does not hold up all orders. */
const LANES = 4;

/**
 * Asks the catalogue for several orders at once: in a rush for one thing all ask the same. Nobody gets
 * an answer to a question that was put before they came, so no price is older than its order.
 */
export class OfferDesk {
  readonly #questions = new Batcher<Question, readonly Offer[]>(askTogether, ORDERS, LANES);

  /** What is on offer of these SKUs, and perhaps of others. */
  ask(ctx: Question["ctx"], skus: readonly string[]): Promise<readonly Offer[]> {
    return this.#questions.add({ ctx, skus });
  }
}

async function askTogether(questions: readonly Question[]): Promise<(readonly Offer[])[]> {
  const skus = [...new Set(questions.flatMap((question) => question.skus))];
  const parts = Array.from({ length: Math.ceil(skus.length / SKUS) }, (_, n) =>
    skus.slice(n * SKUS, (n + 1) * SKUS),
  );
  // Who came last can wait longest.
  const ctx = questions.at(-1)?.ctx;
  if (!ctx) return [];
  const offers = (
    await Promise.all(parts.map((part) => ctx.call("catalog.offers", { skus: part })))
  ).flat();
  return questions.map(() => offers);
}
