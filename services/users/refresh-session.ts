import { fail } from "../../contracts/errors";
import type { Session } from "../../contracts/users";
import type { Desk } from "./desk";
import { presentSession } from "./present-session";
import { hashToken, newRefreshToken } from "./refresh-tokens";
import { revokeIfUsed, rotateToken } from "./store/session-store";

/**
 * Takes a refresh token and gives its successor. A second use means that two parties hold it, and
 * nobody can tell which is the thief: the session ends for both. Throws REFRESH_TOKEN_REUSED,
 * REFRESH_TOKEN_INVALID.
 */
export async function refreshSession({ db, signer }: Desk, token: string): Promise<Session> {
  const hash = hashToken(token);
  const successor = newRefreshToken();
  const account = await rotateToken(db, hash, hashToken(successor));
  if (account) return presentSession(signer, account, successor);
  throw fail((await revokeIfUsed(db, hash)) ? "REFRESH_TOKEN_REUSED" : "REFRESH_TOKEN_INVALID");
}
