import type { PostalAddress } from "../../contracts/common";
import { fail } from "../../contracts/errors";
import type { Address } from "../../contracts/users";
import type { Database, Queryable } from "../../lib/store/database";
import { MAX_ADDRESSES, toAddress, type AddressRow } from "./domain/address";
import {
  countAddresses,
  deleteAddress,
  findAddress,
  insertAddress,
  lockAccount,
  newestBeside,
  setDefault,
  updateAddress,
} from "./store/address-store";

/**
 * Runs `work` alone among the changes of one account's addresses: they hold to a limit and have
 * exactly one default, which no single row can see to.
 */
function alone<T>(db: Database, userId: string, work: (tx: Queryable) => Promise<T>): Promise<T> {
  return db.transaction(async (tx) => {
    if (!(await lockAccount(tx, userId))) throw fail("UNAUTHENTICATED");
    return work(tx);
  });
}

/** Adds an address; the first one becomes the default. Throws VALIDATION_FAILED when there are too many. */
export async function addAddress(
  db: Database,
  userId: string,
  address: PostalAddress,
  isDefault: boolean | undefined,
): Promise<Address> {
  return alone(db, userId, async (tx) => {
    const count = await countAddresses(tx, userId);
    if (count >= MAX_ADDRESSES) {
      throw fail("VALIDATION_FAILED", `an account keeps at most ${MAX_ADDRESSES} addresses`);
    }
    const id = await insertAddress(tx, userId, address);
    if (isDefault || count === 0) await setDefault(tx, userId, id);
    return toAddress(await ownAddress(tx, userId, id));
  });
}

/**
 * Changes what is given. A default address that shall be none hands that on to the newest other one,
 * and stays it when it is the only one. Throws NOT_FOUND.
 */
export async function changeAddress(
  db: Database,
  userId: string,
  id: string,
  change: Partial<PostalAddress> & { readonly isDefault?: boolean },
): Promise<Address> {
  const { isDefault, ...fields } = change;
  return alone(db, userId, async (tx) => {
    const before = await ownAddress(tx, userId, id);
    await updateAddress(tx, id, fields);
    if (isDefault) await setDefault(tx, userId, id);
    if (isDefault === false && before.is_default) await passDefaultOn(tx, userId, id);
    return toAddress(await ownAddress(tx, userId, id));
  });
}

/** Removes an address; the newest that remains takes over from a default. Throws NOT_FOUND. */
export async function removeAddress(db: Database, userId: string, id: string): Promise<void> {
  await alone(db, userId, async (tx) => {
    const { is_default: wasDefault } = await ownAddress(tx, userId, id);
    await deleteAddress(tx, id);
    if (wasDefault) await passDefaultOn(tx, userId, id);
  });
}

async function passDefaultOn(tx: Queryable, userId: string, id: string): Promise<void> {
  const next = await newestBeside(tx, userId, id);
  if (next) await setDefault(tx, userId, next);
}

/** Somebody else's address is as absent as one that never was. */
export async function ownAddress(tx: Queryable, userId: string, id: string): Promise<AddressRow> {
  const row = await findAddress(tx, userId, id);
  if (!row) throw fail("NOT_FOUND", "no such address");
  return row;
}
