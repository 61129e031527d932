import { createECDH } from "node:crypto";
import type { Config } from "../../../config/env";
import type { Database } from "../../../lib/store/database";
import { secretOf } from "../store/secret-store";

/** Who the shop is to push services (RFC 8292). Keys are base64url, as browsers take them. */
export interface Vapid {
  readonly subject: string;
  readonly publicKey: string;
  readonly privateKey: string;
}

const newPrivateKey = (): string => {
  const pair = createECDH("prime256v1");
  pair.generateKeys();
  // Some keys begin with zero bytes, which OpenSSL leaves out.
  return Buffer.concat([Buffer.alloc(32), pair.getPrivateKey()])
    .subarray(-32)
    .toString("base64url");
};

const publicKeyOf = (privateKey: string): string => {
  const pair = createECDH("prime256v1");
  pair.setPrivateKey(privateKey, "base64url");
  return pair.getPublicKey("base64url");
};

/**
 * With the configured key, else with one that is made once and kept beside the subscriptions: these
 * are worth nothing without it, and every node has to sign with the same.
 */
export async function loadVapid(
  db: Database,
  { vapidPrivateKey, mailFrom }: Pick<Config, "vapidPrivateKey" | "mailFrom">,
): Promise<Vapid> {
  const privateKey = vapidPrivateKey ?? (await secretOf(db, "vapid", newPrivateKey));
  const address = /<([^<>]+)>/.exec(mailFrom)?.[1] ?? mailFrom;
  return { subject: `mailto:${address}`, publicKey: publicKeyOf(privateKey), privateKey };
}
