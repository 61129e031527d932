import { createHmac, timingSafeEqual } from "node:crypto";

const TOLERANCE_SECONDS = 300;
/** Rotating a secret takes two; more only make us work. */
const MAX_SIGNATURES = 8;

const hmac = (secret: string, signed: string): Buffer =>
  createHmac("sha256", secret).update(signed).digest();

/** The value of `Sandbox-Signature`: `t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.rawBody">`. */
export const signWebhook = (secret: string, rawBody: string, nowSeconds: number): string =>
  `t=${nowSeconds},v1=${hmac(secret, `${nowSeconds}.${rawBody}`).toString("hex")}`;

/**
 * Whether one of the header's signatures is ours and not older, or newer, than 300 s. Several `v1`
 * are allowed, so that a sender that changes its secret can sign with both.
 */
export function isSignedWebhook(
  secret: string,
  { rawBody, signature }: { readonly rawBody: string; readonly signature: string },
  nowSeconds: number,
): boolean {
  const parts = signature.split(",").map((part) => part.trim());
  const times = parts.filter((part) => part.startsWith("t=")).map((part) => part.slice(2));
  const [time] = times;
  if (times.length !== 1 || !time || !/^\d{1,12}$/.test(time)) return false;
  if (Math.abs(nowSeconds - Number(time)) > TOLERANCE_SECONDS) return false;
  const expected = hmac(secret, `${time}.${rawBody}`);
  return parts
    .filter((part) => /^v1=[0-9a-f]{64}$/i.test(part))
    .slice(0, MAX_SIGNATURES)
    .some((part) => timingSafeEqual(Buffer.from(part.slice(3), "hex"), expected));
}
