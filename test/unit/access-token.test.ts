import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
} from "node:crypto";
import { beforeAll, describe, expect, it, vi } from "vitest";
import {
  accessTokenSigner,
  accessTokenVerifier,
  newPrivateKey,
  type AccessTokenSigner,
  type AccessTokenVerifier,
} from "../../lib/mesh/access-token";

const USER = { id: "0198c2f0-0000-7000-8000-000000000001", roles: ["customer"] };
const PKCS8 = { type: "pkcs8", format: "pem" } as const;
const pem = newPrivateKey();
const publicKey = createPublicKey(createPrivateKey(pem));
let signer: AccessTokenSigner;
let verifier: AccessTokenVerifier;
let kid: string;

beforeAll(async () => {
  signer = await accessTokenSigner(pem);
  verifier = await accessTokenVerifier(signer.keySet);
  kid = String(signer.keySet.keys[0]?.["kid"]);
});

const now = () => Math.floor(Date.now() / 1000);
const encode = (value: unknown): string =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

const goodHeader = () => ({ alg: "EdDSA", typ: "at+jwt", kid });
const goodClaims = () => ({
  roles: ["customer"],
  iss: "souk",
  aud: "souk",
  sub: USER.id,
  jti: "1",
  iat: now(),
  exp: now() + 60,
});

