import { join as joinPath } from "node:path";
import type { Logger } from "moleculer";
import { DurableMap, type Change } from "../../../lib/embedded/durable-map";
import { InboxFile } from "../../../lib/embedded/inbox-file";
import { RecentlyUsed } from "../../../lib/recently-used";
import { isExpired, type Cart } from "../domain/cart";
import type { CartStore } from "./cart-store";

export interface FileCartStoreOptions {
  readonly folder: string;
  readonly logger: Logger;
  /** The clock that carts expire by. */
  readonly now?: () => number;
}

const SWEEP_MS = 3_600_000;
/** Carts that guests were given and have put nothing in, as crawlers never do. */
const UNUSED_CARTS = 50_000;

/** Carts in memory, each change of them in a file before it is acknowledged. */
export class FileCartStore implements CartStore {
  readonly #carts: DurableMap<Cart>;
  readonly #idByUser = new Map<string, string>();
  readonly #unused = new RecentlyUsed<string, Cart>(UNUSED_CARTS);
  readonly #now: () => number;
  readonly #logger: Logger;
  readonly #sweeping: NodeJS.Timeout;

  private constructor(
    { now = Date.now, logger }: FileCartStoreOptions,
    carts: DurableMap<Cart>,
    readonly inbox: InboxFile,
  ) {
    this.#carts = carts;
    this.#now = now;
    this.#logger = logger;
    for (const [id, { userId }] of carts.entries()) if (userId) this.#idByUser.set(userId, id);
    this.#sweeping = setInterval(() => this.#sweep(), SWEEP_MS).unref();
    this.#sweep();
  }

  static async open(options: FileCartStoreOptions): Promise<FileCartStore> {
    const { folder, logger } = options;
    const carts = await DurableMap.open<Cart>({ file: joinPath(folder, "carts.log"), logger });
    const inbox = new InboxFile(
      await DurableMap.open({ file: joinPath(folder, "inbox.log"), logger }),
    );
    return new FileCartStore(options, carts, inbox);
  }

  async find(id: string): Promise<Cart | null> {
    return this.#find(id);
  }

  async ofUser(userId: string): Promise<Cart | null> {
    return this.#find(this.#idByUser.get(userId) ?? "");
  }

  async add(cart: Cart): Promise<Cart> {
    if (cart.userId === null) {
      this.#unused.set(cart.id, cart);
      return cart;
    }
    const existing = this.#find(this.#idByUser.get(cart.userId) ?? "");
    if (existing) return existing;
    this.#idByUser.set(cart.userId, cart.id);
    await this.#carts.write([[cart.id, cart]]);
    return cart;
  }

  async update(id: string, change: (cart: Cart) => Cart): Promise<Cart | null> {
    const cart = this.#find(id);
    if (!cart) return null;
    const next = change(cart);
    await this.#save(cart, next);
    return next;
  }

  async merge(
    id: string,
    guestId: string,
    join: (cart: Cart, guest: Cart) => Cart,
  ): Promise<Cart | null> {
    const [cart, guest] = [this.#find(id), this.#find(guestId)];
    if (!cart || guest?.userId !== null) return null;
    const next = join(cart, guest);
    this.#unused.delete(guestId);
    await this.#carts.write([
      [id, next],
      [guestId, null],
    ]);
    return next;
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeping);
    await this.#carts.close();
    await this.inbox.file.close();
  }

  #find(id: string): Cart | null {
    const cart = this.#carts.get(id) ?? this.#unused.get(id);
    return cart && !isExpired(cart, this.#now()) ? cart : null;
  }

  /** Memory first and without a pause since the read: nobody can come in between. */
  async #save(before: Cart, next: Cart): Promise<void> {
    if (next.version === 0 && next.userId === null) {
      this.#unused.set(next.id, next);
      return;
    }
    this.#unused.delete(next.id);
    // What was there already may still be on its way to the file: an answer waits for it.
    await this.#carts.write(next === before ? [] : [[next.id, next]]);
  }

  #sweep(): void {
    const now = this.#now();
    const expired: Change<Cart>[] = [];
    for (const [id, cart] of this.#carts.entries()) {
      if (isExpired(cart, now)) expired.push([id, null]);
    }
    if (expired.length === 0) return;
    this.#carts.write(expired).catch((error: unknown) => {
      // They stay expired; the file gets rid of them with the next write that succeeds.
      this.#logger.warn("expired carts could not be swept", error);
    });
  }
}
