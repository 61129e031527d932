import { describe, expect, it } from "vitest";
import { Gate } from "../../services/users/gate";

/** Work that ends when it is told to. */
function held() {
  let end!: () => void;
  const ended = new Promise<void>((resolve) => (end = resolve));
  let started = false;
  return {
    end,
    isStarted: () => started,
    run: () => {
      started = true;
      return ended;
    },
  };
}

const gateOf = (limit: number, queueLimit: number, maxWaitMs = 60_000) =>
  new Gate({ limit, queueLimit, maxWaitMs, refuse: () => new Error("full") });

const turn = () => new Promise(setImmediate);

describe("a gate", () => {
  it("lets no more than its limit run at once", async () => {
    const gate = gateOf(2, 10);
    const works = [held(), held(), held()];
    const runs = works.map((work) => gate.run(work.run));
    await turn();
    expect(works.map((work) => work.isStarted())).toEqual([true, true, false]);
    works[0]?.end();
    await turn();
    expect(works[2]?.isStarted()).toBe(true);
    works.forEach((work) => work.end());
    await Promise.all(runs);
  });

  it("refuses what is beyond its queue, and works on", async () => {
    const gate = gateOf(1, 1);
    const [first, second] = [held(), held()];
    const runs = [gate.run(first.run), gate.run(second.run)];
    await expect(gate.run(async () => "never")).rejects.toThrow("full");
    first.end();
    second.end();
    await Promise.all(runs);
    await expect(gate.run(async () => "after")).resolves.toBe("after");
  });

  it("does not begin what waited for too long", async () => {
    const gate = gateOf(1, 10, -1);
    const first = held();
    const running = gate.run(first.run);
    const late = [held(), held()];
    const refused = Promise.allSettled(late.map((work) => gate.run(work.run)));
    first.end();
    await running;
    expect((await refused).map((result) => result.status)).toEqual(["rejected", "rejected"]);
    expect(late.map((work) => work.isStarted())).toEqual([false, false]);
    await expect(gate.run(async () => "after")).resolves.toBe("after");
  });

  it("passes on when work fails", async () => {
    const gate = gateOf(1, 1);
    const failing = gate.run(async () => Promise.reject(new Error("broken")));
    const next = gate.run(async () => "next");
    await expect(failing).rejects.toThrow("broken");
    await expect(next).resolves.toBe("next");
  });
});
