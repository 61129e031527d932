/** Crockford's base 32: no I, L, O, U, so that a number survives the telephone. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** `S-7K2M4-QXD1V`: the last 50 bits of a UUIDv7, which are random; the database refuses a twin. */
export function orderNumber(id: string): string {
  let bits = BigInt(`0x${id.replaceAll("-", "").slice(-13)}`);
  let text = "";
  for (let i = 0; i < 10; i++) {
    text = (ALPHABET[Number(bits & 31n)] ?? "") + text;
    bits >>= 5n;
  }
  return `S-${text.slice(0, 5)}-${text.slice(5)}`;
}
