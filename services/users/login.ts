import { fail } from "../../contracts/errors";
import type { Session } from "../../contracts/users";
import type { Desk } from "./desk";
import type { Account } from "./domain/account";
import { normalizeEmail } from "./domain/email";
import { presentSession } from "./present-session";
import { hashToken, newRefreshToken } from "./refresh-tokens";
import { findCredentials } from "./store/account-store";
import { insertSession } from "./store/session-store";

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/**
 * Opens a session. An email without an account takes the same road, work and answer as a wrong
 * password. Throws INVALID_CREDENTIALS, RATE_LIMITED.
 */
export async function login(desk: Desk, credentials: Credentials): Promise<Session> {
  const email = normalizeEmail(credentials.email);
  const account = await desk.throttle.attempt(email, () =>
    authenticate(desk, { ...credentials, email }),
  );
  if (!account) throw fail("INVALID_CREDENTIALS");
  const refreshToken = newRefreshToken();
  await insertSession(desk.db, account.id, hashToken(refreshToken));
  return presentSession(desk.signer, account, refreshToken);
}

async function authenticate(
  { db, passwords }: Desk,
  { email, password }: Credentials,
): Promise<Account | null> {
  const account = await findCredentials(db, email);
  const matches = await passwords.matches(account?.password_hash, password);
  return account && matches ? account : null;
}
