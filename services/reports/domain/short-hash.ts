/** 53 bits of a text (cyrb53, public domain): not for secrets, stable across versions and machines. */
export function hash53(text: string): number {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let i = 0; i < text.length; i += 1) {
    high = Math.imul(high ^ text.charCodeAt(i), 2654435761);
    low = Math.imul(low ^ text.charCodeAt(i), 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return 4294967296 * (2097151 & low) + (high >>> 0);
}

const HASH_LENGTH = 8;

/** `text`, cut where needed, with a hash of `source`: at most `limit` characters in all. */
export function withHash(text: string, source: string, limit: number): string {
  const hash = hash53(source).toString(36).padStart(HASH_LENGTH, "0").slice(-HASH_LENGTH);
  const head = text.slice(0, limit - HASH_LENGTH - 1).replace(/-+$/, "");
  return head === "" ? hash : `${head}-${hash}`;
}
