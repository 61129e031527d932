import { newId } from "../../../lib/ids";
import type { Queryable } from "../../../lib/store/database";
import type { Account } from "../domain/account";

const ACCOUNT = "a.id, a.email, a.name, a.phone, a.locale, a.roles, a.created_at";
/** By the database's clock, which also decides when it is over. */
const LIFETIME = "interval '30 days'";

/** Opens a session with its first refresh token, known by its hash only. */
export async function insertSession(
  tx: Queryable,
  accountId: string,
  tokenHash: Buffer,
): Promise<void> {
  await tx.query(
    `WITH opened AS (INSERT INTO session (id, account_id) VALUES ($1, $2) RETURNING id)
     INSERT INTO refresh_token (hash, session_id, expires_at)
     SELECT $3::bytea, id, now() + ${LIFETIME} FROM opened`,
    [newId(), accountId, tokenHash],
  );
}

/**
 * Uses a refresh token and puts its successor in place; the account, or undefined when the token is
 * unknown, used, expired or revoked. One statement: of several at once, the row lock lets one see
 * the token unused.
 */
export async function rotateToken(
  tx: Queryable,
  tokenHash: Buffer,
  successor: { readonly hash: Buffer; readonly salt: Buffer | null },
): Promise<Account | undefined> {
  const [row] = await tx.query<Account>(
    `WITH used AS (
       UPDATE refresh_token t SET used_at = now() FROM session s
       WHERE t.hash = $1 AND t.used_at IS NULL AND t.expires_at > now()
         AND s.id = t.session_id AND s.revoked_at IS NULL
       RETURNING t.session_id, s.account_id
     ),
     successor AS (
       INSERT INTO refresh_token (hash, session_id, parent, expires_at, salt)
       SELECT $2::bytea, session_id, $1, now() + ${LIFETIME}, $3::bytea FROM used
     )
     SELECT ${ACCOUNT} FROM account a JOIN used ON a.id = used.account_id`,
    [tokenHash, successor.hash, successor.salt],
  );
  return row;
}

/** How long a client that got no answer may ask for it again: retries follow within seconds. */
const LOST_ANSWER = "interval '30 seconds'";

/** The successor that took a token's place under a key just now, while nobody has used it. */
export async function freshSuccessor(
  db: Queryable,
  tokenHash: Buffer,
): Promise<(Account & { readonly hash: Buffer; readonly salt: Buffer }) | undefined> {
  const [row] = await db.query<Account & { hash: Buffer; salt: Buffer }>(
    `SELECT ${ACCOUNT}, t.hash, t.salt
     FROM refresh_token t JOIN session s ON s.id = t.session_id JOIN account a ON a.id = s.account_id
     WHERE t.parent = $1 AND t.salt IS NOT NULL AND t.used_at IS NULL AND s.revoked_at IS NULL
       AND t.created_at > now() - ${LOST_ANSWER}`,
    [tokenHash],
  );
  return row;
}

/** Revokes the session of a token that was used before; false when it was not. */
export async function revokeIfUsed(tx: Queryable, tokenHash: Buffer): Promise<boolean> {
  const rows = await tx.query(
    `UPDATE session s SET revoked_at = coalesce(s.revoked_at, now()) FROM refresh_token t
     WHERE t.hash = $1 AND t.used_at IS NOT NULL AND s.id = t.session_id RETURNING s.id`,
    [tokenHash],
  );
  return rows.length > 0;
}

/** Revokes the session of a token, whatever its state; an unknown one revokes nothing. */
export async function revokeSession(tx: Queryable, tokenHash: Buffer): Promise<void> {
  await tx.query(
    `UPDATE session s SET revoked_at = now() FROM refresh_token t
     WHERE t.hash = $1 AND s.id = t.session_id AND s.revoked_at IS NULL`,
    [tokenHash],
  );
}

/** Forgets tokens that expired, and sessions that have none left. */
export async function deleteExpired(tx: Queryable): Promise<void> {
  await tx.query("DELETE FROM refresh_token WHERE expires_at < now()");
  await tx.query(
    `DELETE FROM session s WHERE s.created_at < now() - ${LIFETIME}
       AND NOT EXISTS (SELECT FROM refresh_token t WHERE t.session_id = s.id)`,
  );
}
