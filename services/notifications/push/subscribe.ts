import { ECDH } from "node:crypto";
import type { PushSubscriptionInput } from "../../../contracts/notifications";
import { invalidField } from "../../../contracts/errors";
import type { Queryable } from "../../../lib/store/database";
import { putSubscription } from "../store/push-subscription-store";
import type { PushNetwork } from "./network";

/** Keeps a browser's subscription, as its `PushSubscription.toJSON()` says it. */
export async function subscribe(
  { db, network }: { readonly db: Queryable; readonly network: PushNetwork },
  userId: string,
  { endpoint, keys }: PushSubscriptionInput,
): Promise<void> {
  const fault = URL.canParse(endpoint) ? network.faultOf(new URL(endpoint)) : "must be a URL";
  if (fault) throw invalidField("/endpoint", fault);
  if (!isPoint(keys.p256dh)) throw invalidField("/keys/p256dh", "is not a point of P-256");
  if (Buffer.from(keys.auth, "base64url").length !== 16) {
    throw invalidField("/keys/auth", "must be 16 bytes");
  }
  await putSubscription(db, userId, { endpoint, ...keys });
}

function isPoint(key: string): boolean {
  try {
    // Uncompressed, as browsers hand it out; a point that is not on the curve throws.
    const bytes = Buffer.from(key, "base64url");
    return bytes.length === 65 && ECDH.convertKey(bytes, "prime256v1").length > 0;
  } catch {
    return false;
  }
}
