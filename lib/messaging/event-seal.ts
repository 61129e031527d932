import { MacKeys } from "../mac-keys";

/**
 * Seals durable events with HMAC-SHA256 over subject and bytes: what none of us has sealed is no event of
 * ours, whoever could write it into the stream. One that comes again is for the inbox to know.
 */
export class EventSeal {
  readonly #keys: MacKeys;

  /** The first secret seals, all are believed. */
  constructor(secrets: readonly (string | Buffer)[]) {
    this.#keys = new MacKeys("souk event seal 1", secrets);
  }

  sealOf(subject: string, data: string): string {
    return this.#keys.sign(`${subject}\n`, data).toString("base64url");
  }

  isGenuine(subject: string, data: Uint8Array, seal: string): boolean {
    return this.#keys.isGenuine(Buffer.from(seal, "base64url"), `${subject}\n`, data);
  }
}
