import { describe, expect, it } from "vitest";
import { contracts } from "../../contracts";
import type { ActionContract } from "../../lib/mesh/contract";
import { cacheKey, CallCache, type SharedCache } from "../../lib/mesh/call-cache";

const RULE = { keys: ["id", "filter"], seconds: 30 };

/** A shared cache in memory that can be away. */
function memoryCache(): SharedCache & { entries: Map<string, unknown>; away: boolean } {
  const entries = new Map<string, unknown>();
  return {
    entries,
    away: false,
    async get(key) {
      if (this.away) throw new Error("away");
      return entries.get(key) ?? null;
    },
    async set(key, value) {
      if (this.away) throw new Error("away");
      return void entries.set(key, structuredClone(value));
    },
  };
}

function aCache(shared: SharedCache | null) {
  let epochs = 0;
  const clock = { now: 0 };
  const cache = new CallCache({
    shared: () => shared,
    newEpoch: () => `e${++epochs}`,
    now: () => clock.now,
  });
  const asked: string[] = [];
  const ask = (answer: string, id = "1") =>
    cache.answer("catalog.get", RULE, { id }, async () => {
      asked.push(answer);
      return answer;
    });
  return { cache, clock, asked, ask };
}

describe("answers kept at the caller", () => {
  it("live near for a second, then in the shared cache", async () => {
    const { clock, asked, ask } = aCache(memoryCache());
    expect(await ask("first")).toBe("first");
    expect(await ask("second")).toBe("first");
    clock.now = 1_000;
    expect(await ask("third")).toBe("first");
    expect(asked).toEqual(["first"]);
  });

  it("are asked for once, however many want them at once", async () => {
    const { asked, ask } = aCache(memoryCache());
    const all = await Promise.all(Array.from({ length: 50 }, (_, n) => ask(`answer ${n}`)));
    expect(new Set(all)).toEqual(new Set(["answer 0"]));
    expect(asked).toHaveLength(1);
  });

  it("are asked for again after a change, here and on other nodes", async () => {
    const shared = memoryCache();
    const [here, there] = [aCache(shared), aCache(shared)];
    await here.ask("old");
    await there.ask("not asked");
    await here.cache.beginEpoch("catalog");
    for (const { cache } of [here, there]) cache.forget("catalog");
    expect(await there.ask("new")).toBe("new");
    expect(await here.ask("newer")).toBe("new");
  });

  it("are not used after a change when they were asked for before it and came later", async () => {
    const shared = memoryCache();
    const { cache, clock, ask } = aCache(shared);
    let arrive: (answer: string) => void = () => undefined;
    const late = new Promise<string>((resolve) => (arrive = resolve));
    const asking = cache.answer("catalog.get", RULE, { id: "1" }, () => late);
    // The question has read the epoch and waits for its answer.
    await new Promise((resolve) => setImmediate(resolve));
    await cache.beginEpoch("catalog");
    cache.forget("catalog");
    arrive("old");
    expect(await asking).toBe("old");
    clock.now = 5_000;
    expect(await ask("new")).toBe("new");
  });

  it("are done without while the shared cache is away", async () => {
    const shared = memoryCache();
    const { clock, ask } = aCache(shared);
    shared.away = true;
    expect(await ask("first")).toBe("first");
    clock.now = 1_000;
    expect(await ask("second")).toBe("second");
  });

  it("are no errors", async () => {
    const { cache, ask } = aCache(memoryCache());
    const failing = cache.answer("catalog.get", RULE, { id: "1" }, async () => {
      throw new Error("not found");
    });
    await expect(failing).rejects.toThrow("not found");
    expect(await ask("found")).toBe("found");
  });

  it("are not used for a call with params that the contract does not name", async () => {
    const { cache } = aCache(memoryCache());
    let asked = 0;
    const ask = () => cache.answer("catalog.get", RULE, { id: "1", x: 1 }, async () => ++asked);
    expect([await ask(), await ask()]).toEqual([1, 2]);
  });
});

describe("the key of an answer", () => {
  const key = (params: object) => cacheKey("catalog.get", ["id", "filter"], params);

  it("does not depend on the order of fields", () => {
    expect(key({ id: "1", filter: { a: 1, b: 2 } })).toBe(key({ filter: { b: 2, a: 1 }, id: "1" }));
  });

  it("cannot be forged by a value that looks like others", () => {
    const different = [
      { id: '1","filter":"2' },
      { id: "1", filter: "2" },
      { id: ["1", "2"] },
      { id: { 0: "1", 1: "2" } },
      { id: [["0", "1"]] },
      { id: "1|filter|2" },
      { id: 1 },
      { id: "1" },
      { id: null },
      {},
    ];
    expect(new Set(different.map(key)).size).toBe(different.length);
  });
});

it("only actions that answer everybody alike are cached, and by each of their params", () => {
  const cached = Object.values(contracts).flatMap(({ name, actions }) =>
    Object.entries<ActionContract>(actions)
      .filter(([, { cache }]) => cache)
      .map(([action, contract]) => ({ name: `${name}.${action}`, contract })),
  );
  expect(cached.length).toBeGreaterThan(0);
  for (const { name, contract } of cached) {
    expect([name, contract.access, contract.idempotent]).toEqual([name, "public", true]);
    const params = Object.keys(contract.params.properties);
    expect([name, contract.cache?.keys.toSorted()]).toEqual([name, params.toSorted()]);
  }
});
