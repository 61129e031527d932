import { fail } from "../../contracts/errors";
import { newId } from "../../lib/ids";
import type { User } from "../../lib/mesh/types";
import { newCart, seen, type Cart } from "./domain/cart";
import type { CartStore } from "./store/cart-store";

/** Whose cart is meant. A user's own wins over what `X-Cart-Id` says: merging is asked for by name. */
export interface Asker {
  readonly user: User | null;
  readonly params: { readonly cartId?: string };
}

/**
 * The user's cart or the guest's. Any id but that of a living guest cart, so also one of a user,
 * gets the guest a new one: an id that nobody was given opens nothing.
 */
export async function findCart(store: CartStore, { user, params }: Asker): Promise<Cart> {
  if (user) return userCart(store, user.id);
  const now = new Date().toISOString();
  const found = params.cartId === undefined ? null : await store.find(params.cartId);
  if (found?.userId !== null) return store.add(newCart(newId(), null, now));
  return (await store.update(found.id, (cart) => seen(cart, now))) ?? found;
}

export async function userCart(store: CartStore, userId: string): Promise<Cart> {
  const now = new Date().toISOString();
  return (await store.ofUser(userId)) ?? store.add(newCart(newId(), userId, now));
}

/** Changes the cart as it is by now. Throws CONFLICT when it ended since it was found. */
export async function changeCart(
  store: CartStore,
  { id }: Cart,
  change: (cart: Cart, now: string) => Cart,
): Promise<Cart> {
  const now = new Date().toISOString();
  const cart = await store.update(id, (old) => change(old, now));
  if (!cart) throw fail("CONFLICT", "the cart ended at this moment");
  return cart;
}
