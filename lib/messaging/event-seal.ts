import {
  createHmac,
  createSecretKey,
  hkdfSync,
  timingSafeEqual,
  type KeyObject,
} from "node:crypto";

const MAC_BYTES = 32;

/**
 * Seals durable events with HMAC-SHA256 over subject and bytes: what none of us has sealed is no event of
 * ours, whoever could write it into the stream. One that comes again is for the inbox to know.
 */
export class EventSeal {
  readonly #keys: readonly KeyObject[];

  /** The first secret seals, all are believed. */
  constructor(secrets: readonly (string | Buffer)[]) {
    this.#keys = secrets.map((secret) =>
      createSecretKey(Buffer.from(hkdfSync("sha256", secret, "", "souk event seal 1", MAC_BYTES))),
    );
  }

  sealOf(subject: string, data: string): string {
    const [key] = this.#keys;
    if (!key) throw new RangeError("no key to seal with");
    return macOf(key, subject, data).toString("base64url");
  }

  isGenuine(subject: string, data: Uint8Array, seal: string): boolean {
    const given = Buffer.from(seal, "base64url");
    return (
      given.length === MAC_BYTES &&
      this.#keys.some((key) => timingSafeEqual(macOf(key, subject, data), given))
    );
  }
}

const macOf = (key: KeyObject, subject: string, data: string | Uint8Array): Buffer =>
  createHmac("sha256", key).update(`${subject}\n`).update(data).digest();
