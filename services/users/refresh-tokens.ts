import { createHash, createHmac, randomBytes } from "node:crypto";

/** Recognisable, so that secret scanners find one that leaked into a log or a repository. */
const PREFIX = "souk_rt_";

/** 256 random bits: nothing to guess, so a plain hash is enough to store. */
export const newRefreshToken = (): string => PREFIX + randomBytes(32).toString("base64url");

/**
 * The successor of `token` under a client's key. Made again from these three and from no two of them:
 * the database has only `salt`, the client only the others.
 */
export const successorOf = (token: string, key: string, salt: Buffer): string =>
  PREFIX + createHmac("sha256", salt).update(`${token} ${key}`).digest("base64url");

/** How a token is known to the database, which cannot give it away. */
export const hashToken = (token: string): Buffer => createHash("sha256").update(token).digest();
