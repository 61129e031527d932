import { fail } from "../../contracts/errors";
import {
  accessTokenVerifier,
  type AccessTokenVerifier,
  type KeySet,
} from "../../lib/mesh/access-token";
import type { Access } from "../../lib/mesh/contract";
import type { User } from "../../lib/mesh/types";

/** How often keys are asked for because of a token that names an unknown one. */
const REFETCH_MS = 10_000;
/** After this the keys are fetched anew, so that one that was withdrawn ends. */
const KEYS_LIVE_MS = 300_000;
const BEARER = /^Bearer +([\w.~+/-]+=*)$/i;

interface Keys {
  readonly verifier: AccessTokenVerifier;
  readonly ids: ReadonlySet<unknown>;
  readonly fetchedAt: number;
}

/** Tells from an Authorization header who calls, with the keys that the users service publishes. */
export class Identities {
  readonly #fetchKeys: () => Promise<KeySet>;
  readonly #now: () => number;
  #keys: Keys | null = null;
  #fetching: Promise<Keys> | null = null;

  constructor(fetchKeys: () => Promise<KeySet>, now: () => number = () => performance.now()) {
    this.#fetchKeys = fetchKeys;
    this.#now = now;
  }

  /** The user; null without a header. A header that proves nothing is UNAUTHENTICATED. */
  async userOf(authorization: string | undefined): Promise<User | null> {
    if (authorization === undefined) return null;
    const token = tokenOf(authorization);
    const user = token ? await this.#verify(token) : null;
    if (!user) throw fail("UNAUTHENTICATED", "the access token is not valid, or not any more");
    return user;
  }

  /** Whether this header has proven itself before, with keys that are not due to be fetched anew. */
  knows(authorization: string): boolean {
    const token = tokenOf(authorization);
    if (token === undefined || !this.#keys || this.#areOld(this.#keys)) return false;
    return this.#keys.verifier.remembered(token) !== null;
  }

  async #verify(token: string): Promise<User | null> {
    const keys = await this.#currentKeys();
    const user = await keys.verifier.verify(token);
    if (user || keys.ids.has(keyIdOf(token)) || this.#now() - keys.fetchedAt < REFETCH_MS) {
      return user;
    }
    return (await this.#refetch()).verifier.verify(token);
  }

  async #currentKeys(): Promise<Keys> {
    if (!this.#keys) return this.#refetch();
    // Old keys still serve when the users service cannot be asked: nobody is logged out by its restart.
    if (this.#areOld(this.#keys)) void this.#refetch().catch(() => null);
    return this.#keys;
  }

  #areOld({ fetchedAt }: Keys): boolean {
    return this.#now() - fetchedAt > KEYS_LIVE_MS;
  }

  #refetch(): Promise<Keys> {
    this.#fetching ??= this.#load().finally(() => (this.#fetching = null));
    return this.#fetching;
  }

  async #load(): Promise<Keys> {
    const keySet = await this.#fetchKeys();
    const verifier = await accessTokenVerifier(keySet);
    const ids = new Set(keySet.keys.map((key) => key.kid));
    this.#keys = { verifier, ids, fetchedAt: this.#now() };
    return this.#keys;
  }
}

const tokenOf = (authorization: string): string | undefined => BEARER.exec(authorization)?.[1];

/** The key that a token says it was signed with; undefined for what is no token. */
function keyIdOf(token: string): unknown {
  try {
    const header = Buffer.from(token.split(".", 1)[0] ?? "", "base64url").toString("utf8");
    return (JSON.parse(header) as { kid?: unknown } | null)?.kid;
  } catch {
    return undefined;
  }
}

/** Refuses whom the route is not for; the guard of the service behind it asks again. */
export function assertAccess(access: Access, user: User | null): void {
  switch (access) {
    case "public":
      return;
    case "customer":
      if (!user) throw fail("UNAUTHENTICATED");
      return;
    case "admin":
      if (!user) throw fail("UNAUTHENTICATED");
      if (!user.roles.includes("admin")) throw fail("FORBIDDEN");
      return;
    case "internal":
      throw fail("NOT_FOUND");
    default:
      throw new Error(`unknown access ${String(access satisfies never)}`);
  }
}
