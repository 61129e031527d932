import type { KeyObject } from "node:crypto";

const LEAST_RSA_BITS = 2_048;

/** The algorithms that access tokens are signed with, all of them asymmetric. */
export const SIGNING_ALGORITHMS = ["EdDSA", "ES256", "RS256"] as const;
export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number];

/** The algorithm of a private key: Ed25519, P-256 or RSA of 2,048 bits or more; null for any other. */
export function signingAlgorithmOf(key: KeyObject): SigningAlgorithm | null {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details = {} } = key;
  if (type === "ed25519") return "EdDSA";
  if (type === "ec" && details.namedCurve === "prime256v1") return "ES256";
  if (type === "rsa" && (details.modulusLength ?? 0) >= LEAST_RSA_BITS) return "RS256";
  return null;
}