/** A token with our own signature over whatever it says. */
function forge(header: object, claims: object | string, key = createPrivateKey(pem)): string {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${sign(null, Buffer.from(input), key).toString("base64url")}`;
}

const without = (name: string) =>
  Object.fromEntries(Object.entries(goodClaims()).filter(([key]) => key !== name));

function hs256(secret: string | Buffer): string {
  const input = `${encode({ ...goodHeader(), alg: "HS256" })}.${encode(goodClaims())}`;
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
}

describe("an access token", () => {
  it("stands for the user that it was made for", async () => {
    expect(await verifier.verify(await signer.sign(USER))).toEqual(USER);
  });

  it("is accepted again from memory", async () => {
    const token = await signer.sign(USER);
    expect(verifier.remembered(token)).toBeNull();
    expect(await verifier.verify(token)).toEqual(await verifier.verify(token));
    expect(verifier.remembered(token)).toEqual(USER);
  });

  it("ends at its time, also when it is remembered", async () => {
    const token = await signer.sign(USER);
    expect(await verifier.verify(token)).toEqual(USER);
    vi.useFakeTimers({ now: Date.now() + 606_000, toFake: ["Date"] });
    try {
      expect(verifier.remembered(token)).toBeNull();
      expect(await verifier.verify(token)).toBeNull();
      expect(await verifier.verify(token)).toBeNull();
    } finally {
      vi.useRealTimers();
    }
  });

  it.each([
    ["RS256", () => generateKeyPairSync("rsa", { modulusLength: 2048 })],
    ["ES256", () => generateKeyPairSync("ec", { namedCurve: "P-256" })],
    ["EdDSA", () => generateKeyPairSync("ed25519")],
  ])(
    "is signed as %s when the key is of that kind, and no other key's passes",
    async (alg, make) => {
      const { privateKey } = make();
      const other = await accessTokenSigner(privateKey.export(PKCS8).toString());
      const token = await other.sign(USER);
      expect(JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString())).toEqual({
        ...{ alg, typ: "at+jwt", kid: other.keySet.keys[0]?.["kid"] },
      });
      expect(other.keySet.keys).toEqual([expect.objectContaining({ alg, use: "sig" })]);
      expect(other.keySet.keys[0]).not.toHaveProperty("d");
      expect(await (await accessTokenVerifier(other.keySet)).verify(token)).toEqual(USER);
      expect(await verifier.verify(token)).toBeNull();
    },
  );

  it.each([
    ["too short an RSA key", () => generateKeyPairSync("rsa", { modulusLength: 1024 })],
    ["another curve", () => generateKeyPairSync("ec", { namedCurve: "secp256k1" })],
    ["a key that signs nothing", () => generateKeyPairSync("x25519")],
  ])("is not signed with %s", async (_, make) => {
    const { privateKey } = make();
    await expect(accessTokenSigner(privateKey.export(PKCS8).toString())).rejects.toThrow(
      "no key for access tokens",
    );
  });

  it("is what the corpus below varies", async () => {
    expect(await verifier.verify(forge(goodHeader(), goodClaims()))).toEqual(USER);
  });

  it("publishes nothing of the private key", () => {
    expect(signer.keySet.keys.map((key) => Object.keys(key).sort())).toEqual([
      ["alg", "crv", "kid", "kty", "use", "x"],
    ]);
  });
});

describe("a token that is not ours is nobody's", () => {
  const thief = generateKeyPairSync("ed25519");
  const thiefJwk = thief.publicKey.export({ format: "jwk" });
  const spki = () => publicKey.export({ type: "spki", format: "pem" }).toString();
  const signatureOf = (token: string) => token.slice(token.lastIndexOf(".") + 1);

  const corpus: Record<string, () => string> = {
    empty: () => "",
    "no token at all": () => "Bearer",
    "two parts": () => `${encode(goodHeader())}.${encode(goodClaims())}`,
    "four parts": () => `${forge(goodHeader(), goodClaims())}.x`,
    "five parts, as an encrypted one": () => "a.b.c.d.e",
    "header that is no JSON": () => `${encode("{")}.${encode(goodClaims())}.AA`,
    "header that is null": () => forge(null as unknown as object, goodClaims()),
    "header that is a list": () => forge([], goodClaims()),
    "claims that are no JSON": () => forge(goodHeader(), "{"),
    "claims that are a list": () => forge(goodHeader(), "[]"),
    "alg none without a signature": () =>
      `${encode({ ...goodHeader(), alg: "none" })}.${encode(goodClaims())}.`,
    "alg None": () => forge({ ...goodHeader(), alg: "None" }, goodClaims()),
    "alg nOnE": () => forge({ ...goodHeader(), alg: "nOnE" }, goodClaims()),
    "no alg": () => forge({ typ: "at+jwt", kid }, goodClaims()),
    "alg of another family": () => forge({ ...goodHeader(), alg: "RS256" }, goodClaims()),
    "alg as a list": () => forge({ ...goodHeader(), alg: ["EdDSA"] }, goodClaims()),
    "alg in lower case": () => forge({ ...goodHeader(), alg: "eddsa" }, goodClaims()),
    "HS256 with the public key as PEM": () => hs256(spki()),
    "HS256 with the public key's bytes": () =>
      hs256(Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url")),
    "HS256 with an empty secret": () => hs256(""),
    "no kid": () => forge({ alg: "EdDSA", typ: "at+jwt" }, goodClaims()),
    "unknown kid": () => forge({ ...goodHeader(), kid: "other" }, goodClaims()),
    "kid as a path": () => forge({ ...goodHeader(), kid: "../../../../dev/null" }, goodClaims()),
    "kid as SQL": () => forge({ ...goodHeader(), kid: "' OR 1=1 --" }, goodClaims()),
    "kid as a list": () => forge({ ...goodHeader(), kid: [kid] }, goodClaims()),
    "kid as a property of objects": () =>
      forge({ ...goodHeader(), kid: "__proto__" }, goodClaims()),
    "a thief's key under our kid": () => forge(goodHeader(), goodClaims(), thief.privateKey),
    "a thief's key in jwk": () =>
      forge({ ...goodHeader(), jwk: thiefJwk }, goodClaims(), thief.privateKey),
    "a thief's key by jku": () =>
      forge(
        { ...goodHeader(), kid: "t", jku: "http://127.0.0.1:1/jwks" },
        goodClaims(),
        thief.privateKey,
      ),
    "a thief's key in x5c": () =>
      forge(
        { ...goodHeader(), x5c: ["MIIB"], x5u: "http://127.0.0.1:1/" },
        goodClaims(),
        thief.privateKey,
      ),
    "crit that nobody knows": () => forge({ ...goodHeader(), crit: ["x"], x: true }, goodClaims()),
    "an unencoded payload": () =>
      forge({ ...goodHeader(), crit: ["b64"], b64: false }, goodClaims()),
    "no typ": () => forge({ alg: "EdDSA", kid }, goodClaims()),
    "typ JWT": () => forge({ ...goodHeader(), typ: "JWT" }, goodClaims()),
    "wrong issuer": () => forge(goodHeader(), { ...goodClaims(), iss: "evil" }),
    "no issuer": () => forge(goodHeader(), without("iss")),
    "wrong audience": () => forge(goodHeader(), { ...goodClaims(), aud: "bank" }),
    "no audience": () => forge(goodHeader(), without("aud")),
    "no subject": () => forge(goodHeader(), without("sub")),
    "a subject that is no text": () => forge(goodHeader(), { ...goodClaims(), sub: { $ne: 1 } }),
    "no roles": () => forge(goodHeader(), without("roles")),
    "roles as text": () => forge(goodHeader(), { ...goodClaims(), roles: "admin" }),
    expired: () => forge(goodHeader(), { ...goodClaims(), exp: now() - 6 }),
    "no expiry": () => forge(goodHeader(), without("exp")),
    "expiry as text": () => forge(goodHeader(), { ...goodClaims(), exp: "never" }),
    "not valid yet": () => forge(goodHeader(), { ...goodClaims(), nbf: now() + 60 }),
    "changed claims": () => {
      const admin = encode({ ...goodClaims(), roles: ["admin"] });
      return `${encode(goodHeader())}.${admin}.${signatureOf(forge(goodHeader(), goodClaims()))}`;
    },
    "a flipped bit of the signature": () => {
      const token = forge(goodHeader(), goodClaims());
      const bytes = Buffer.from(signatureOf(token), "base64url");
      bytes[0] = (bytes[0] ?? 0) ^ 1;
      return token.replace(/[^.]*$/, bytes.toString("base64url"));
    },
    "a cut signature": () => forge(goodHeader(), goodClaims()).slice(0, -4),
    "an empty signature": () => forge(goodHeader(), goodClaims()).replace(/[^.]*$/, ""),
    "spaces around it": () => ` ${forge(goodHeader(), goodClaims())} `,
    "64 KB": () => forge(goodHeader(), { ...goodClaims(), pad: "x".repeat(65_536) }),
  };

  it.each(Object.entries(corpus))("%s", async (_, make) => {
    expect(await verifier.verify(make())).toBeNull();
  });
});
