import { createHmac, timingSafeEqual } from "node:crypto";

const TOLERANCE_SECONDS = 300;
/** Rotating a secret takes two; more only make us work. */
const MAX_SIGNATURES = 8;

const hmac = (secret: string, signed: string): Buffer =>
  createHmac("sha256", secret).update(signed).digest();

/** The value of a signature header: `t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.rawBody">`. */
export const signWebhook = (secret: string, rawBody: string, nowSeconds: number): string =>
  `t=${nowSeconds},v1=${hmac(secret, `${nowSeconds}.${rawBody}`).toString("hex")}`;

/**
 * Whether one of the header's signatures is of one of our secrets and not older, or newer, than 300 s.
 * Several `v1` and several secrets are allowed, so that either side can change a secret first.
 */
export function isSignedWebhook(
  secrets: readonly string[],
  { rawBody, signature }: { readonly rawBody: string; readonly signature: string },
  nowSeconds: number,
): boolean {
  const parts = signature.split(",").map((part) => part.trim());
  const times = parts.filter((part) => part.startsWith("t=")).map((part) => part.slice(2));
  const [time] = times;
  if (times.length !== 1 || !time || !/^\d{1,12}$/.test(time)) return false;
  if (Math.abs(nowSeconds - Number(time)) > TOLERANCE_SECONDS) return false;
  const expected = secrets.map((secret) => hmac(secret, `${time}.${rawBody}`));
  return parts
    .filter((part) => /^v1=[0-9a-f]{64}$/i.test(part))
    .slice(0, MAX_SIGNATURES)
    .map((part) => Buffer.from(part.slice(3), "hex"))
    .some((signed) => expected.some((ours) => timingSafeEqual(signed, ours)));
}
