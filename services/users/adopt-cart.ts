import type { Logger } from "moleculer";
import { messageOf } from "../../lib/errors";
import type { Caller } from "../../lib/mesh/types";

const PATIENCE_MS = 2_000;

/** Gives a guest's cart to the user who signed in. Without carts one can sign in all the same. */
export async function adoptCart(
  caller: Caller,
  logger: Logger,
  { userId, cartId }: { userId: string; cartId: string | undefined },
): Promise<void> {
  if (!cartId) return;
  try {
    await caller.call("carts.adopt", { userId, cartId }, { timeout: PATIENCE_MS });
  } catch (error) {
    // The cart's id stays out of the log: for a guest it is the key to the cart.
    logger.warn(`the guest cart of user ${userId} was not merged: ${messageOf(error)}`);
  }
}
