import { fail } from "../contracts/errors";
import { fingerprintOf } from "../lib/fingerprint";
import { newId } from "../lib/ids";
import type { User } from "../lib/mesh/types";
import type { RetentionRule } from "../lib/messaging/retention";
import type { Queryable } from "../lib/store/database";

/** For the migrations of a service: what was asked under an Idempotency-Key, and what was answered. */
export const keyedRequestTable = `
  CREATE TABLE keyed_request (
    user_id uuid NOT NULL,
    action text NOT NULL,
    key text NOT NULL,
    fingerprint text NOT NULL,
    -- Of what is done for it: the same, however often it is tried.
    id uuid NOT NULL,
    -- Null until there is one.
    answer json,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, action, key)
  );`;

/** In the order of time they are written, so a block range index costs next to nothing. */
export const keyedRequestAge =
  "CREATE INDEX keyed_request_age ON keyed_request USING brin (created_at)";

/** Nobody tries again for so long; whoever did would ask for something new. */
export const oldKeyedRequests: RetentionRule = {
  name: "keys",
  sql: `DELETE FROM keyed_request WHERE (user_id, action, key) IN (
    SELECT user_id, action, key FROM keyed_request WHERE created_at < now() - interval '90 days'
    LIMIT $1)`,
};

interface Keyed {
  readonly user: User;
  readonly params: { readonly idempotencyKey?: string };
}

/** What a user asks of an action under a key. */
export interface KeyedRequest {
  readonly userId: string;
  readonly action: string;
  readonly key: string;
  readonly fingerprint: string;
}

/** Null for a request without a key, which is done each time that it is asked. */
export function keyedRequest(action: string, { user, params }: Keyed): KeyedRequest | null {
  const { idempotencyKey: key, ...asked } = params;
  if (key === undefined) return null;
  return { userId: user.id, action, key, fingerprint: fingerprintOf(asked) };
}

export interface Claim<A> {
  readonly id: string;
  readonly isNew: boolean;
  readonly answer: A | null;
}

/**
 * Takes the key for this request, with the transaction; another one with the same key waits for its
 * end. Throws IDEMPOTENCY_KEY_REUSED when something else was asked under the key.
 */
export async function claimKey<A>(tx: Queryable, request: KeyedRequest | null): Promise<Claim<A>> {
  const claim = { id: newId(), isNew: true, answer: null };
  if (!request) return claim;
  const { userId, action, key, fingerprint } = request;
  const taken = await tx.query(
    `INSERT INTO keyed_request (user_id, action, key, fingerprint, id) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT DO NOTHING RETURNING id`,
    [userId, action, key, fingerprint, claim.id],
  );
  if (taken.length > 0) return claim;
  const [known] = await tx.query<{ id: string; fingerprint: string; answer: A | null }>(
    `SELECT id, fingerprint, answer FROM keyed_request
     WHERE user_id = $1 AND action = $2 AND key = $3`,
    [userId, action, key],
  );
  if (known?.fingerprint !== fingerprint) throw fail("IDEMPOTENCY_KEY_REUSED");
  return { id: known.id, isNew: false, answer: known.answer };
}

/** The answer from now on; that of whoever was first, when two worked at the same request. */
export async function keepAnswer<A>(
  db: Queryable,
  request: KeyedRequest | null,
  answer: A,
): Promise<A> {
  if (!request) return answer;
  const { userId, action, key } = request;
  const [kept] = await db.query<{ answer: A }>(
    `UPDATE keyed_request SET answer = coalesce(answer, $4::json)
     WHERE user_id = $1 AND action = $2 AND key = $3 RETURNING answer`,
    [userId, action, key, JSON.stringify(answer)],
  );
  if (!kept) throw new Error(`the key of a request to ${action} vanished`);
  return kept.answer;
}

/** What one transaction does and answers, key and all; or what it answered before. */
export async function answerOnce<A>(
  tx: Queryable,
  request: KeyedRequest | null,
  run: () => Promise<A>,
): Promise<{ answer: A; replayed: boolean }> {
  const { answer } = await claimKey<A>(tx, request);
  if (answer !== null) return { answer, replayed: true };
  return { answer: await keepAnswer(tx, request, await run()), replayed: false };
}
