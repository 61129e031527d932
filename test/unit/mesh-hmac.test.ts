import { createHmac, hkdfSync, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Hmac } from "../../lib/mesh/hmac";

const nodes = (secret: string, purpose: string, message: Buffer): Buffer =>
  createHmac("sha256", Buffer.from(hkdfSync("sha256", secret, "", purpose, 32)))
    .update(message)
    .digest();

describe("our HMAC", () => {
  it.each([0, 1, 55, 56, 63, 64, 65, 1_600, 70_000])(
    "of %i bytes is what Node's own would be",
    (length) => {
      const message = randomBytes(length);
      const mac = new Hmac("a secret", "a purpose").of(message);
      expect(mac).toEqual(nodes("a secret", "a purpose", message));
    },
  );

  it("of a message in parts is that of the whole", () => {
    const hmac = new Hmac("a secret", "a purpose");
    const [head, tail] = [randomBytes(30), randomBytes(500)];
    expect(hmac.of(head, tail)).toEqual(hmac.of(Buffer.concat([head, tail])));
  });

  it("is another one for another secret or purpose", () => {
    const message = Buffer.from("refund");
    const macs = [
      new Hmac("a secret", "a purpose"),
      new Hmac("another", "a purpose"),
      new Hmac("a secret", "another"),
    ].map((hmac) => hmac.of(message).toString("hex"));
    expect(new Set(macs).size).toBe(3);
  });

  it("stays with whoever asked for it when the next one is made", () => {
    const hmac = new Hmac("a secret", "a purpose");
    const first = hmac.of(Buffer.from("a"));
    const copy = Buffer.from(first);
    hmac.of(Buffer.from("b"));
    expect(first).toEqual(copy);
  });
});
