import type { InboxRecords } from "../../../lib/messaging/inbox-records";
import type { Cart } from "../domain/cart";

/** Where carts are kept. A cart that has expired is not there. */
export interface CartStore {
  find(id: string): Promise<Cart | null>;
  ofUser(userId: string): Promise<Cart | null>;
  /**
   * Adds an empty cart. A user has one: when there is one already, it is the answer. A guest's need
   * not outlive a restart before its first change, as nothing is lost with it.
   */
  add(cart: Cart): Promise<Cart>;
  /**
   * Gives the newest state to `change` and keeps what that answers, with no other change in between;
   * `change` may run several times. What it throws is thrown. null: there is no such cart.
   */
  update(id: string, change: (cart: Cart) => Cart): Promise<Cart | null>;
  /** The same for a cart and a guest's that ends with it, both or neither. null: one is not there. */
  merge(id: string, guestId: string, join: (cart: Cart, guest: Cart) => Cart): Promise<Cart | null>;
  /** What the inbox keeps, beside the carts. */
  readonly inbox: InboxRecords;
  close(): Promise<void>;
}
