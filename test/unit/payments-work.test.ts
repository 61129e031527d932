import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { Batcher } from "../../lib/batcher";
import { Dispatcher } from "../../services/payments/dispatcher";
import { callWithin } from "../../services/payments/provider/call-within";
import { testMethod } from "../../services/payments/provider/sandbox/test-methods";

const logger = { warn: () => undefined };

describe("a dispatcher", () => {
  it("does quick jobs while a slow one is under way", async () => {
    const jobs = ["slow", "quick", "quick"];
    const done: string[] = [];
    const dispatcher = new Dispatcher<string>({
      name: "test",
      everyMs: 5,
      capacity: () => 2,
      claim: async (limit) => jobs.splice(0, limit),
      run: async (job) => {
        await sleep(job === "slow" ? 100 : 1);
        done.push(job);
      },
      logger,
    });
    dispatcher.start();
    await vi.waitFor(() => expect(done).toHaveLength(3));
    expect(done).toEqual(["quick", "quick", "slow"]);
    await dispatcher.stop(1_000);
  });

  it("never has more in hand than it may", async () => {
    let inHand = 0;
    let most = 0;
    let left = 20;
    const dispatcher = new Dispatcher<number>({
      name: "test",
      everyMs: 5,
      capacity: () => 3,
      claim: async (limit) => {
        const taken = Math.min(limit, left);
        left -= taken;
        return Array.from({ length: taken }, (_, i) => i);
      },
      run: async () => {
        most = Math.max(most, ++inHand);
        await sleep(1);
        inHand--;
        if (left === 5) throw new Error("a job that fails takes nothing with it");
      },
      logger,
    });
    dispatcher.start();
    await vi.waitFor(() => expect(left + inHand).toBe(0));
    expect(most).toBe(3);
    await dispatcher.stop(1_000);
  });

  it("waits for what is in hand when it stops, but not for ever", async () => {
    let jobs = [1];
    const dispatcher = new Dispatcher<number>({
      name: "test",
      everyMs: 5,
      capacity: () => 1,
      claim: async () => jobs.splice(0),
      run: () => new Promise(() => undefined),
      logger,
    });
    dispatcher.start();
    await vi.waitFor(() => expect(jobs).toEqual([]));
    const began = performance.now();
    await dispatcher.stop(50);
    expect(performance.now() - began).toBeLessThan(1_000);
    jobs = [2];
    await sleep(20);
    expect(jobs).toEqual([2]);
  });
});

describe("a batcher", () => {
  it("gathers what comes while a batch is under way into the next one", async () => {
    const batches: number[][] = [];
    const batcher = new Batcher<number>(async (batch) => {
      batches.push([...batch]);
      await sleep(1);
    }, 3);
    await Promise.all([1, 2, 3, 4, 5].map((item) => batcher.add(item)));
    expect(batches).toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
  });

  it("tells everyone in a batch that it failed, and goes on", async () => {
    const batcher = new Batcher<string>(async ([item]) => {
      if (item === "bad") throw new Error("bad");
    }, 1);
    const [bad, good] = await Promise.allSettled([batcher.add("bad"), batcher.add("good")]);
    expect([bad?.status, good?.status]).toEqual(["rejected", "fulfilled"]);
  });
});

describe("a batcher with two lanes", () => {
  it("leaves those behind a batch that hangs to the other lane, together", async () => {
    const hang = Promise.withResolvers<void>();
    const batches: number[][] = [];
    const batcher = new Batcher<number>(
      async (batch) => {
        batches.push([...batch]);
        if (batch.includes(1)) await hang.promise;
      },
      10,
      2,
    );
    const first = batcher.add(1);
    await Promise.resolve();
    await Promise.all([batcher.add(2), batcher.add(3)]);
    expect(batches).toEqual([[1], [2, 3]]);
    hang.resolve();
    await first;
  });
});

describe("a call to the provider", () => {
  it("is given up when it takes too long, even when it does not listen", async () => {
    let aborted = false;
    const call = callWithin(20, (signal) => {
      signal.addEventListener("abort", () => (aborted = true));
      return new Promise(() => undefined);
    });
    await expect(call).rejects.toThrow("no answer within 20 ms");
    expect(aborted).toBe(true);
  });

  it("answers with what the provider answered", async () => {
    await expect(callWithin(1_000, async () => "paid")).resolves.toBe("paid");
    await expect(callWithin(1_000, () => Promise.reject(new Error("500")))).rejects.toThrow("500");
  });
});

describe("a payment method that the sandbox does not know", () => {
  it("is declined, whatever it is called", () => {
    for (const name of ["pm_nothing", "constructor", "__proto__", "toString", ""]) {
      expect(testMethod(name)).toEqual({
        result: "failed",
        failureCode: "unknown_payment_method",
      });
    }
  });
});
