import { randomBytes } from "node:crypto";
import { fail } from "../../contracts/errors";
import type { Session } from "../../contracts/users";
import type { Database } from "../../lib/store/database";
import type { Desk } from "./desk";
import type { Account } from "./domain/account";
import { presentSession } from "./present-session";
import { hashToken, newRefreshToken, successorOf } from "./refresh-tokens";
import { freshSuccessor, revokeIfUsed, rotateToken } from "./store/session-store";

interface Refreshing {
  readonly refreshToken: string;
  readonly idempotencyKey?: string;
}

/**
 * Takes a refresh token and gives its successor. A second use means that two parties hold it, and
 * nobody can tell which is the thief: the session ends for both. But for one who used it under the same
 * key a moment ago: whose answer was lost gets it again. Throws REFRESH_TOKEN_REUSED,
 * REFRESH_TOKEN_INVALID.
 */
export async function refreshSession(
  { db, signer }: Desk,
  { refreshToken: token, idempotencyKey: key }: Refreshing,
): Promise<{ answer: Session; replayed: boolean }> {
  const hash = hashToken(token);
  const salt = randomBytes(32);
  const successor = key === undefined ? newRefreshToken() : successorOf(token, key, salt);
  const kept = { hash: hashToken(successor), salt: key === undefined ? null : salt };
  const account = await rotateToken(db, hash, kept);
  if (account) {
    return { answer: await presentSession(signer, account, successor), replayed: false };
  }
  const lost = key === undefined ? null : await lostAnswer(db, token, key);
  if (lost) {
    return { answer: await presentSession(signer, lost.account, lost.successor), replayed: true };
  }
  throw fail((await revokeIfUsed(db, hash)) ? "REFRESH_TOKEN_REUSED" : "REFRESH_TOKEN_INVALID");
}

/** What this token's use under this key was answered with, if that was just now. */
async function lostAnswer(
  db: Database,
  token: string,
  key: string,
): Promise<{ account: Account; successor: string } | null> {
  const found = await freshSuccessor(db, hashToken(token));
  if (!found) return null;
  const { hash, salt, ...account } = found;
  const successor = successorOf(token, key, salt);
  return hashToken(successor).equals(hash) ? { account, successor } : null;
}
