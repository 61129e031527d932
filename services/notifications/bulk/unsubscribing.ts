import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Queryable } from "../../../lib/store/database";
import { secretOf } from "../store/secret-store";

/** Links that end the offers to one user, as long as the shop keeps its key: mails live long. */
export interface Unsubscribing {
  urlFor(userId: string): string;
  /** Whom a token is about; null for one that is not ours. */
  userOf(token: string): string | null;
}

const MAC_BYTES = 32;

export async function loadUnsubscribing(db: Queryable, publicUrl: string): Promise<Unsubscribing> {
  const key = await secretOf(db, "unsubscribe", () => randomBytes(32).toString("base64url"));
  return unsubscribingWith(key, publicUrl);
}

export function unsubscribingWith(key: string, publicUrl: string): Unsubscribing {
  const macOf = (user: Buffer) =>
    createHmac("sha256", key).update("unsubscribe from offers").update(user).digest();
  return {
    urlFor(userId) {
      const user = Buffer.from(userId.replaceAll("-", ""), "hex");
      const token = Buffer.concat([user, macOf(user)]).toString("base64url");
      return `${publicUrl}/api/v1/notifications/unsubscribe?token=${token}`;
    },
    userOf(token) {
      const bytes = Buffer.from(token, "base64url");
      if (bytes.length !== 16 + MAC_BYTES) return null;
      const user = bytes.subarray(0, 16);
      return timingSafeEqual(bytes.subarray(16), macOf(user)) ? toUuid(user.toString("hex")) : null;
    },
  };
}

const toUuid = (hex: string): string =>
  [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join(
    "-",
  );
