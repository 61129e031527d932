import { hash } from "node:crypto";
import { SingleFlight } from "../single-flight";

/** What an action's contract says of keeping its answers. Only what is the same for everybody is kept. */
export interface CacheRule {
  /** The params that tell one answer from another; a call with others is not answered from here. */
  readonly keys: readonly string[];
  /** How long an answer lives when nobody says that it changed. */
  readonly seconds: number;
}

/** Where answers are kept that all nodes share; Moleculer's cachers are such. */
export interface SharedCache {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown, seconds?: number): Promise<unknown>;
}

/** An answer in the shared cache, with the epoch of its service in which it was asked for. */
interface Kept {
  readonly epoch: string | null;
  readonly answer: unknown;
}

export interface CallCacheOptions {
  /** Null while it is away: it can be done without. */
  readonly shared: () => SharedCache | null;
  readonly newEpoch: () => string;
  readonly now?: () => number;
  readonly count?: (action: string, from: "near" | "shared" | "origin") => void;
}

const NEAR_MS = 1_000;
const NEAR_ENTRIES = 2_000;
/** Dropped at a time: a map passes over all that was deleted before its first entry, at each look for it. */
const NEAR_SLACK = 100;
/** Characters. */
const LONGEST_KEY = 128;

/**
 * Answers at the caller: a near layer of this process that lives a second, in front of the cache that
 * all nodes share; one question a key is under way at a time. An answer that was asked for before its
 * service said that something changed is not used afterwards, whenever it arrived: the shared cache
 * keeps a service's epoch beside the answers, and a change begins a new one.
 */
export class CallCache {
  readonly #options: Required<CallCacheOptions>;
  // All entries live equally long, so the first in is the first out.
  readonly #near = new Map<string, { readonly answer: unknown; readonly freshUntil: number }>();
  readonly #loading = new SingleFlight<unknown>();

  constructor(options: CallCacheOptions) {
    this.#options = { now: () => performance.now(), count: () => undefined, ...options };
  }

  /** The kept answer, or the one that `ask` brings. */
  async answer(
    action: string,
    rule: CacheRule,
    params: object,
    ask: () => Promise<unknown>,
  ): Promise<unknown> {
    const key = cacheKey(action, rule.keys, params);
    if (key === null) return ask();
    const near = this.#near.get(key);
    if (near && this.#options.now() < near.freshUntil) {
      this.#options.count(action, "near");
      return near.answer;
    }
    return this.#loading.run(
      key,
      () => this.#load(action, key, rule.seconds, ask),
      (answer) => this.#keepNear(key, answer),
    );
  }

  /** Forgets what this process has of a service; what is being asked now is not kept. */
  forget(service: string): void {
    const ofService = (key: string): boolean => key.startsWith(`${service}.`);
    for (const key of this.#near.keys()) if (ofService(key)) this.#near.delete(key);
    this.#loading.forget(ofService);
  }

  /** From here on no shared answer of a service is used that was asked for before. */
  async beginEpoch(service: string): Promise<void> {
    await this.#options.shared()?.set(epochKey(service), this.#options.newEpoch());
  }

  async #load(
    action: string,
    key: string,
    seconds: number,
    ask: () => Promise<unknown>,
  ): Promise<unknown> {
    const shared = this.#options.shared();
    const found = shared && (await readBoth(shared, epochKey(serviceOf(action)), key));
    if (found?.kept && found.kept.epoch === found.epoch) {
      this.#options.count(action, "shared");
      return found.kept.answer;
    }
    this.#options.count(action, "origin");
    const answer = await ask();
    if (found) {
      const kept: Kept = { epoch: found.epoch, answer };
      // Nobody waits for it: an answer that is not kept is asked for again.
      shared.set(key, kept, seconds).catch(() => undefined);
    }
    return answer;
  }

  #keepNear(key: string, answer: unknown): void {
    this.#near.delete(key);
    this.#near.set(key, { answer, freshUntil: this.#options.now() + NEAR_MS });
    if (this.#near.size <= NEAR_ENTRIES) return;
    for (const first of this.#near.keys()) {
      if (this.#near.size <= NEAR_ENTRIES - NEAR_SLACK) break;
      this.#near.delete(first);
    }
  }
}

const serviceOf = (action: string): string => action.slice(0, action.indexOf("."));
const epochKey = (service: string): string => `epoch:${service}`;

/** Null when the cache does not answer; a request never fails for want of it. */
async function readBoth(
  shared: SharedCache,
  epochKey: string,
  key: string,
): Promise<{ epoch: string | null; kept: Kept | null } | null> {
  try {
    const [epoch, kept] = await Promise.all([shared.get(epochKey), shared.get(key)]);
    // Written by `#load` and `beginEpoch` above, by nobody else.
    return { epoch: (epoch ?? null) as string | null, kept: (kept ?? null) as Kept | null };
  } catch {
    return null;
  }
}

/**
 * The action's name and the params that tell answers apart as JSON, or a hash of many: no value can be
 * written to look like another one's key (RELIABILITY T25). Null when there are params beside these.
 */
export function cacheKey(action: string, keys: readonly string[], params: object): string | null {
  const given = Object.entries(params).filter(([, value]) => value !== undefined);
  if (!given.every(([name]) => keys.includes(name))) return null;
  const text = JSON.stringify(given.map(([name, value]) => [name, sorted(value)]).sort(byName));
  return `${action}:${text.length <= LONGEST_KEY ? text : hash("sha256", text, "base64url")}`;
}

/** The same value with the fields of its objects in one order, as pairs. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return ["array", ...value.map(sorted)];
  if (value === null || typeof value !== "object") return value;
  const fields = Object.entries(value).map(([name, field]) => [name, sorted(field)]);
  return ["object", ...fields.sort(byName)];
}

const byName = ([a]: readonly unknown[], [b]: readonly unknown[]): number =>
  String(a) < String(b) ? -1 : 1;
