import { newId } from "../../../lib/ids";
import type { Queryable } from "../../../lib/store/database";
import { NO_ID } from "../../../lib/store/id-range";
import type { Account } from "../domain/account";

const ACCOUNT = "id, email, name, phone, locale, roles, created_at";

export interface NewAccount {
  /** Normalised. */
  readonly email: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly passwordHash: string;
}

/** The new account, or undefined when the email has one already. */
export async function insertAccount(
  tx: Queryable,
  account: NewAccount,
): Promise<Account | undefined> {
  const { email, name, roles, passwordHash } = account;
  const [row] = await tx.query<Account>(
    `INSERT INTO account (id, email, name, roles, password_hash) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (email) DO NOTHING RETURNING ${ACCOUNT}`,
    [newId(), email, name, roles, passwordHash],
  );
  return row;
}

export async function findAccount(tx: Queryable, id: string): Promise<Account | undefined> {
  const [row] = await tx.query<Account>(`SELECT ${ACCOUNT} FROM account WHERE id = $1`, [id]);
  return row;
}

export const findContacts = (
  tx: Queryable,
  ids: readonly string[],
): Promise<Pick<Account, "id" | "email" | "name" | "locale" | "phone">[]> =>
  tx.query("SELECT id, email, name, locale, phone FROM account WHERE id = ANY ($1)", [ids]);

/** Some ids of customers, ascending, after one of them. */
export async function customerIds(
  tx: Queryable,
  { after = NO_ID, limit }: { after?: string; limit: number },
): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `SELECT id FROM account WHERE id > $1 AND 'customer' = ANY (roles) ORDER BY id LIMIT $2`,
    [after, limit],
  );
  return rows.map((row) => row.id);
}

/** With the password's hash: for checking a password, and nothing else. */
export async function findCredentials(
  tx: Queryable,
  email: string,
): Promise<(Account & { password_hash: string }) | undefined> {
  const [row] = await tx.query<Account & { password_hash: string }>(
    `SELECT ${ACCOUNT}, password_hash FROM account WHERE email = $1`,
    [email],
  );
  return row;
}

export interface ProfileChange {
  readonly name?: string;
  /** null removes it. */
  readonly phone?: string | null;
  readonly locale?: string;
}

/** Changes what is given and leaves the rest; undefined when there is no such account. */
export async function updateProfile(
  tx: Queryable,
  id: string,
  change: ProfileChange,
): Promise<Account | undefined> {
  const { name = null, phone, locale = null } = change;
  const [row] = await tx.query<Account>(
    `UPDATE account SET name = coalesce($2, name), locale = coalesce($3, locale),
       phone = CASE WHEN $4 THEN $5 ELSE phone END, updated_at = now()
     WHERE id = $1 RETURNING ${ACCOUNT}`,
    [id, name, locale, phone !== undefined, phone ?? null],
  );
  return row;
}

/** Sets a new password, which ends every session that was opened with the old one. */
export async function replacePassword(tx: Queryable, id: string, hash: string): Promise<void> {
  await tx.query(
    `WITH ended AS (
       UPDATE session SET revoked_at = now() WHERE account_id = $1 AND revoked_at IS NULL
     )
     UPDATE account SET password_hash = $2, updated_at = now() WHERE id = $1`,
    [id, hash],
  );
}

/** Makes an account an admin, and a settled one. */
export async function grantAdmin(tx: Queryable, id: string): Promise<void> {
  await tx.query(
    `UPDATE account SET roles = '{admin,customer}', provisional = false, updated_at = now()
     WHERE id = $1 AND (provisional OR NOT roles @> '{admin,customer}')`,
    [id],
  );
}

/** Whether anybody is an admin whose password somebody knows. */
export async function hasSettledAdmin(tx: Queryable): Promise<boolean> {
  const rows = await tx.query(
    "SELECT FROM account WHERE 'admin' = ANY (roles) AND NOT provisional LIMIT 1",
  );
  return rows.length > 0;
}

/** Creates the provisional admin or gives it a new password; false when the email is somebody else's. */
export async function putProvisionalAdmin(
  tx: Queryable,
  { email, name, passwordHash }: Omit<NewAccount, "roles">,
): Promise<boolean> {
  const rows = await tx.query(
    `INSERT INTO account AS a (id, email, name, roles, password_hash, provisional)
     VALUES ($1, $2, $3, '{admin,customer}', $4, true)
     ON CONFLICT (email) DO UPDATE SET password_hash = excluded.password_hash WHERE a.provisional
     RETURNING id`,
    [newId(), email, name, passwordHash],
  );
  return rows.length > 0;
}

/** The provisional admin's password was shown; it is never made again. */
export async function settleAdmin(tx: Queryable): Promise<void> {
  await tx.query("UPDATE account SET provisional = false WHERE provisional");
}
