import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Redis } from "ioredis";
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  test,
  vi,
} from "vitest";
import { DurableMap } from "../../lib/embedded/durable-map";
import { hasCode } from "../../lib/errors";
import { newId } from "../../lib/ids";
import { newRecord } from "../../lib/messaging/inbox-records";
import { RedisConnection } from "../../lib/store/redis";
import { dropSkus, joined, newCart, setLine, type Cart } from "../../services/carts/domain/cart";
import type { CartStore } from "../../services/carts/store/cart-store";
import { FileCartStore } from "../../services/carts/store/file-cart-store";
import { RedisCartStore } from "../../services/carts/store/redis-cart-store";
import { eventually } from "../support/eventually";
import { killAfter, runOnFullDisk } from "../support/kill-child";
import { anEventOf, aProduct } from "../support/products";
import { quietLogger } from "../support/quiet-logger";
import { RedisServer, redisIsThere } from "../support/redis-server";

interface OpenOptions {
  readonly folder: string;
  readonly now?: () => number;
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "souk-carts-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const now = () => new Date().toISOString();
const add = (store: CartStore, userId: string | null) => store.add(newCart(newId(), userId, now()));
const put = (store: CartStore, { id }: Cart, sku: string, quantity = 1) =>
  store.update(id, (cart) => setLine(cart, { sku, quantity }, now()));
const skusOf = (cart: Cart | null) => cart?.lines.map((line) => line.sku);

/** What every store promises. `open` finds what an earlier one left for the same folder. */
function behaves(open: (options: OpenOptions) => Promise<CartStore>): void {
  let store: CartStore;
  let clock: number;
  const reopen = async () => {
    await store.close();
    store = await open({ folder, now: () => clock });
  };
  beforeEach(async () => {
    clock = Date.now();
    store = await open({ folder, now: () => clock });
  });
  afterEach(() => store.close());

  test("a cart is found by its id, a user's also by the user, before and after a restart", async () => {
    const [mine, guest] = [await add(store, newId()), await add(store, null)];
    await put(store, mine, "A");
    await put(store, guest, "B");
    for (const restarted of [false, true]) {
      if (restarted) await reopen();
      expect(skusOf(await store.ofUser(mine.userId ?? ""))).toEqual(["A"]);
      expect(skusOf(await store.find(mine.id))).toEqual(["A"]);
      expect(skusOf(await store.find(guest.id))).toEqual(["B"]);
    }
  });

  test("what is not there is null", async () => {
    expect(await store.find("nothing")).toBeNull();
    expect(await store.ofUser(newId())).toBeNull();
    expect(await store.update(newId(), (cart) => cart)).toBeNull();
    const cart = await add(store, newId());
    expect(await store.merge(cart.id, newId(), joinNow)).toBeNull();
  });

  test("a user has one cart, however many are added at once", async () => {
    const userId = newId();
    const carts = await Promise.all([1, 2, 3].map(() => add(store, userId)));
    expect(new Set(carts.map((cart) => cart.id)).size).toBe(1);
  });

  test("of changes at once none is lost", async () => {
    const cart = await add(store, null);
    const skus = Array.from({ length: 50 }, (_, n) => `S${n}`);
    await Promise.all(skus.map((sku) => put(store, cart, sku)));
    const found = await store.find(cart.id);
    expect(skusOf(found)?.sort()).toEqual(skus.sort());
    await reopen();
    expect(await store.find(cart.id)).toEqual(found);
  });

  test("a change that throws changes nothing", async () => {
    const cart = await put(store, await add(store, null), "A");
    const failing = store.update(cart?.id ?? "", () => {
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect(await store.find(cart?.id ?? "")).toEqual(cart);
  });

  test("a guest's cart that is merged ends, once and for all", async () => {
    const [mine, guest] = [await add(store, newId()), await add(store, null)];
    await put(store, mine, "A");
    await put(store, guest, "B");
    const merged = await store.merge(mine.id, guest.id, joinNow);
    expect(skusOf(merged)).toEqual(["A", "B"]);
    expect(await store.merge(mine.id, guest.id, joinNow)).toBeNull();
    await reopen();
    expect(await store.find(guest.id)).toBeNull();
    expect(skusOf(await store.find(mine.id))).toEqual(["A", "B"]);
  });

  test("a user's cart is never merged into another", async () => {
    const [mine, other] = [await add(store, newId()), await add(store, newId())];
    await put(store, other, "A");
    expect(await store.merge(mine.id, other.id, joinNow)).toBeNull();
    expect(await store.merge(mine.id, mine.id, joinNow)).toBeNull();
    expect(skusOf(await store.find(other.id))).toEqual(["A"]);
  });

  test("a guest's cart that nobody uses any more is gone, a user's stays", async () => {
    const [mine, guest, empty] = [
      await add(store, newId()),
      await add(store, null),
      await add(store, null),
    ];
    await put(store, guest, "A");
    clock += 2 * 3_600_000;
    expect(await store.find(empty.id)).toBeNull();
    expect(await store.find(guest.id)).not.toBeNull();
    clock += 31 * 86_400_000;
    expect(await store.find(guest.id)).toBeNull();
    expect(await store.update(guest.id, (cart) => cart)).toBeNull();
    expect(await store.merge(mine.id, guest.id, joinNow)).toBeNull();
    await reopen();
    expect(await store.find(mine.id)).not.toBeNull();
  });

  test("records of the inbox outlive a restart", async () => {
    const event = anEventOf(aProduct({ name: "line\u2028break" }), 1);
    const record = newRecord(event, 3);
    await store.inbox.put([record]);
    await reopen();
    expect(await store.inbox.get([event.id, newId()])).toEqual([record, null]);
    expect(await store.inbox.all()).toEqual([record]);
    await store.inbox.remove(event.id);
    expect(await store.inbox.all()).toEqual([]);
  });
}

const joinNow = (cart: Cart, guest: Cart): Cart => joined(cart, guest, now());

describe("carts in a file", () =>
  behaves((options) => FileCartStore.open({ ...options, logger: quietLogger })));

describe.skipIf(!redisIsThere())("carts in Redis", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server.remove());

  const open = async (options: Partial<OpenOptions> = {}) => {
    const keyPrefix = `${basename(folder)}:`;
    const logger = quietLogger;
    const connection = new RedisConnection({
      url: server.url,
      keyPrefix,
      commandTimeoutMs: 400,
      logger,
    });
    await connection.whenReady(5_000);
    return new RedisCartStore({ connection, ...options });
  };
  const redis = async <T>(ask: (client: Redis) => Promise<T>): Promise<T> => {
    const client = new Redis(server.url);
    try {
      return await ask(client);
    } finally {
      client.disconnect();
    }
  };

  test("parked events wait by the clock of Redis, whatever a node takes the time for", async () => {
    const store = await open();
    onTestFinished(() => store.close());
    const right = Date.now();
    vi.useFakeTimers({ toFake: ["Date"], now: right + 3_600_000 });
    onTestFinished(() => void vi.useRealTimers());
    expect(Math.abs((await store.inbox.now()) - right)).toBeLessThan(60_000);
  });
  const away = (error: unknown) => hasCode(error, "SERVICE_UNAVAILABLE");

  behaves(open);

  test("of changes through several nodes at once none is lost, and a user has one cart", async () => {
    const stores = await Promise.all([open(), open(), open()]);
    const userId = newId();
    const carts = await Promise.all(stores.map((store) => add(store, userId)));
    expect(new Set(carts.map((cart) => cart.id)).size).toBe(1);
    const [cart] = carts as [Cart];
    const skus = Array.from({ length: 60 }, (_, n) => `S${n}`);
    await Promise.all(skus.map((sku, n) => put(stores[n % 3] as CartStore, cart, sku)));
    const found = await stores[0]?.find(cart.id);
    expect(skusOf(found ?? null)?.sort()).toEqual(skus.sort());
    await Promise.all(stores.map((store) => store.close()));
  });

  test("a guest's cart that is merged through two nodes at once is merged once", async () => {
    const [a, b] = await Promise.all([open(), open()]);
    const [mine, guest] = [await add(a, newId()), await add(a, null)];
    await put(b, guest, "A", 2);
    const merged = await Promise.all([a, b].map((s) => s.merge(mine.id, guest.id, joinNow)));
    expect(merged.filter((cart) => cart !== null)).toHaveLength(1);
    expect((await b.find(mine.id))?.lines).toEqual([{ sku: "A", quantity: 2 }]);
    await Promise.all([a.close(), b.close()]);
  });

  test("Redis itself drops the carts of guests in the end, and those of users never", async () => {
    const store = await open();
    const [mine, guest, empty] = [
      await add(store, newId()),
      await add(store, null),
      await add(store, null),
    ];
    await put(store, guest, "A");
    const lives = await redis((client) =>
      Promise.all(
        [mine, guest, empty].map(({ id }) => client.pttl(`${basename(folder)}:cart:${id}`)),
      ),
    );
    expect(lives[0]).toBe(-1);
    expect(lives[1]).toBeGreaterThan(29 * 86_400_000);
    expect(lives[2]).toBeGreaterThan(3_500_000);
    expect(lives[2]).toBeLessThanOrEqual(3_600_000);
    await store.close();
  });

  test("a Redis that is gone is told at once, and one that came back is used soon", async () => {
    const store = await open();
    const cart = await add(store, newId());
    await server.kill();
    const began = performance.now();
    await expect(store.find(cart.id)).rejects.toSatisfy(away);
    await expect(put(store, cart, "A")).rejects.toSatisfy(away);
    await expect(store.inbox.all()).rejects.toSatisfy(away);
    expect(performance.now() - began).toBeLessThan(1_000);
    await server.start();
    const back = performance.now();
    await eventually(() =>
      store.find(cart.id).then(
        () => true,
        () => false,
      ),
    );
    expect(performance.now() - back).toBeLessThan(1_500);
    // It kept nothing over its restart, as one that is set up for caches does not.
    expect(await store.ofUser(cart.userId ?? "")).toBeNull();
    const again = await add(store, cart.userId);
    expect(skusOf(await put(store, again, "A"))).toEqual(["A"]);
    await store.close();
  });

  test("a Redis that answers nothing keeps nobody waiting", async () => {
    const store = await open();
    const cart = await add(store, newId());
    server.freeze();
    const began = performance.now();
    await expect(store.find(cart.id)).rejects.toSatisfy(away);
    expect(performance.now() - began).toBeLessThan(1_500);
    server.thaw();
    await eventually(() =>
      store.find(cart.id).then(
        (found) => found !== null,
        () => false,
      ),
    );
    await store.close();
  });

  test("a Redis that is full refuses changes, and still shows what there is", async () => {
    const store = await open();
    const cart = await add(store, newId());
    await redis((client) => client.config("SET", "maxmemory", "1"));
    await expect(put(store, cart, "A")).rejects.toSatisfy(away);
    expect(await store.find(cart.id)).toEqual(cart);
    await redis((client) => client.config("SET", "maxmemory", "0"));
    expect(skusOf(await put(store, cart, "A"))).toEqual(["A"]);
    await store.close();
  });
});

describe("the file of carts", () => {
  const file = () => join(folder, "carts.log");
  const open = () => FileCartStore.open({ folder, logger: quietLogger });

  test("every acknowledged change survives kill -9, round after round", async () => {
    for (let round = 0; round < 3; round++) {
      const acknowledged = await killAfter(1000, "write-carts.ts", folder);
      const store = await open();
      for (const line of acknowledged) {
        const [id = "", sku = ""] = line.split(" ");
        expect(skusOf(await store.find(id)), line).toContain(sku);
      }
      await store.close();
    }
  });

  test("half a line at its end is cut", async () => {
    const store = await open();
    const cart = await put(store, await add(store, null), "A");
    await store.close();
    await appendFile(file(), '0123abcd [["x",{"id"');
    const again = await open();
    expect(await again.find(cart?.id ?? "")).toEqual(cart);
    await again.close();
  });

  test("a damaged line costs its change alone, and the file is kept for a look", async () => {
    const store = await open();
    const carts = [await add(store, newId()), await add(store, newId()), await add(store, newId())];
    await store.close();
    const lines = (await readFile(file(), "utf8")).split("\n");
    expect(lines).toHaveLength(4);
    await writeFile(file(), lines.with(1, `${lines[1]}!`).join("\n"));
    const again = await open();
    expect(await again.find(carts[1]?.id ?? "")).toBeNull();
    expect(await again.find(carts[2]?.id ?? "")).toEqual(carts[2]);
    await again.close();
    expect((await readdir(folder)).filter((name) => name.includes("damaged"))).toHaveLength(1);
  });

  test("a disk that is full refuses writes, and those after it has room again are safe", async () => {
    const output = await runOnFullDisk(8, "fill-disk.ts", file());
    expect(output).toBe("true 8\nstill full\ndone\n");
    const map = await DurableMap.open<string>({ file: file(), logger: quietLogger });
    expect([...map.entries()]).toEqual([
      ["key-1", "x".repeat(1000)],
      ["after", "z"],
    ]);
    await map.close();
  });

  test("stays small, however often a cart is changed", async () => {
    const store = await open();
    const cart = await add(store, newId());
    for (let round = 0; round < 40; round++) {
      const changes = Array.from({ length: 100 }, () =>
        store.update(cart.id, (old) => dropSkus({ ...old, coupon: `${round}` }, ["A"], now())),
      );
      await Promise.all(changes);
    }
    const before = await store.find(cart.id);
    expect((await stat(file())).size).toBeLessThan(1_200_000);
    await store.close();
    const again = await open();
    expect(await again.find(cart.id)).toEqual(before);
    await again.close();
  });
});
