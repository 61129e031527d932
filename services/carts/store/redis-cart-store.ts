import { setTimeout as sleep } from "node:timers/promises";
import { fail } from "../../../contracts/errors";
import { RedisInboxRecords } from "../../../lib/messaging/redis-inbox-records";
import { RedisScript, type RedisConnection } from "../../../lib/store/redis";
import { expiresAt, isExpired, type Cart } from "../domain/cart";
import type { CartStore } from "./cart-store";

export interface RedisCartStoreOptions {
  readonly connection: RedisConnection;
  /** The clock that carts expire by. */
  readonly now?: () => number;
}

/** Of changes that meet one wins a round; the others wait for a moment of their own, up to 20 ms. */
const ATTEMPTS = 100;
const pause = (attempt: number) => sleep(Math.random() * Math.min(attempt, 20));

/**
 * Keeps each cart's new text, if all carts are still as they were read. ARGV has for each key: the
 * text that was read, the new one (empty: it ends), and in how many ms it expires (0: never).
 */
const REPLACE = new RedisScript(`
for i, key in ipairs(KEYS) do
  if redis.call('GET', key) ~= ARGV[3 * i - 2] then return 0 end
end
for i, key in ipairs(KEYS) do
  local text, ttl = ARGV[3 * i - 1], tonumber(ARGV[3 * i])
  if text == '' then redis.call('DEL', key)
  elseif ttl > 0 then redis.call('SET', key, text, 'PX', ttl)
  else redis.call('SET', key, text) end
end
return 1`);

/** Gives the user (KEYS[1]) the cart of ARGV, or answers the one that the user has. */
const ADD_FOR_USER = new RedisScript(`
local id = redis.call('GET', KEYS[1])
local existing = id and redis.call('GET', ARGV[1] .. id)
if existing then return existing end
redis.call('SET', KEYS[1], ARGV[2])
redis.call('SET', ARGV[1] .. ARGV[2], ARGV[3])
return ARGV[3]`);

interface Read {
  readonly cart: Cart;
  readonly text: string;
}

interface Replacement {
  readonly before: Read;
  /** null: the cart ends. */
  readonly after: Cart | null;
}

/**
 * Carts in Redis, for all nodes of the service. They are as durable as that Redis: many are set up
 * for caches, without an append-only file, and forget all carts when they restart, or the unused ones
 * when they are full. A lost cart costs its owner some clicks and nothing else; orders, stock and
 * money are elsewhere, and a version is never handed out twice (domain/cart.ts).
 */
export class RedisCartStore implements CartStore {
  readonly inbox: RedisInboxRecords;
  readonly #connection: RedisConnection;
  readonly #now: () => number;

  constructor({ connection, now = Date.now }: RedisCartStoreOptions) {
    this.#connection = connection;
    this.#now = now;
    this.inbox = new RedisInboxRecords(connection);
  }

  async find(id: string): Promise<Cart | null> {
    return (await this.#read(id))?.cart ?? null;
  }

  async ofUser(userId: string): Promise<Cart | null> {
    const id = await this.#connection.run((redis) => redis.get(userKey(userId)));
    return id === null ? null : this.find(id);
  }

  async add(cart: Cart): Promise<Cart> {
    const text = JSON.stringify(cart);
    const { userId } = cart;
    if (userId === null) {
      await this.#connection.run((redis) =>
        redis.set(cartKey(cart.id), text, "PX", this.#ttl(cart)),
      );
      return cart;
    }
    const kept = await this.#connection.run((redis) =>
      ADD_FOR_USER.run(
        redis,
        [userKey(userId)],
        [`${redis.options.keyPrefix}${cartKey("")}`, cart.id, text],
      ),
    );
    return parse(String(kept)).cart;
  }

  async update(id: string, change: (cart: Cart) => Cart): Promise<Cart | null> {
    return this.#untilKept(async () => {
      const before = await this.#read(id);
      if (!before) return null;
      const after = change(before.cart);
      return { after, replacements: after === before.cart ? [] : [{ before, after }] };
    });
  }

  async merge(
    id: string,
    guestId: string,
    join: (cart: Cart, guest: Cart) => Cart,
  ): Promise<Cart | null> {
    return this.#untilKept(async () => {
      const [own, guest] = await Promise.all([this.#read(id), this.#read(guestId)]);
      if (!own || guest?.cart.userId !== null) return null;
      const after = join(own.cart, guest.cart);
      const ending = { before: guest, after: null };
      return { after, replacements: [{ before: own, after }, ending] };
    });
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  async #read(id: string): Promise<Read | null> {
    const text = await this.#connection.run((redis) => redis.get(cartKey(id)));
    if (text === null) return null;
    const read = parse(text);
    // Redis drops it too, by a clock that need not be ours.
    return isExpired(read.cart, this.#now()) ? null : read;
  }

  /** Reads, decides and writes, again for as long as somebody else wrote in between. Throws CONFLICT. */
  async #untilKept(
    decide: () => Promise<{ after: Cart; replacements: Replacement[] } | null>,
  ): Promise<Cart | null> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const decision = await decide();
      if (!decision) return null;
      const { after, replacements } = decision;
      if (replacements.length === 0 || (await this.#replace(replacements))) return after;
      await pause(attempt);
    }
    throw fail("CONFLICT", "too many changes of this cart at once");
  }

  async #replace(replacements: readonly Replacement[]): Promise<boolean> {
    const keys = replacements.map(({ before }) => cartKey(before.cart.id));
    const args = replacements.flatMap(({ before, after }) => [
      before.text,
      after ? JSON.stringify(after) : "",
      after ? this.#ttl(after) : 0,
    ]);
    return (await this.#connection.run((redis) => REPLACE.run(redis, keys, args))) === 1;
  }

  /** In ms from now; 0: never. */
  #ttl(cart: Cart): number {
    const end = expiresAt(cart);
    return end === null ? 0 : Math.max(1, end - this.#now());
  }
}

const cartKey = (id: string): string => `cart:${id}`;
const userKey = (userId: string): string => `user:${userId}`;

/** It is what this class wrote. */
const parse = (text: string): Read => ({ cart: JSON.parse(text) as Cart, text });
