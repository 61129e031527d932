import type { Queryable } from "../../../lib/store/database";

export interface PushSubscription {
  /** Where its push service takes messages for it; the key. */
  readonly endpoint: string;
  /** The browser's public key and shared secret, base64url. */
  readonly p256dh: string;
  readonly auth: string;
}

/** So many browsers of one person; the oldest make way. */
export const MAX_SUBSCRIPTIONS = 10;

/** A browser that somebody else signs in with from now on is theirs. */
export async function putSubscription(
  db: Queryable,
  userId: string,
  { endpoint, p256dh, auth }: PushSubscription,
): Promise<void> {
  await db.query(
    `INSERT INTO push_subscription (endpoint, user_id, p256dh, auth) VALUES ($1, $2, $3, $4)
     ON CONFLICT (endpoint) DO UPDATE
       SET user_id = $2, p256dh = $3, auth = $4, created_at = clock_timestamp()`,
    [endpoint, userId, p256dh, auth],
  );
  await db.query(
    `DELETE FROM push_subscription WHERE endpoint IN (
       SELECT endpoint FROM push_subscription WHERE user_id = $1
       ORDER BY created_at DESC OFFSET $2)`,
    [userId, MAX_SUBSCRIPTIONS],
  );
}

export const findSubscriptions = (db: Queryable, userId: string): Promise<PushSubscription[]> =>
  db.query("SELECT endpoint, p256dh, auth FROM push_subscription WHERE user_id = $1", [userId]);

export async function removeSubscription(
  db: Queryable,
  { userId, endpoint }: { userId: string; endpoint: string },
): Promise<void> {
  await db.query("DELETE FROM push_subscription WHERE endpoint = $1 AND user_id = $2", [
    endpoint,
    userId,
  ]);
}
