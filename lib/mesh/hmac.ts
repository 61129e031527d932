import { hash, hkdfSync } from "node:crypto";

const KEY_BYTES = 32;
const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;

/**
 * HMAC-SHA256 (RFC 2104) under a key that is derived from `secret` for one `purpose`. It is made of two
 * digests: `createHmac` sets up a stream for every message, which costs more than hashing a packet does.
 */
export class Hmac {
  readonly #inner: Buffer;
  /** The outer key, and room for the digest of the inner one. */
  readonly #outer: Buffer;

  constructor(secret: string | Buffer, purpose: string) {
    const key = Buffer.alloc(BLOCK_BYTES);
    Buffer.from(hkdfSync("sha256", secret, "", purpose, KEY_BYTES)).copy(key);
    this.#inner = key.map((byte) => byte ^ 0x36) as Buffer;
    this.#outer = Buffer.concat([key.map((byte) => byte ^ 0x5c), Buffer.alloc(DIGEST_BYTES)]);
  }

  of(...message: readonly Buffer[]): Buffer {
    // As text, since Node takes longer to make a buffer for a digest than to make the digest.
    const inner = hash("sha256", Buffer.concat([this.#inner, ...message]), "binary");
    this.#outer.write(inner, BLOCK_BYTES, "binary");
    return Buffer.from(hash("sha256", this.#outer, "binary"), "binary");
  }
}
