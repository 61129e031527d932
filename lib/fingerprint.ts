import { hash } from "node:crypto";
import { canonicalJson } from "./canonical-json";

/** Of a request: the same for the same fields and values, however they were ordered. */
export const fingerprintOf = (asked: unknown): string =>
  hash("sha256", canonicalJson(asked), "base64url");
