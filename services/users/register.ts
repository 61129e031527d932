import { fail } from "../../contracts/errors";
import type { Session } from "../../contracts/users";
import type { Desk } from "./desk";
import { normalizeEmail } from "./domain/email";
import { screenPassword } from "./domain/screen-password";
import { presentSession } from "./present-session";
import { hashToken, newRefreshToken } from "./refresh-tokens";
import { findCredentials, insertAccount } from "./store/account-store";
import { insertSession } from "./store/session-store";

export interface Registration {
  readonly email: string;
  readonly password: string;
  readonly name: string;
}

/** Opens an account and its first session. Throws PASSWORD_TOO_COMMON, EMAIL_TAKEN. */
export async function register(
  { db, passwords, signer }: Desk,
  { email: typed, password, name }: Registration,
): Promise<Session> {
  screenPassword(password, typed);
  const email = normalizeEmail(typed);
  // Only saves the hashing; the unique index decides.
  if (await findCredentials(db, email)) throw fail("EMAIL_TAKEN");
  const passwordHash = await passwords.hash(password);
  const refreshToken = newRefreshToken();
  const account = await db.transaction(async (tx) => {
    const inserted = await insertAccount(tx, { email, name, roles: ["customer"], passwordHash });
    if (inserted) await insertSession(tx, inserted.id, hashToken(refreshToken));
    return inserted;
  });
  if (!account) throw fail("EMAIL_TAKEN");
  return presentSession(signer, account, refreshToken);
}
