import { createECDH, createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { messageOf } from "../lib/errors";
import { signingAlgorithmOf } from "../lib/mesh/signing-algorithm";
import type { Reader } from "./reader";

export function readMeshKeys(read: Reader, natsUrl: string | null): string[] {
  const keys = read.list("MESH_KEY");
  if (keys.some((key) => key.length < 32)) {
    read.faults.push(
      "MESH_KEY must be 32 characters or more; several by comma, the first one signs",
    );
  }
  if (natsUrl && keys.length === 0 && read.text("JWT_PRIVATE_KEY") === null) {
    read.faults.push("MESH_KEY is required in a cluster, at nodes without JWT_PRIVATE_KEY");
  }
  return keys;
}

/** Only `users` signs; a node without it should not hold the key at all. */
export function readPrivateKey(read: Reader, { required }: { required: boolean }): string | null {
  const pem = read.text("JWT_PRIVATE_KEY")?.replaceAll("\\n", "\n") ?? null;
  if (pem === null && required) read.faults.push("JWT_PRIVATE_KEY is required in a cluster");
  if (pem !== null && !signsTokens(pem)) {
    read.faults.push(
      "JWT_PRIVATE_KEY must be a private key as PKCS#8 PEM: Ed25519 (openssl genpkey -algorithm ed25519), P-256, or RSA of 2048 bits or more",
    );
  }
  return pem;
}

function signsTokens(pem: string): boolean {
  try {
    return signingAlgorithmOf(createPrivateKey(pem)) !== null;
  } catch {
    return false;
  }
}

export function readVapidKey(read: Reader): string | null {
  const key = read.text("VAPID_PRIVATE_KEY");
  if (key !== null && !isP256(key)) {
    read.faults.push("VAPID_PRIVATE_KEY must be a P-256 private key: 32 bytes as base64url");
  }
  return key;
}

function isP256(key: string): boolean {
  try {
    createECDH("prime256v1").setPrivateKey(key, "base64url");
    return /^[A-Za-z0-9_-]{43}$/.test(key);
  } catch {
    return false;
  }
}

export function readAdmin(read: Reader): { email: string; password: string } | null {
  const pair = read.pair("ADMIN_EMAIL", "ADMIN_PASSWORD");
  if (!pair) return null;
  const [email, password] = pair;
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email))
    read.faults.push("ADMIN_EMAIL is not an email address");
  if (password.length < 8 || password.length > 128) {
    read.faults.push("ADMIN_PASSWORD must have 8 to 128 characters");
  }
  return { email, password };
}

export function readNatsCa(read: Reader): string | null {
  const file = read.text("NATS_CA");
  if (file === null) return null;
  try {
    new X509Certificate(readFileSync(file));
  } catch (error) {
    read.faults.push(`NATS_CA must be a PEM file with a certificate: ${messageOf(error)}`);
  }
  return resolve(file);
}
