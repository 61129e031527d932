import type { PostalAddress } from "../../../contracts/common";
import { newId } from "../../../lib/ids";
import { toPage } from "../../../lib/store/cursor";
import type { Queryable } from "../../../lib/store/database";
import type { AddressRow } from "../domain/address";

const ADDRESS = "id, name, line1, line2, city, postal_code, region, country, phone, is_default";

/** Where an address stands in the list: 1 for the default one, and its id, which is as old as it is. */
export type AddressKey = [isDefault: number, id: string];

/** The default one first, then the newest; those after `after`. */
export async function listAddresses(
  tx: Queryable,
  accountId: string,
  { after, limit }: { readonly after: AddressKey | undefined; readonly limit: number },
) {
  const [isDefault, id] = after ?? [];
  const rows = await tx.query<AddressRow>(
    `SELECT ${ADDRESS} FROM address
     WHERE account_id = $1 AND ($3::int IS NULL OR (is_default::int, id) < ($3, $4::uuid))
     ORDER BY is_default DESC, id DESC LIMIT $2`,
    [accountId, limit + 1, isDefault ?? null, id ?? null],
  );
  return toPage(rows, limit, (row): AddressKey => [row.is_default ? 1 : 0, row.id]);
}

export async function findAddress(
  tx: Queryable,
  accountId: string,
  id: string,
): Promise<AddressRow | undefined> {
  const [row] = await tx.query<AddressRow>(
    `SELECT ${ADDRESS} FROM address WHERE id = $1 AND account_id = $2`,
    [id, accountId],
  );
  return row;
}

/** Changes of one account's addresses take turns; false when there is no such account. */
export async function lockAccount(tx: Queryable, accountId: string): Promise<boolean> {
  const rows = await tx.query("SELECT id FROM account WHERE id = $1 FOR UPDATE", [accountId]);
  return rows.length > 0;
}

export async function countAddresses(tx: Queryable, accountId: string): Promise<number> {
  const [row] = await tx.query<{ count: number }>(
    "SELECT count(*)::int AS count FROM address WHERE account_id = $1",
    [accountId],
  );
  return row?.count ?? 0;
}

/** Not the default one; `setDefault` makes it so. */
export async function insertAddress(
  tx: Queryable,
  accountId: string,
  address: PostalAddress,
): Promise<string> {
  const { name, line1, line2, city, postalCode, region, country, phone } = address;
  const id = newId();
  await tx.query(
    `INSERT INTO address (id, account_id, name, line1, line2, city, postal_code, region, country, phone, is_default)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, false)`,
    [id, accountId, name, line1, line2, city, postalCode, region, country, phone],
  );
  return id;
}

/** Changes what is given and leaves the rest. */
export async function updateAddress(
  tx: Queryable,
  id: string,
  change: Partial<PostalAddress>,
): Promise<void> {
  const { name, line1, line2, city, postalCode, region, country, phone } = change;
  await tx.query(
    `UPDATE address SET name = coalesce($2, name), line1 = coalesce($3, line1),
       line2 = coalesce($4, line2), city = coalesce($5, city),
       postal_code = coalesce($6, postal_code), region = coalesce($7, region),
       country = coalesce($8, country), phone = coalesce($9, phone)
     WHERE id = $1`,
    [id, name, line1, line2, city, postalCode, region, country, phone],
  );
}

export async function deleteAddress(tx: Queryable, id: string): Promise<void> {
  await tx.query("DELETE FROM address WHERE id = $1", [id]);
}

/** The one default address of an account. Two statements: the unique index is checked row by row. */
export async function setDefault(tx: Queryable, accountId: string, id: string): Promise<void> {
  await tx.query(
    "UPDATE address SET is_default = false WHERE account_id = $1 AND is_default AND id <> $2",
    [accountId, id],
  );
  await tx.query("UPDATE address SET is_default = true WHERE id = $1 AND NOT is_default", [id]);
}

/** The newest address of an account besides `id`. */
export async function newestBeside(
  tx: Queryable,
  accountId: string,
  id: string,
): Promise<string | undefined> {
  const [row] = await tx.query<{ id: string }>(
    `SELECT id FROM address WHERE account_id = $1 AND id <> $2
     ORDER BY created_at DESC, id DESC LIMIT 1`,
    [accountId, id],
  );
  return row?.id;
}
