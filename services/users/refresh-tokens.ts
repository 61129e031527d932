import { createHash, randomBytes } from "node:crypto";

/** Recognisable, so that secret scanners find one that leaked into a log or a repository. */
const PREFIX = "souk_rt_";

/** 256 random bits: nothing to guess, so a plain hash is enough to store. */
export const newRefreshToken = (): string => PREFIX + randomBytes(32).toString("base64url");

/** How a token is known to the database, which cannot give it away. */
export const hashToken = (token: string): Buffer => createHash("sha256").update(token).digest();
