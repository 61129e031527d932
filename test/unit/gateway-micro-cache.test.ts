import { describe, expect, it } from "vitest";
import type { Answer } from "../../services/gateway/exchange";
import { MicroCache } from "../../services/gateway/micro-cache";

const answer = (body: string, status = 200): Answer => ({ status, headers: {}, body });

/** A promise that the test settles. */
function deferred(): { promise: Promise<Answer>; resolve: (value: Answer) => void } {
  let resolve: (value: Answer) => void = () => undefined;
  const promise = new Promise<Answer>((settle) => (resolve = settle));
  return { promise, resolve };
}

describe("the micro-cache", () => {
  it("keeps an answer for its life and no longer", async () => {
    let now = 0;
    const cache = new MicroCache({ lifeMs: 1_000, now: () => now });
    await cache.load("/a", "catalog", async () => answer("1"));
    now = 999;
    expect(cache.get("/a")?.body).toBe("1");
    now = 1_000;
    expect(cache.get("/a")).toBeUndefined();
  });

  it("asks once for all who want the same at once", async () => {
    const cache = new MicroCache();
    const origin = deferred();
    let asked = 0;
    const load = () => (asked++, origin.promise);
    const all = Array.from({ length: 50 }, () => cache.load("/a", "catalog", load));
    origin.resolve(answer("1"));
    expect((await Promise.all(all)).map(({ body }) => body)).toEqual(Array(50).fill("1"));
    expect(asked).toBe(1);
  });

  it("does not keep what was asked before a change", async () => {
    const cache = new MicroCache();
    const [before, after] = [deferred(), deferred()];
    const first = cache.load("/a", "catalog", () => before.promise);
    cache.clear("catalog");
    const second = cache.load("/a", "catalog", () => after.promise);
    after.resolve(answer("new"));
    await second;
    before.resolve(answer("old"));
    await first;
    expect(cache.get("/a")?.body).toBe("new");
  });

  it("forgets the answers of one service only", async () => {
    const cache = new MicroCache();
    await cache.load("/a", "catalog", async () => answer("1"));
    await cache.load("/b", "users", async () => answer("2"));
    cache.clear("catalog");
    expect([cache.get("/a"), cache.get("/b")?.body]).toEqual([undefined, "2"]);
    expect(cache.size.entries).toBe(1);
  });

  it("keeps neither failures nor anything but a 200", async () => {
    const cache = new MicroCache();
    const failing = cache.load("/a", "catalog", () => Promise.reject(new Error("down")));
    await expect(failing).rejects.toThrow("down");
    await cache.load("/a", "catalog", async () => answer("", 404));
    expect(cache.get("/a")).toBeUndefined();
  });

  it("stays within its entries and its bytes, the oldest go", async () => {
    const few = new MicroCache({ maxEntries: 3 });
    for (let n = 0; n < 10; n++) await few.load(`/${n}`, "catalog", async () => answer("x"));
    expect([few.size.entries, few.get("/6"), few.get("/9")?.body]).toEqual([3, undefined, "x"]);

    const small = new MicroCache({ maxBytes: 10_000 });
    for (let n = 0; n < 10; n++) {
      await small.load(`/${n}`, "catalog", async () => answer("x".repeat(2_000)));
    }
    expect(small.size.bytes).toBeLessThanOrEqual(10_000);
    await small.load("/huge", "catalog", async () => answer("x".repeat(20_000)));
    expect(small.size).toEqual({ entries: 0, bytes: 0 });
  });
});
