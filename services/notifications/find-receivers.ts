import type { NotificationPreferences } from "../../contracts/notifications";
import type { ActionResult, Caller } from "../../lib/mesh/types";
import type { Database } from "../../lib/store/database";
import { Undeliverable } from "./channel/channel";
import { defaultPreferences } from "./domain/preferences";
import type { DueNotification } from "./store/delivery-store";
import { findPreferences } from "./store/preference-store";

export type Contact = ActionResult<"users.contacts">[number];

export interface Receiver {
  readonly contact: Contact;
  readonly preferences: NotificationPreferences;
}

/** Throws Undeliverable for who is gone, and anything else for who cannot be asked for now. */
export type FindReceiver = (userId: string) => Receiver;

/**
 * Looks up the receivers of a round, in one call for all. Where that fails, each try of the round
 * has failed: one more notification that waits for its next one, and counts it.
 */
export async function findReceivers(
  { db, caller }: { readonly db: Database; readonly caller: Caller },
  due: readonly DueNotification[],
): Promise<FindReceiver> {
  const userIds = [...new Set(due.map((notification) => notification.user_id))];
  try {
    const found = await caller.call("users.contacts", { userIds });
    const contacts = new Map(found.map((contact) => [contact.id, contact]));
    const chosen = await findPreferences(db, userIds);
    return (userId) => {
      const contact = contacts.get(userId);
      if (!contact) throw new Undeliverable("the user is gone");
      return { contact, preferences: chosen.get(userId) ?? defaultPreferences };
    };
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
