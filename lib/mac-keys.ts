import {
  createHmac,
  createSecretKey,
  hkdfSync,
  timingSafeEqual,
  type KeyObject,
} from "node:crypto";

export const MAC_BYTES = 32;

/**
 * Keys of one purpose for HMAC-SHA256, made of the secrets that all nodes share: the first one signs, all
 * are believed, so that a secret can be changed node by node. What is signed may come in parts.
 */
export class MacKeys {
  readonly #first: KeyObject;
  readonly #all: readonly KeyObject[];

  /** `purpose` and its version: what is signed for one is good for no other. */
  constructor(purpose: string, secrets: readonly (string | Buffer)[]) {
    this.#all = secrets.map((secret) =>
      createSecretKey(Buffer.from(hkdfSync("sha256", secret, "", purpose, MAC_BYTES))),
    );
    const [first] = this.#all;
    if (!first) throw new RangeError(`no key for ${purpose}`);
    this.#first = first;
  }

  /** MAC_BYTES long. */
  sign(...parts: readonly (string | Uint8Array)[]): Buffer {
    return macOf(this.#first, parts);
  }

  isGenuine(mac: Buffer, ...parts: readonly (string | Uint8Array)[]): boolean {
    return (
      mac.length === MAC_BYTES && this.#all.some((key) => timingSafeEqual(macOf(key, parts), mac))
    );
  }
}

function macOf(key: KeyObject, parts: readonly (string | Uint8Array)[]): Buffer {
  const hmac = createHmac("sha256", key);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}
