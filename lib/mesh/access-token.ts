import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomUUID,
  type JsonWebKey,
} from "node:crypto";
import {
  calculateJwkThumbprint,
  errors,
  importJWK,
  jwtVerify,
  SignJWT,
  type JWK,
  type JWTHeaderParameters,
} from "jose";
import { RecentlyUsed } from "../recently-used";
import { SIGNING_ALGORITHMS, signingAlgorithmOf } from "./signing-algorithm";
import type { User } from "./types";

/** How long an access token is good, in seconds; a revoked session ends at the latest after this. */
export const ACCESS_TOKEN_SECONDS = 600;

const ISSUER = "souk";
const AUDIENCE = "souk";
/** RFC 9068; keeps any other JWT that the same key may sign one day from passing as an access token. */
const TYPE = "at+jwt";
const CLOCK_TOLERANCE_SECONDS = 5;
const MAX_LENGTH = 8_192;
const CACHE_SIZE = 1_000;

/** Public keys, as RFC 7517 has them. */
export interface KeySet {
  readonly keys: readonly Readonly<Record<string, unknown>>[];
}

export interface AccessTokenSigner {
  /** The public side of the signing key. */
  readonly keySet: { readonly keys: Record<string, unknown>[] };
  sign(user: User): Promise<string>;
}

export interface AccessTokenVerifier {
  /** Whom the token stands for, or null for one that is not ours, expired or in any way off. */
  verify(token: string): Promise<User | null>;
  /** The same, as far as it is known without a look at the signature. */
  remembered(token: string): User | null;
}

/** A new Ed25519 private key as PKCS#8 PEM. */
export const newPrivateKey = (): string =>
  generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();

/** Signs with a key given as PKCS#8 PEM, by the algorithm of its kind; rejects for a kind that has none. */
export async function accessTokenSigner(privateKeyPem: string): Promise<AccessTokenSigner> {
  const privateKey = createPrivateKey(privateKeyPem);
  const alg = signingAlgorithmOf(privateKey);
  if (!alg) throw new Error("no key for access tokens");
  const jwk: JsonWebKey = createPublicKey(privateKey).export({ format: "jwk" });
  const kid = await calculateJwkThumbprint(jwk);
  return {
    keySet: { keys: [{ ...jwk, kid, alg, use: "sig" }] },
    sign: ({ id, roles }) =>
      new SignJWT({ roles })
        .setProtectedHeader({ alg, typ: TYPE, kid })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setSubject(id)
        .setJti(randomUUID())
        .setIssuedAt()
        .setExpirationTime(`${ACCESS_TOKEN_SECONDS}s`)
        .sign(privateKey),
  };
}

interface Verified {
  readonly user: User;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
}

/**
 * Verifies access tokens with the keys of `keySet` and no other: what a token says about keys (`jku`,
 * `jwk`, `x5c`) is never read, its `kid` only finds one of ours. A token that verified is remembered
 * until it expires, since a signature costs more than all the rest of a small request.
 */
export async function accessTokenVerifier(keySet: KeySet): Promise<AccessTokenVerifier> {
  const keys = new Map<unknown, VerifyingKey>();
  // Keys come from our own users service; the loose type is the contract's.
  for (const jwk of keySet.keys as readonly JWK[]) {
    keys.set(jwk.kid, { alg: jwk.alg, key: await importJWK(jwk) });
  }
  const known = new RecentlyUsed<string, Verified>(CACHE_SIZE);

  async function check(token: string): Promise<Verified | null> {
    const { payload } = await jwtVerify(token, (header) => keyOf(keys, header), {
      algorithms: [...SIGNING_ALGORITHMS],
      issuer: ISSUER,
      audience: AUDIENCE,
      typ: TYPE,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      requiredClaims: ["sub", "exp", "iat", "jti"],
    });
    // jose checks `exp` itself; of the others it only knows that they are there.
    const { sub, roles, exp = 0 }: { sub?: unknown; roles?: unknown; exp?: number } = payload;
    if (typeof sub !== "string" || !isTexts(roles)) return null;
    return { user: { id: sub, roles }, expiresAt: exp + CLOCK_TOLERANCE_SECONDS };
  }

  function remembered(token: string): User | null {
    const verified = known.get(token);
    if (!verified) return null;
    if (Date.now() < verified.expiresAt * 1000) return verified.user;
    known.delete(token);
    return null;
  }

  return {
    remembered,
    async verify(token) {
      if (token.length > MAX_LENGTH) return null;
      const user = remembered(token);
      if (user) return user;
      try {
        const verified = await check(token);
        if (!verified) return null;
        known.set(token, verified);
        return verified.user;
      } catch (error) {
        if (error instanceof errors.JOSEError) return null;
        throw error;
      }
    },
  };
}

interface VerifyingKey {
  readonly alg: unknown;
  readonly key: Awaited<ReturnType<typeof importJWK>>;
}

/** A key is good for its own algorithm only. */
function keyOf(keys: ReadonlyMap<unknown, VerifyingKey>, { alg, kid }: JWTHeaderParameters) {
  const known = keys.get(kid);
  if (!known || known.alg !== alg) throw new errors.JWKSNoMatchingKey();
  return known.key;
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string");
