import { randomInt } from "node:crypto";
import type { Config } from "../../config/env";
import type { Database } from "../../lib/store/database";
import { normalizeEmail } from "./domain/email";
import type { Passwords } from "./passwords";
import {
  findCredentials,
  grantAdmin,
  hasSettledAdmin,
  insertAccount,
  putProvisionalAdmin,
  replacePassword,
  settleAdmin,
} from "./store/account-store";

const NAME = "Administrator";
const FIRST_ADMIN = "admin@souk.local";

interface Tools {
  readonly db: Database;
  readonly passwords: Passwords;
}

/** The configured admin exists, with this password and role; nodes that start together agree. */
export async function ensureAdmin(
  { db, passwords }: Tools,
  admin: NonNullable<Config["admin"]>,
): Promise<void> {
  const email = normalizeEmail(admin.email);
  const existing = await findCredentials(db, email);
  if (existing) {
    const same = await passwords.matches(existing.password_hash, admin.password);
    if (!same) await replacePassword(db, existing.id, await passwords.hash(admin.password));
    await grantAdmin(db, existing.id);
    return;
  }
  const passwordHash = await passwords.hash(admin.password);
  const roles = ["admin", "customer"];
  const inserted = await insertAccount(db, { email, name: NAME, roles, passwordHash });
  if (!inserted) await ensureAdmin({ db, passwords }, admin);
}

/**
 * Gives an embedded shop that has no admin its first one; the line to show, or null when there is
 * one. Until `settleFirstAdmin`, a next start makes another password: a start that failed (a port in
 * use) has shown nobody the first.
 */
export async function makeFirstAdmin({ db, passwords }: Tools): Promise<string | null> {
  if (await hasSettledAdmin(db)) return null;
  const password = readablePassword();
  const passwordHash = await passwords.hash(password);
  const made = await putProvisionalAdmin(db, { email: FIRST_ADMIN, name: NAME, passwordHash });
  return made ? `admin login: ${FIRST_ADMIN} / ${password} (shown once)` : null;
}

/** The shop is up and shows the password. */
export const settleFirstAdmin = (db: Database): Promise<void> => settleAdmin(db);

/** Nothing that looks like something else: 20 of 31 characters are 99 bits. */
const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";

function readablePassword(): string {
  const group = () => Array.from({ length: 5 }, () => LETTERS[randomInt(LETTERS.length)]).join("");
  return Array.from({ length: 4 }, group).join("-");
}
